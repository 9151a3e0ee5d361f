//! Behaviours that recommenders are known to get wrong, each under its name, on a shop whose answers
//! can be seen by eye.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use cobuy::{
    AlsoBought, Basis, Engine, Error, Filter, History, ItemIx, Measure, OrderLine, Purchases,
    Scored, Settings, Suggestions, Watch,
};
use sprs::CsMatI;

/// Who bought what, one order each.
const BASKETS: [(&str, &[&str]); 6] = [
    ("ann", &["tea", "cup", "pot"]),
    ("bo", &["tea", "cup"]),
    ("cy", &["tea", "cup"]),
    ("di", &["tea", "pot"]),
    ("ed", &["cup", "jar"]),
    ("flo", &["pen"]),
];
/// Its items by index.
const ITEMS: [&str; 5] = ["cup", "jar", "pen", "pot", "tea"];
const CUP: u32 = 0;
const JAR: u32 = 1;
const PEN: u32 = 2;
const POT: u32 = 3;
const TEA: u32 = 4;

/// The shop, fitted on how many bought both.
fn shop(neighbours: usize) -> Engine {
    let lines = BASKETS.iter().flat_map(|(customer, items)| {
        let order = format!("order of {customer}");
        items
            .iter()
            .map(move |item| OrderLine::new(order.clone(), *customer, *item))
    });
    let history = History::from_orders(lines, &Settings::default()).unwrap();
    let params = AlsoBought::params()
        .measure(Measure::Count)
        .neighbours(neighbours);
    Engine::builder(&history).also_bought(params).fit().unwrap()
}

fn seen(told: &Suggestions) -> Vec<(&str, f32)> {
    told.items
        .iter()
        .map(|told| (told.item.as_str(), told.score))
        .collect()
}

fn scored(scored: &[Scored<ItemIx>]) -> Vec<(u32, f32)> {
    scored
        .iter()
        .map(|scored| (scored.id.get(), scored.score))
        .collect()
}

/// All choices of some of the shop's items.
fn choices() -> impl Iterator<Item = Vec<u32>> {
    let chosen = |bits: u32| (0..5).filter(|item| bits >> item & 1 == 1).collect();
    (0..1 << ITEMS.len()).map(chosen)
}

fn ids(indices: &[u32]) -> Vec<&'static str> {
    indices.iter().map(|&item| ITEMS[item as usize]).collect()
}

fn message<T>(result: cobuy::Result<T>) -> String {
    result
        .err()
        .map_or_else(|| "no error".to_owned(), |problem| problem.to_string())
}

#[test]
fn the_answers_are_those_seen_by_eye() {
    let shop = shop(50);
    let near = |item: &str| shop.also_bought(item).suggest().unwrap();
    assert_eq!(seen(&near("tea")), [("cup", 3.0), ("pot", 2.0)]);
    assert_eq!(
        seen(&near("cup")),
        [("tea", 3.0), ("jar", 1.0), ("pot", 1.0)]
    );
    assert_eq!(seen(&near("pen")), []);
    let owned = shop
        .model()
        .recommend(&[TEA, JAR], 5, &Filter::all(), false)
        .unwrap();
    assert_eq!(scored(&owned), [(CUP, 4.0), (POT, 2.0)]);
}

