//! Learning "customers also bought", the best 100 by cosine, on one thread and on two.

#[allow(dead_code)] // every bench uses a part of it
mod shop;

use cobuy::{AlsoBought, Basis, History, Purchases, Settings};
use criterion::{Criterion, SamplingMode};
use std::error::Error;
use std::time::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    let mut criterion = Criterion::default()
        .measurement_time(Duration::from_secs(15))
        .sample_size(10)
        .configure_from_args();
    let history = History::from_orders(shop::lines(shop::LINES), &Settings::default())?;
    let purchases = Purchases::from_history(&history, Basis::Customer)?;
    fit(&mut criterion, shop::SIZE, &purchases)?;
    for name in ["gowalla", "yelp2018"] {
        if let Some(gzip) = shop::real(&format!("{name}/train.txt.gz")) {
            let text = String::from_utf8(shop::unpacked(&gzip)?)?;
            fit(&mut criterion, name, &interactions(&text)?)?;
        }
    }
    criterion.final_summary();
    Ok(())
}

fn fit(criterion: &mut Criterion, size: &str, purchases: &Purchases) -> cobuy::Result<()> {
    let mut group = criterion.benchmark_group("fit");
    group.sampling_mode(SamplingMode::Flat); // equally many fits a sample: each takes long enough
    for threads in [1, 2] {
        let params = AlsoBought::params().neighbours(100).threads(threads);
        let fit = || params.fit(purchases);
        fit()?;
        let name = format!("also_bought/{size}/threads_{threads}");
        group.bench_function(name, |bench| bench.iter(fit));
    }
    group.finish();
    Ok(())
}

/// A matrix from lines of a user and the user's items.
fn interactions(text: &str) -> Result<Purchases, Box<dyn Error>> {
    let mut starts = vec![0];
    let mut items: Vec<u32> = Vec::new();
    for line in text.lines() {
        for item in line.split_whitespace().skip(1) {
            items.push(item.parse()?);
        }
        starts.push(items.len());
    }
    let width = items.iter().max().map_or(0, |&last| last as usize + 1);
    let shape = (starts.len() - 1, width);
    Ok(Purchases::from_csr(shape, &starts, &items, |_| 1.0)?)
}
