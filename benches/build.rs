//! From order lines in memory to a history, and from a history to the matrix of purchases.

#[allow(dead_code)] // every bench uses a part of it
mod shop;

use cobuy::{Basis, History, Purchases, Settings};
use criterion::{BatchSize, Criterion, Throughput};

fn main() -> cobuy::Result<()> {
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let lines = shop::lines(shop::LINES);
    let settings = Settings::default();
    let history = History::from_orders(lines.clone(), &settings)?;

    let mut group = criterion.benchmark_group("build");
    group.throughput(Throughput::Elements(lines.len() as u64));
    group.bench_function(format!("history/{}", shop::SIZE), |bench| {
        let build = |lines| History::from_orders(lines, &settings);
        bench.iter_batched(|| lines.clone(), build, BatchSize::LargeInput);
    });
    for basis in Basis::ALL {
        let build = || Purchases::from_history(&history, basis);
        build()?;
        let name = format!("purchases_by_{basis}/{}", shop::SIZE);
        group.bench_function(name, |bench| bench.iter(build));
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}