#[test]
fn a_filter_never_widens_an_answer() {
    let (shop, all) = (shop(2), Filter::all());
    for source in 0..5 {
        let item = ItemIx::new(source as usize).unwrap();
        let unfiltered = shop.also_bought(ITEMS[source as usize]).suggest().unwrap();
        let near = shop.model().similar_items(item, 5).unwrap();
        let owned = shop
            .model()
            .recommend(&[source, JAR], 5, &all, true)
            .unwrap();
        for (chosen, n) in choices().flat_map(|chosen| (1..6).map(move |n| (chosen.clone(), n))) {
            let exclude = all.clone().exclude(&chosen, 5).unwrap();
            let only = all.clone().only(&chosen, 5).unwrap();
            let ask = || shop.also_bought(ITEMS[source as usize]).n(n);
            let told = [ask().exclude(ids(&chosen)), ask().only(ids(&chosen))]
                .map(|it| it.suggest().unwrap());
            for (told, filter) in told.iter().zip([&exclude, &only]) {
                assert!(told.items.len() <= n);
                let allowed = |item: &str| {
                    filter.allows(ITEMS.iter().position(|&id| id == item).unwrap() as u32)
                };
                assert!(
                    told.items
                        .iter()
                        .all(|it| unfiltered.items.contains(it) && allowed(&it.item))
                );
            }
            for filter in [&exclude, &only] {
                let fewer = shop.model().similar_items_among(item, n, filter).unwrap();
                assert!(fewer.len() <= n);
                assert!(
                    fewer
                        .iter()
                        .all(|it| near.contains(it) && filter.allows(it.id.get()))
                );
                let fewer = shop
                    .model()
                    .recommend(&[source, JAR], n, filter, true)
                    .unwrap();
                assert!(fewer.len() <= n);
                assert!(
                    fewer
                        .iter()
                        .all(|it| owned.contains(it) && filter.allows(it.id.get()))
                );
            }
        }
    }
}

#[test]
fn what_is_excluded_stays_so_whatever_is_excluded_after_it() {
    let told = shop(50)
        .also_bought("tea")
        .exclude(["cup"])
        .exclude(["pot"])
        .suggest()
        .unwrap();
    assert_eq!(seen(&told), []);
    let filter = Filter::all()
        .exclude(&[CUP], 5)
        .unwrap()
        .exclude(&[POT], 5)
        .unwrap();
    assert!(!filter.allows(CUP) && !filter.allows(POT) && filter.allows(TEA));
}

#[test]
fn a_filter_past_the_kept_neighbours_is_answered_from_the_purchases() {
    let shop = shop(1);
    let tea = ItemIx::new(TEA as usize).unwrap();
    assert_eq!(
        scored(&shop.model().similar_items(tea, 5).unwrap()),
        [(CUP, 3.0)]
    );
    let told = shop
        .also_bought("tea")
        .exclude(["cup"])
        .n(1)
        .suggest()
        .unwrap();
    assert_eq!(
        (seen(&told), &told.short_reason),
        (vec![("pot", 2.0)], &None)
    );
    let told = shop.also_bought("tea").n(2).suggest().unwrap();
    assert_eq!(
        (seen(&told), &told.short_reason),
        (vec![("cup", 3.0), ("pot", 2.0)], &None)
    );
    // A model without purchases has only what it kept.
    let without_cup = Filter::all().exclude(&[CUP], 5).unwrap();
    assert!(
        shop.model()
            .similar_items_among(tea, 1, &without_cup)
            .unwrap()
            .is_empty()
    );
}

#[test]
fn only_adds_nothing_that_has_no_score_and_asks_for_no_more_than_n() {
    let shop = shop(50);
    let ask = |n| {
        shop.also_bought("tea")
            .only(["jar", "pen", "pot", "cup", "tea"])
            .n(n)
            .suggest()
            .unwrap()
    };
    assert_eq!(seen(&ask(1)), [("cup", 3.0)]);
    assert_eq!(seen(&ask(5)), [("cup", 3.0), ("pot", 2.0)]);
    let told = shop
        .also_bought("tea")
        .only(["pen", "jar"])
        .n(2)
        .suggest()
        .unwrap();
    assert_eq!(seen(&told), []);
    assert_eq!(
        told.short_reason.as_deref(),
        Some("no other item was bought with `tea` and is among `only`")
    );
    let none = shop
        .also_bought("tea")
        .only(Vec::<String>::new())
        .suggest()
        .unwrap();
    assert_eq!(seen(&none), [], "only of nothing lets nothing through");
    let only = Filter::all().only(&[PEN, JAR, POT], 5).unwrap();
    let owned = shop.model().recommend(&[TEA], 3, &only, false).unwrap();
    assert_eq!(scored(&owned), [(POT, 2.0)]);
}

