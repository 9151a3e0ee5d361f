//! Searching settings: the laws of trials, of the file that keeps them, and of the model that is picked.

#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod random;

use cobuy::evaluate::{
    Bootstrap, ByTime, EvaluateParams, LeaveOut, Metric, ShopModel, ShopSplit, Split,
};
use cobuy::tune::{Trial, Tune, Tuning, Validation, auto, named};
use cobuy::{
    AlsoBought, AlsoBoughtParams, Basis, Error, History, Purchases, Result, Settings, TableName,
    Tables, Timeline, Watch,
};
use random::Random;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

// ---- data ----

const ITEMS: usize = 40;

/// Customers with one of four tastes each, who buy mostly of it, and when.
fn shop_of(customers: usize, seed: u64) -> (Purchases, Timeline) {
    let mut dice = Random(seed);
    let (mut starts, mut items, mut events) = (vec![0], Vec::new(), Vec::new());
    for row in 0..customers {
        let mut held: Vec<u32> = Vec::new();
        for _ in 0..3 + dice.below(8) {
            let taste = if dice.once_in(4) {
                dice.below(4)
            } else {
                row % 4
            };
            let item = (taste * 10 + dice.below(10).min(dice.below(10))) as u32;
            if !held.contains(&item) {
                held.push(item);
            }
        }
        let at = held.iter().enumerate();
        events.extend(at.map(|(at, &item)| (row as u32, item, at as i64 * 1_000)));
        held.sort_unstable();
        items.extend(held);
        starts.push(items.len());
    }
    let purchases = Purchases::from_csr((customers, ITEMS), &starts, &items, |_| 1.0).unwrap();
    let timeline = Timeline::from_events(Basis::Customer, customers, ITEMS, events).unwrap();
    (purchases, timeline)
}

fn split() -> Split {
    let (purchases, timeline) = shop_of(300, 1);
    Split::leave_out(&purchases, Some(&timeline), LeaveOut::default()).unwrap()
}

fn corner_shop() -> History {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/corner_shop/orders.csv");
    let tables = Tables::new(Settings::default()).read(TableName::Orders, path);
    tables.unwrap().history().unwrap()
}

/// A short search of all that is usual.
fn tune() -> Tune {
    let tune = Tune::default().trials(13).seed(5);
    Tune {
        resamples: 20,
        metric: "ndcg@5".parse().unwrap(),
        ..tune
    }
}

/// Trials without how long they took.
fn told(tuning: &Tuning) -> Vec<Trial> {
    let without = |trial: &Trial| Trial {
        seconds: 0.0,
        ..trial.clone()
    };
    tuning.trials.iter().map(without).collect()
}

fn on_matrix(tune: &Tune, split: &Split) -> Result<Tuning> {
    tune.run(&Validation::matrix(split), Watch::new())
}

/// A file of trials in a folder of its own.
fn file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trials.jsonl");
    (folder, path)
}

/// The lines of a file without how long they took.
fn lines(path: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let line = |line: &str| {
        let mut told: serde_json::Value = serde_json::from_str(line).unwrap();
        told.as_object_mut().unwrap().remove("fit_seconds");
        told
    };
    text.lines().map(line).collect()
}

// ---- trials ----

#[test]
fn the_same_seed_gives_the_same_trials_on_any_number_of_threads() {
    let split = split();
    let with = |threads: usize, seed: u64| {
        let base = AlsoBought::params().threads(threads).neighbours(20);
        let searched = ["power", "ridge"].map(|name| named(name, &base).unwrap());
        let tune = Tune {
            threads: Some(threads),
            ..tune().search(searched).seed(seed)
        };
        let mut trials = told(&on_matrix(&tune, &split).unwrap());
        trials
            .iter_mut()
            .for_each(|trial| trial.params.threads = None);
        trials
    };
    let one = with(1, 5);
    assert_eq!(with(3, 5), one);
    assert_eq!(one.len(), 13);
    assert_ne!(with(1, 6), one);
}

