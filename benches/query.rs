//! Questions to a fitted shop, and its way to a file and back.

#[allow(dead_code)] // every bench uses a part of it
mod shop;

use cobuy::{Engine, Filter, History, Query, Settings};
use criterion::Criterion;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut criterion = Criterion::default().configure_from_args();
    let lines = shop::lines(shop::LINES);
    // Items are asked for as often as they are bought.
    let asked: Vec<&str> = lines[..5_000].iter().map(|line| &*line.item_id).collect();
    let history = History::from_orders(lines.clone(), &Settings::default())?;
    let engine = Engine::builder(&history).fit()?;
    also_bought(&mut criterion, &engine, &asked)?;
    several(&mut criterion, &engine, &asked)?;
    recommend(&mut criterion, &engine, &asked)?;
    file(&mut criterion, &engine)?;
    criterion.final_summary();
    Ok(())
}

fn also_bought(criterion: &mut Criterion, engine: &Engine, asked: &[&str]) -> cobuy::Result<()> {
    let mut group = criterion.benchmark_group("query");
    let mut bench = |name: &str, exclude: &[&str], only: Option<&[&str]>| {
        let ask = |item: &str| {
            let mut query = engine.also_bought(item).n(10).exclude(exclude.to_vec());
            if let Some(only) = only {
                query = query.only(only.to_vec());
            }
            query.suggest()
        };
        ask(asked[0])?;
        let mut items = asked.iter().cycle();
        group.bench_function(format!("also_bought{name}/{}", shop::SIZE), |bench| {
            bench.iter(|| items.next().map(|item| ask(item)));
        });
        cobuy::Result::Ok(())
    };
    bench("", &[], None)?;
    bench("_exclude_5", &asked[..5], None)?;
    // Hardly ever are ten of an item's kept neighbours among these, so its row is counted anew.
    let some: Vec<&str> = engine.items().iter().step_by(40).collect();
    bench("_only_100", &[], Some(&some))?;
    group.finish();
    Ok(())
}

/// Questions about several items and about none, plain and filtered.
fn several<'a>(
    criterion: &mut Criterion,
    engine: &'a Engine,
    asked: &'a [&'a str],
) -> cobuy::Result<()> {
    let owners = shop::owners(engine, 20);
    let baskets: Vec<&[&str]> = asked.chunks_exact(3).collect();
    let some: Vec<&str> = engine.items().iter().step_by(40).collect();
    let basket = |at: usize| engine.for_basket(baskets[at % baskets.len()].to_vec());
    let customer = |at: usize| engine.for_customer(owners[at % owners.len()]);
    let popular = |_: usize| engine.popular(None);
    let mut group = criterion.benchmark_group("query");
    let questions: [(&str, &dyn Fn(usize) -> Query<'a>); 3] = [
        ("for_basket_of_3", &basket),
        ("for_customer_of_20", &customer),
        ("popular", &popular),
    ];
    for (name, question) in questions {
        let filtered = |at: usize| question(at).exclude(asked[..5].to_vec());
        let among = |at: usize| question(at).only(some.clone());
        let ways: [(&str, &dyn Fn(usize) -> Query<'a>); 3] = [
            ("", question),
            ("_exclude_5", &filtered),
            ("_only_100", &among),
        ];
        for (way, question) in ways {
            question(0).n(10).suggest()?;
            let mut at = 0;
            group.bench_function(format!("{name}{way}/{}", shop::SIZE), |bench| {
                bench.iter(|| {
                    at += 1;
                    question(at).n(10).suggest()
                });
            });
        }
    }
    group.finish();
    Ok(())
}

fn recommend(criterion: &mut Criterion, engine: &Engine, asked: &[&str]) -> cobuy::Result<()> {
    let owned: cobuy::Result<Vec<u32>> =
        asked.iter().map(|id| Ok(engine.item(id)?.get())).collect();
    let owned = owned?;
    let (model, all) = (engine.model(), Filter::all());
    let ask = |owned: &[u32]| model.recommend(owned, 10, &all, false);
    ask(&owned[..20])?;
    let mut histories = owned.chunks_exact(20).cycle();
    criterion.bench_function(&format!("query/recommend_of_20/{}", shop::SIZE), |bench| {
        bench.iter(|| histories.next().map(ask));
    });
    Ok(())
}

fn file(criterion: &mut Criterion, engine: &Engine) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("shop.cobuy");
    engine.save(&path)?;
    Engine::open(&path)?;
    let mut group = criterion.benchmark_group("file");
    group.sample_size(20);
    group.bench_function(format!("save/{}", shop::SIZE), |bench| {
        bench.iter(|| engine.save(&path));
    });
    let (model, unsynced) = (engine.model(), folder.path().join("model.cobuy"));
    group.bench_function(format!("save_lists/{}", shop::SIZE), |bench| {
        bench.iter(|| model.save(&path));
    });
    let write = || std::fs::write(&unsynced, model.to_bytes().unwrap_or_default());
    write()?;
    group.bench_function(format!("save_lists_without_sync/{}", shop::SIZE), |bench| {
        bench.iter(write);
    });
    engine.save(&path)?;
    group.bench_function(format!("open/{}", shop::SIZE), |bench| {
        bench.iter(|| Engine::open(&path));
    });
    group.finish();
    Ok(())
}