#[test]
fn a_filter_that_names_unknown_items_says_so_and_filters_by_the_rest() {
    let told = shop(50)
        .also_bought("tea")
        .exclude(["cup", "gin"])
        .suggest()
        .unwrap();
    assert_eq!(seen(&told), [("pot", 2.0)]);
    assert_eq!(told.unknown, ["gin"]);
}

#[test]
fn an_index_out_of_range_is_an_error_and_an_unknown_item_names_near_ones() {
    let shop = shop(50);
    let (model, all) = (shop.model(), Filter::all());
    let out = "item index 5 is out of range: there are 5 items";
    assert_eq!(message(shop.purchases().item(5)), out);
    assert_eq!(message(model.recommend(&[TEA, 5], 1, &all, false)), out);
    assert_eq!(message(model.similar_rows(&[TEA, 5], 1, &all)), out);
    assert_eq!(message(Filter::all().exclude(&[5], 5)), out);
    assert_eq!(message(Filter::all().only(&[5], 5)), out);
    assert!(ItemIx::new((1 << 31) - 1).is_none());
    assert_eq!(
        message(shop.also_bought("Cupp").suggest()),
        "item `Cupp` never appeared in the orders this shop was fitted on; did you mean `cup`?"
    );
}

#[test]
fn asking_for_none_is_an_error_and_not_all() {
    let shop = shop(50);
    let (model, all) = (shop.model(), Filter::all());
    for problem in [
        message(shop.also_bought("tea").n(0).suggest()),
        message(model.recommend(&[TEA], 0, &all, false)),
        message(model.similar_rows(&[TEA], 0, &all)),
        message(model.recommend_rows(shop.purchases(), 0, &all, false, Watch::new())),
    ] {
        assert_eq!(problem, "`n` is 0, but it must be at least 1");
    }
}

#[test]
fn a_matrix_of_another_width_is_refused_and_not_turned_round() {
    let shop = shop(50);
    let other = Purchases::from_csr((5, 6), &[0, 1, 1, 1, 1, 1], &[5], |_| 1.0).unwrap();
    let told = shop
        .model()
        .recommend_rows(&other, 1, &Filter::all(), false, Watch::new());
    assert_eq!(
        message(told),
        "the matrix has 6 columns, but the model was fitted on 5 items"
    );
}

#[test]
fn everything_already_bought_gives_an_empty_answer_and_not_junk() {
    let shop = shop(50);
    let told = shop
        .model()
        .recommend(&[CUP, JAR, PEN, POT, TEA], 5, &Filter::all(), false);
    assert!(told.unwrap().is_empty());
    let owner = Purchases::from_csr((1, 5), &[0, 5], &[0, 1, 2, 3, 4], |_| 1.0).unwrap();
    let (items, scores) = shop
        .model()
        .recommend_rows(&owner, 3, &Filter::all(), false, Watch::new())
        .unwrap();
    assert_eq!(items, ndarray::arr2(&[[-1, -1, -1]]));
    assert!(scores.iter().all(|score| score.is_nan()));
}

#[test]
fn an_empty_history_gives_nothing_singly_and_padding_in_a_batch() {
    let shop = shop(50);
    assert!(
        shop.model()
            .recommend(&[], 5, &Filter::all(), false)
            .unwrap()
            .is_empty()
    );
    let nobody = Purchases::from_csr((2, 5), &[0, 0, 1], &[TEA], |_| 1.0).unwrap();
    let (items, scores) = shop
        .model()
        .recommend_rows(&nobody, 2, &Filter::all(), false, Watch::new())
        .unwrap();
    assert_eq!(items, ndarray::arr2(&[[-1, -1], [CUP as i32, POT as i32]]));
    assert!(scores.row(0).iter().all(|score| score.is_nan()));
    assert_eq!(scores.row(1).to_vec(), [3.0, 2.0]);
}