#[test]
fn values_are_those_of_an_evaluation_and_the_best_is_no_worse_than_the_defaults() {
    let split = split();
    let tuning = on_matrix(&tune(), &split).unwrap();
    let params = EvaluateParams::default().k([5]);
    for trial in &tuning.trials {
        let evaluation = params.fit(&trial.params, &split, Watch::new()).unwrap();
        assert_eq!(trial.value, evaluation.mean(Metric::Ndcg, 5));
        assert_eq!(trial.customers, evaluation.customers().len() as u64);
        let bootstrap = Bootstrap {
            resamples: 20,
            seed: 5,
            ..Bootstrap::default()
        };
        let figures = evaluation.figures(Some(&bootstrap), Watch::new()).unwrap();
        let figure = figures
            .figures
            .iter()
            .find(|it| it.metric == "ndcg")
            .unwrap();
        assert_eq!((trial.low, trial.high), (figure.low, figure.high));
    }
    let defaults = ["power", "ridge"].map(|name| named(name, &AlsoBought::params()).unwrap());
    for (trial, params) in tuning.trials.iter().zip(&defaults) {
        assert_eq!(&trial.params, params);
        assert!(tuning.best().value >= trial.value);
    }
    let order: Vec<Option<f64>> = tuning.best_first().iter().map(|it| it.value).collect();
    assert!(order.is_sorted_by(|one, two| one >= two) && order[0] == tuning.best().value);
    assert!(tuning.warnings.is_empty());
}

#[test]
fn a_search_with_more_trials_begins_with_those_of_one_with_fewer() {
    let split = split();
    let short = told(&on_matrix(&tune().trials(9), &split).unwrap());
    let long = told(&on_matrix(&tune().trials(12), &split).unwrap());
    assert_eq!(long[..9], short[..]);
}

#[test]
fn what_is_fixed_is_fixed_and_where_all_is_each_model_is_tried_once() {
    let split = split();
    let some = tune().fix("customer_exponent", 0.25).trials(9);
    for trial in on_matrix(&some, &split).unwrap().trials {
        assert!(
            trial
                .params
                .numbers()
                .contains(&("customer_exponent", 0.25))
        );
    }
    let base = AlsoBought::params();
    let all =
        tune().search(["cosine", "jaccard", "cosine"].map(|name| named(name, &base).unwrap()));
    let tuning = on_matrix(&all, &split).unwrap();
    let tried: Vec<&str> = tuning.trials.iter().map(Trial::name).collect();
    assert_eq!(tried, ["cosine", "jaccard"]);
}

#[test]
fn a_trial_that_fails_is_kept_and_the_search_goes_on() {
    let split = split();
    let base = AlsoBought::params();
    let (ridge, power) = (named("ridge", &base), named("power", &base));
    let searched = [ridge.unwrap().memory_limit(1_000), power.unwrap()];
    let tuning = on_matrix(&tune().search(searched), &split).unwrap();
    let failed: Vec<&Trial> = tuning
        .trials
        .iter()
        .filter(|it| it.value.is_none())
        .collect();
    assert!(!failed.is_empty() && failed.len() < tuning.trials.len());
    for trial in &failed {
        assert_eq!(trial.name(), "ridge");
        assert!(trial.error.as_deref().unwrap().contains("memory_limit"));
    }
    assert_eq!(tuning.best().name(), "power");
    assert!(tuning.best_first().last().unwrap().value.is_none());
    assert!(tuning.to_string().contains("failed"));
    let only = tune().search([named("ridge", &base).unwrap().memory_limit(1_000)]);
    let problem = on_matrix(&only.trials(3), &split).unwrap_err().to_string();
    assert!(problem.contains("all of 3 trials failed") && problem.contains("memory_limit"));
}