#[test]
fn an_item_that_nobody_kept_says_why_it_has_no_neighbours() {
    let ordered = |order, item, status| OrderLine::new(order, "ann", item).status(status);
    let lines = [
        ordered("1", "tea", "paid"),
        ordered("2", "gin", "cancelled"),
    ];
    let history = History::from_orders(lines, &Settings::default()).unwrap();
    let shop = Engine::builder(&history).fit().unwrap();
    let told = shop.also_bought("gin").suggest().unwrap();
    assert_eq!(
        (seen(&told), told.short_reason.as_deref()),
        (
            vec![],
            Some("`gin` was never bought by a known customer in an order that counts")
        )
    );
}

#[test]
fn nan_infinite_and_negative_values_are_refused_by_their_place() {
    for (value, told) in [
        (f64::NAN, "NaN"),
        (f64::INFINITY, "inf"),
        (f64::NEG_INFINITY, "-inf"),
        (-1.0, "-1"),
    ] {
        let start = format!("the value at row 1, column 2 is {told}, but purchases are");
        let values = [1.0, 2.0, value];
        let (starts, indices) = (vec![0, 1, 3], vec![0, 1, 2]);
        let problem = message(Purchases::from_csr((2, 3), &starts, &indices, |at| {
            values[at]
        }));
        assert!(problem.starts_with(&start), "{problem}");
        let starts = starts.iter().map(|&start| start as u32).collect();
        let matrix = CsMatI::<f64, u32>::new((2, 3), starts, indices, values.to_vec());
        for matrix in [matrix.to_csc(), matrix] {
            let problem = message(Purchases::from_matrix(&matrix));
            assert!(problem.starts_with(&start), "{problem}");
        }
    }
}

#[test]
fn stored_zeros_are_dropped_and_values_stored_twice_are_added_up_first() {
    // Row 0: a zero, a place stored twice that adds up to zero, and one bought. Row 1: a place whose
    // negative half is made good by the other.
    let (indices, values) = ([0, 2, 2, 1, 0, 0], [0.0, 1.5, -1.5, 2.0, -1.0, 3.0]);
    let purchases = Purchases::from_csr((2, 3), &[0, 4, 6], &indices, |at| values[at]).unwrap();
    assert_eq!(
        (purchases.items_of(0), purchases.items_of(1)),
        (&[1][..], &[0][..])
    );
    let below_zero = Purchases::from_csr((1, 1), &[0, 2], &[0, 0], |at| [1.0, -3.0][at]);
    let problem = message(below_zero);
    assert!(
        problem.starts_with("the value at row 0, column 0 is -2, but"),
        "{problem}"
    );
    let endless = Purchases::from_csr((1, 1), &[0, 2], &[0, 0], |_| f64::MAX);
    let problem = message(endless);
    assert!(
        problem.starts_with("the value at row 0, column 0 is inf, but"),
        "{problem}"
    );
}

#[test]
fn unsorted_indices_columns_and_sizes_of_values_make_no_difference() {
    let sorted = Purchases::from_csr((2, 4), &[0, 3, 4], &[0, 1, 3, 2], |_| 1.0).unwrap();
    let unsorted =
        Purchases::from_csr((2, 4), &[0, 3, 4], &[3, 0, 1, 2], |at| 0.5 + at as f64).unwrap();
    let columns =
        CsMatI::<f64, u32>::new_csc((2, 4), vec![0, 1, 2, 3, 4], vec![0, 0, 1, 0], vec![7.0; 4]);
    assert_eq!(unsorted, sorted);
    assert_eq!(Purchases::from_matrix(&columns).unwrap(), sorted);
}