#[test]
fn a_draw_in_place_of_a_tail_is_said_and_so_are_few_customers() {
    let (purchases, timeline) = shop_of(40, 2);
    let drawn = Split::leave_out(&purchases, None, LeaveOut::default()).unwrap();
    let said = on_matrix(&tune().trials(1), &drawn).unwrap();
    assert!(
        said.warnings[0].contains("was drawn"),
        "{:?}",
        said.warnings
    );
    assert!(said.warnings[1].contains("40 customers are judged"));
    assert!(said.to_string().contains("warning   "));
    let tail = Split::leave_out(&purchases, Some(&timeline), LeaveOut::default()).unwrap();
    assert_eq!(
        on_matrix(&tune().trials(1), &tail).unwrap().warnings.len(),
        1
    );
}

#[test]
fn settings_that_cannot_be_name_themselves() {
    let split = split();
    let nan = tune().fix("penalty", f64::NAN);
    let confident = Tune {
        confidence: 1.0,
        ..tune()
    };
    let worth = tune().metric("revenue_recall@5".parse().unwrap());
    for (tune, says) in [
        (tune().trials(0), "`trials` is 0"),
        (tune().trials(10_001), "`trials` is 10001"),
        (nan, "`penalty` is NaN"),
        (tune().fix("penalti", 1.0), "did you mean `penalty`?"),
        (tune().fix("alpha", 1.0), "it goes with the measure tversky"),
        (
            tune().fix("steps", 2.0).fix("steps", 3.0),
            "`steps` is fixed at 2 already",
        ),
        (
            tune().search([AlsoBought::params().neighbours(0)]),
            "`neighbours` is 0",
        ),
        (confident, "`confidence` is 1"),
        (worth, "`metric` is revenue_recall@5"),
    ] {
        let problem = on_matrix(&tune, &split).unwrap_err().to_string();
        assert!(problem.contains(says), "{problem}");
    }
    let (purchases, _) = shop_of(3, 1);
    let nothing = Purchases::from_csr((3, ITEMS), &[0; 4], &[], |_| 1.0).unwrap();
    let nobody = Split::given(purchases, nothing.by_row().clone()).unwrap();
    let problem = on_matrix(&tune(), &nobody).unwrap_err().to_string();
    assert!(
        problem.contains("no customer has a purchase to be judged by"),
        "{problem}"
    );
    assert!(Validation::matrix(&split).sample(0, 1).is_err());
}

#[test]
fn a_sample_learns_from_as_much_and_judges_those_who_were_drawn_as_before() {
    let split = split();
    let params = EvaluateParams::default().k([5]);
    let judged = |split: &Split| {
        params
            .fit(&AlsoBought::params(), split, Watch::new())
            .unwrap()
    };
    let all = judged(&split);
    let some = split.clone().sample(50, 3).unwrap();
    assert_eq!(some.train(), split.train());
    let few = judged(&some);
    assert_eq!(few.customers().len(), 50);
    let width = all.columns().len();
    for (row, customer) in few.customers().iter().enumerate() {
        let there = all.customers().binary_search(customer).unwrap();
        let of = |values: &[f64], row: usize| values[row * width..][..width].to_vec();
        let (one, two) = (of(few.values(), row), of(all.values(), there));
        assert!(
            one.iter()
                .zip(&two)
                .all(|(a, b)| a.to_bits() == b.to_bits())
        );
    }
    assert_ne!(
        judged(&split.clone().sample(50, 4).unwrap()).customers(),
        few.customers()
    );
    assert_eq!(split.clone().sample(10_000, 1).unwrap(), split);
}

// ---- the file ----

#[test]
fn a_search_that_went_on_is_that_which_was_never_interrupted() {
    let split = split();
    let (_folder, path) = file();
    let whole = on_matrix(&tune(), &split).unwrap();
    let kept = tune().trials_file(&path);
    // Stopped within the seventh trial, or at its end.
    let asked = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let cancel = || {
        let late = done.load(Ordering::Relaxed) >= 7;
        late && asked.fetch_add(1, Ordering::Relaxed) > 3
    };
    let watch = Watch::new().cancel(&cancel);
    let stopped = kept.run_telling(&Validation::matrix(&split), watch, |tuning| {
        done.store(tuning.trials.len(), Ordering::Relaxed);
    });
    assert!(matches!(stopped, Err(Error::Cancelled)));
    let there = lines(&path).len() - 1;
    assert!((7..13).contains(&there), "{there}");
    let tuning = on_matrix(&kept, &split).unwrap();
    assert_eq!((told(&tuning), tuning.kept), (told(&whole), there));
    // All is there: nothing is learnt any more.
    let bytes = std::fs::read(&path).unwrap();
    let again = on_matrix(&kept, &split).unwrap();
    assert_eq!((told(&again), again.kept), (told(&whole), 13));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    // More trials go on from there, fewer are the first of them.
    let more = on_matrix(&kept.clone().trials(15), &split).unwrap();
    assert_eq!(told(&more)[..13], told(&whole));
    let fewer = on_matrix(&kept.trials(4), &split).unwrap();
    assert_eq!(told(&fewer), told(&whole)[..4]);
}

#[test]
fn a_line_that_was_cut_off_is_dropped_wherever_it_was_cut() {
    let split = split();
    let (_folder, path) = file();
    let kept = tune().trials(5).trials_file(&path);
    let whole = on_matrix(&kept, &split).unwrap();
    let (bytes, all) = (std::fs::read(&path).unwrap(), lines(&path));
    let last = bytes[..bytes.len() - 1]
        .iter()
        .rposition(|&it| it == b'\n')
        .unwrap()
        + 1;
    for cut in [last + 1, last + 20, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..cut]).unwrap();
        let tuning = on_matrix(&kept, &split).unwrap();
        assert_eq!((told(&tuning), tuning.kept), (told(&whole), 4));
        assert!(
            tuning.warnings[0].contains("cut off"),
            "{:?}",
            tuning.warnings
        );
        assert_eq!(lines(&path), all);
    }
    // Nothing but a part of the first line.
    for cut in [0, 5, 40] {
        std::fs::write(&path, &bytes[..cut]).unwrap();
        let tuning = on_matrix(&kept, &split).unwrap();
        assert_eq!((told(&tuning), tuning.kept), (told(&whole), 0));
        assert_eq!(tuning.warnings.is_empty(), cut == 0);
        assert_eq!(lines(&path), all);
    }
}