#[test]
fn parts_that_are_no_matrix_are_refused() {
    for (starts, indices, reason) in [
        (&[0, 1][..], &[0][..], "its row pointers"),
        (&[0, 1, 2], &[0], "its row pointers"),
        (&[1, 1, 1], &[0], "its row pointers"),
        (&[0, 2, 1], &[0], "its row pointers"),
        (&[], &[], "its row pointers"),
        (&[0, 0, 1], &[3], "it stores column 3, but has 3 columns"),
    ] {
        let problem = message(Purchases::from_csr((2, 3), starts, indices, |_| 1.0));
        let start = format!("the matrix is damaged: {reason}");
        assert!(problem.starts_with(&start), "{problem}");
    }
    let endless = Purchases::from_csr((0, 1 << 31), &[0], &[], |_| 1.0);
    assert!(matches!(endless, Err(Error::TooMany { .. })));
}

#[test]
fn a_matrix_without_rows_or_columns_fits_and_answers_nothing() {
    for (rows, items) in [(0, 0), (0, 3), (3, 0)] {
        let empty = Purchases::from_csr((rows, items), &vec![0; rows + 1], &[], |_| 1.0).unwrap();
        assert_eq!(empty.buyers(), 0);
        for measure in Measure::ALL {
            let model = AlsoBought::params().measure(measure).fit(&empty).unwrap();
            assert_eq!((model.items(), model.lists().total()), (items, 0));
            let all = Filter::all();
            assert!(model.recommend(&[], 5, &all, true).unwrap().is_empty());
            let batch = model
                .recommend_rows(&empty, 5, &all, true, Watch::new())
                .unwrap();
            assert_eq!(
                (batch.0.dim(), batch.1.dim()),
                ((rows, items), (rows, items))
            );
            assert_eq!(
                model.similar_rows(&[], 5, &all).unwrap().0.dim(),
                (0, items)
            );
            let bytes = model.to_bytes().unwrap();
            assert_eq!(AlsoBought::from_bytes(&bytes).unwrap(), model);
        }
    }
}

#[test]
fn a_shop_without_orders_fits_saves_and_opens() {
    let history = History::from_orders([], &Settings::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.cobuy");
    for basis in Basis::ALL {
        let shop = Engine::builder(&history).basis(basis).fit().unwrap();
        assert_eq!(shop.all_also_bought(None).unwrap().count(), 0);
        assert_eq!(shop.about().as_of, None);
        assert!(matches!(
            shop.also_bought("tea").suggest(),
            Err(Error::UnknownItem { .. })
        ));
        shop.save(&path).unwrap();
        assert_eq!(Engine::open(&path).unwrap(), shop);
    }
}

#[test]
fn one_customer_makes_all_that_was_bought_neighbours_except_by_llr() {
    let one = Purchases::from_csr((1, 3), &[0, 3], &[0, 1, 2], |_| 1.0).unwrap();
    for measure in Measure::ALL {
        let model = AlsoBought::params().measure(measure).fit(&one).unwrap();
        let near = scored(&model.similar_items(ItemIx::new(1).unwrap(), 5).unwrap());
        match measure {
            // Where everybody buys everything, nothing is bought together oftener than by chance.
            Measure::Llr => assert_eq!(near, []),
            _ => assert_eq!(near, [(0, 1.0), (2, 1.0)], "{measure}"),
        }
    }
}

#[test]
fn one_item_has_no_neighbour_and_least_of_all_itself() {
    let one = Purchases::from_csr((3, 1), &[0, 1, 2, 3], &[0, 0, 0], |_| 1.0).unwrap();
    for measure in Measure::ALL {
        let model = AlsoBought::params().measure(measure).fit(&one).unwrap();
        assert!(
            model
                .similar_items(ItemIx::new(0).unwrap(), 5)
                .unwrap()
                .is_empty(),
            "{measure}"
        );
        assert_eq!(
            model.similar_rows(&[0], 5, &Filter::all()).unwrap().0,
            ndarray::arr2(&[[-1]])
        );
        assert!(
            model
                .recommend(&[0], 5, &Filter::all(), true)
                .unwrap()
                .is_empty()
        );
    }
}