#[test]
fn trials_of_another_search_are_refused_with_both_sides_and_stay() {
    let split = split();
    let (_folder, path) = file();
    let kept = tune().trials(3).trials_file(&path);
    on_matrix(&kept, &split).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let (purchases, timeline) = shop_of(300, 9);
    let other = Split::leave_out(&purchases, Some(&timeline), LeaveOut::default()).unwrap();
    let sampled = Validation::matrix(&split).sample(100, 1).unwrap();
    let usual = Validation::matrix(&split);
    let ridge = named("ridge", &AlsoBought::params()).unwrap();
    for (tune, validation, says) in [
        (
            kept.clone().seed(6),
            &usual,
            "`seed` is 5 there, but 6 here",
        ),
        (
            kept.clone().metric("recall@5".parse().unwrap()),
            &usual,
            "`metric` is ndcg@5 there, but recall@5 here",
        ),
        (kept.clone().fix("steps", 3.0), &usual, "`searched` is "),
        (kept.clone().search([ridge]), &usual, "`searched` is "),
        (
            kept.clone().keep_owned(true),
            &usual,
            "`keep_owned` is false there, but true here",
        ),
        (
            kept.clone(),
            &sampled,
            "`validation` is matrix there, but matrix customers=100 seed=1 here",
        ),
        (kept.clone(), &Validation::matrix(&other), "`data` is "),
    ] {
        let problem = tune.run(validation, Watch::new()).unwrap_err();
        assert!(matches!(problem, Error::Table { .. }));
        let problem = problem.to_string();
        assert!(
            problem.contains(says) && problem.contains("trials.jsonl"),
            "{problem}"
        );
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn what_is_no_file_of_trials_is_refused_and_stays() {
    let split = split();
    let (_folder, path) = file();
    let kept = tune().trials(3).trials_file(&path);
    on_matrix(&kept, &split).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let damaged = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    for (content, says) in [
        ("order_id,item_id\n1,tea\n".to_owned(), "something else"),
        ("order_id".to_owned(), "something else"),
        ("\u{0}\u{1}\n".to_owned(), "something else"),
        (
            damaged("\"trial\":1", "\"trial\":2"),
            "line 3: it is trial 2",
        ),
        (damaged("\"of\":1", "\"of\":7"), "it is of model 7"),
        (
            damaged("\"penalty\"", "\"penalti\""),
            "did you mean `penalty`?",
        ),
        (
            damaged("\"penalty\":25.0", "\"penalty\":\"much\""),
            "`penalty` is no number",
        ),
        (damaged("{\"trial\":0", "{\"trial\":"), "line 2"),
    ] {
        std::fs::write(&path, &content).unwrap();
        let problem = on_matrix(&kept, &split).unwrap_err().to_string();
        assert!(problem.contains(says), "{content}: {problem}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
    std::fs::write(&path, &text).unwrap();
    let held = std::fs::File::open(&path).unwrap();
    held.lock().unwrap();
    let problem = on_matrix(&kept, &split).unwrap_err().to_string();
    assert!(problem.contains("another search is writing"), "{problem}");
    drop(held);
    let nowhere = tune().trials_file(path.join("there"));
    assert!(matches!(on_matrix(&nowhere, &split), Err(Error::Io { .. })));
}

// ---- a shop ----

#[test]
fn a_shop_is_searched_as_it_is_measured() {
    let history = corner_shop();
    let by = ShopSplit::Time(ByTime {
        horizon: 20.0,
        origins: 2,
        cut: None,
    });
    let model = ShopModel {
        basis: Basis::Order,
        ..ShopModel::default()
    };
    let validation = Validation::shop(&model, &history, &by, Watch::new()).unwrap();
    let (_folder, path) = file();
    let kept = tune().trials(6).trials_file(&path);
    let tuning = kept.run(&validation, Watch::new()).unwrap();
    let params = EvaluateParams::default().k([5]);
    for trial in &tuning.trials {
        let own = ShopModel {
            also_bought: trial.params.clone(),
            ..model.clone()
        };
        let evaluation = params.shop(&own, &history, &by, Watch::new()).unwrap();
        assert_eq!(trial.value, evaluation.mean(Metric::Ndcg, 5));
    }
    assert!(tuning.warnings[0].contains("13 customers are judged"));
    let other = ShopModel::default();
    let by_customer = Validation::shop(&other, &history, &by, Watch::new()).unwrap();
    let problem = kept
        .run(&by_customer, Watch::new())
        .unwrap_err()
        .to_string();
    assert!(
        problem.contains("basis=order") && problem.contains("basis=customer"),
        "{problem}"
    );
    // Another history that is cut alike.
    let first = history.orders().get(0).unwrap();
    let fewer = history.retract([first], Watch::new()).unwrap();
    let validation = Validation::shop(&model, &fewer, &by, Watch::new()).unwrap();
    let problem = kept.run(&validation, Watch::new()).unwrap_err().to_string();
    assert!(problem.contains("`data` is "), "{problem}");
}

// ---- what is picked ----

#[test]
fn what_is_picked_is_the_simplest_of_which_the_best_is_not_surely_better() {
    let (purchases, timeline) = shop_of(900, 4);
    let validation = Validation::quick(&purchases, Some(&timeline)).unwrap();
    let base = AlsoBought::params().neighbours(30).min_customers(2);
    let choice = auto(&base, &validation, Watch::new()).unwrap();
    let names: Vec<&str> = choice.candidates.iter().map(|it| it.name).collect();
    let models = ["cosine", "power", "ridge", "closed_form", "ridge in order"];
    assert_eq!(names[0], "popular");
    assert_eq!(names[1..], models);
    // Again, by the measures of `evaluate`.
    let split = Split::leave_out(&purchases, Some(&timeline), LeaveOut::default()).unwrap();
    let params = EvaluateParams::default().k([20]);
    let judged = models.map(|name| {
        let settings = match name {
            "ridge in order" => {
                let numbers = [
                    ("distance_exponent", 0.15),
                    ("backward_weight", 0.6),
                    ("recency_exponent", 0.45),
                ];
                let ridge = named("ridge", &base).unwrap();
                let with = |ridge: AlsoBoughtParams, (name, value)| ridge.number(name, value);
                numbers.into_iter().try_fold(ridge, with).unwrap()
            }
            name => named(name, &base).unwrap(),
        };
        let evaluation = params.fit(&settings, &split, Watch::new()).unwrap();
        (settings, evaluation)
    });
    let values = judged.each_ref().map(|it| it.1.mean(Metric::Ndcg, 20));
    for (candidate, value) in choice.candidates[1..].iter().zip(values) {
        assert_eq!(candidate.value, value);
    }
    let best = (0..models.len())
        .max_by(|&a, &b| values[a].unwrap().total_cmp(&values[b].unwrap()))
        .unwrap();
    let apart = |other: usize| {
        let all = judged[best]
            .1
            .compare(&judged[other].1, &Bootstrap::default(), Watch::new());
        let all = all.unwrap();
        all.iter().find(|it| it.metric == Metric::Ndcg).unwrap().low > 0.0
    };
    let expected = (0..best).find(|&other| !apart(other)).unwrap_or(best);
    assert_eq!(choice.params, judged[expected].0);
    let says = format!("ndcg@20 {:.4} against", values[expected].unwrap());
    assert!(choice.reason.contains(&says), "{}", choice.reason);
    let who = format!("histories of {} customers", judged[0].1.customers().len());
    assert!(choice.reason.contains("of what is popular") && choice.reason.contains(&who));
    let same = auto(&base.clone().threads(1), &validation, Watch::new()).unwrap();
    assert_eq!(same.reason, choice.reason);
}

#[test]
fn where_models_come_to_the_same_the_simplest_is_picked_and_popularity_is_said_to_do() {
    // All buy the same three, the last one last.
    let starts: Vec<usize> = (0..=80).map(|row| row * 3).collect();
    let items: Vec<u32> = (0..240).map(|at| at % 3).collect();
    // Somebody keeps the last one known.
    let purchases = Purchases::from_csr((80, 3), &starts, &items, |_| 1.0).unwrap();
    let at = |row: u32, item: u32| i64::from((item + u32::from(row < 9)) % 3) * 1_000;
    let events = (0..240u32).map(|it| (it / 3, it % 3, at(it / 3, it % 3)));
    let timeline = Timeline::from_events(Basis::Customer, 80, 3, events).unwrap();
    let validation = Validation::quick(&purchases, Some(&timeline)).unwrap();
    let choice = auto(&AlsoBought::params(), &validation, Watch::new()).unwrap();
    assert_eq!(choice.params, AlsoBought::params());
    assert!(
        choice.reason.contains("alone is no worse"),
        "{}",
        choice.reason
    );
}

#[test]
fn too_few_customers_get_the_cosine_and_are_told_so() {
    let (purchases, timeline) = shop_of(49, 4);
    let base = AlsoBought::params().neighbours(9);
    for timeline in [Some(&timeline), None] {
        let validation = Validation::quick(&purchases, timeline).unwrap();
        let choice = auto(&base, &validation, Watch::new()).unwrap();
        assert_eq!((&choice.params, choice.candidates.len()), (&base, 0));
        assert!(
            choice
                .reason
                .contains("49 customers can be judged, too few")
        );
    }
    let nothing = Purchases::from_csr((3, 3), &[0, 1, 2, 2], &[0, 1], |_| 1.0).unwrap();
    let validation = Validation::quick(&nothing, None).unwrap();
    let choice = auto(&base, &validation, Watch::new()).unwrap();
    assert!(choice.reason.contains("0 customers"), "{}", choice.reason);
    let shop = corner_shop();
    let model = ShopModel::default();
    let validation = Validation::quick_shop(&model, &shop, Watch::new()).unwrap();
    let choice = auto(&base, &validation, Watch::new()).unwrap();
    assert!(
        choice.reason.contains("38 customers can be judged"),
        "{}",
        choice.reason
    );
}

#[test]
fn a_model_that_fails_is_passed_over_and_settings_of_one_model_are_refused() {
    let (purchases, _) = shop_of(200, 4);
    let validation = Validation::quick(&purchases, None).unwrap();
    // Room for counts, and not for a regression.
    let enough = |limit: u64| {
        let fit = |name: &str| {
            let params = named(name, &AlsoBought::params()).unwrap();
            params
                .memory_limit(limit)
                .threads(1)
                .fit(&purchases)
                .is_ok()
        };
        fit("cosine") && fit("power") && !fit("ridge")
    };
    let limit = (10..30)
        .flat_map(|at| [1u64 << at, 3 << (at - 1)])
        .find(|&it| enough(it));
    let base = AlsoBought::params().threads(1);
    let choice = auto(
        &base.clone().memory_limit(limit.unwrap()),
        &validation,
        Watch::new(),
    )
    .unwrap();
    let failed = choice.candidates.iter().find(|it| it.name == "ridge");
    assert_eq!(failed.unwrap().value, None);
    assert!(
        choice.reason.contains("ridge failed (`memory_limit`"),
        "{}",
        choice.reason
    );
    assert!(choice.reason.contains("was drawn"));
    let problem = auto(&base.clone().memory_limit(1), &validation, Watch::new()).unwrap_err();
    assert!(
        problem.to_string().contains("no model could be learnt"),
        "{problem}"
    );
    let params = || base.clone();
    for (base, says) in [
        (params().measure(cobuy::Measure::Lift), "`measure` is lift"),
        (params().half_life(3.0), "`half_life` is 3"),
        (params().shrinkage(3.0), "`shrinkage` is 3"),
        (named("ridge", &base).unwrap(), "`model` is ridge"),
    ] {
        let problem = auto(&base, &validation, Watch::new()).unwrap_err();
        assert!(problem.to_string().contains(says), "{problem}");
    }
}

#[test]
fn what_is_popular_is_what_most_bought_and_the_customer_does_not_own() {
    let split = split();
    let bought = split.train();
    let mut order: Vec<u32> = (0..ITEMS as u32).collect();
    let count = |item: &u32| {
        (0..bought.rows())
            .filter(|&row| bought.items_of(row).contains(item))
            .count()
    };
    order.sort_by_key(|item| (std::cmp::Reverse(count(item)), *item));
    let popular = EvaluateParams::default()
        .k([7])
        .popular(&split, Watch::new())
        .unwrap();
    let mut hits = popular.of(Metric::HitRate, 7).unwrap();
    for &customer in popular.customers() {
        let row = customer as usize;
        let owned = bought.items_of(row);
        let list: Vec<u32> = order
            .iter()
            .filter(|it| !owned.contains(it))
            .take(7)
            .copied()
            .collect();
        let held = split.test().outer_view(row).unwrap();
        let hit = held.indices().iter().any(|item| list.contains(item));
        assert_eq!(hits.next(), Some(f64::from(u8::from(hit))));
    }
    assert_eq!(hits.next(), None);
    let some = popular.mean(Metric::HitRate, 7).unwrap();
    assert!(0.0 < some && some < 1.0);
}
