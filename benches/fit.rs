//! Learning "customers also bought", the best 100, on one thread and on two: by cosine; by cosine of
//! purchases that fade with time; and by confidence of what was bought within 30 days after.

#[allow(dead_code)] // every bench uses a part of it
mod shop;

use cobuy::{
    AlsoBought, AlsoBoughtParams, Basis, History, Measure, Purchases, Settings, Timeline, Watch,
};
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
            fit(&mut criterion, name, &shop::interactions(&text)?)?;
        }
    }
    criterion.final_summary();
    Ok(())
}

fn fit(criterion: &mut Criterion, size: &str, purchases: &Purchases) -> cobuy::Result<()> {
    let mut group = criterion.benchmark_group("fit");
    group.sampling_mode(SamplingMode::Flat); // equally many fits a sample: each takes long enough
    let timeline = made_up_times(purchases)?;
    for threads in [1, 2] {
        let params = AlsoBought::params().neighbours(100).threads(threads);
        let fit = || params.fit(purchases);
        fit()?;
        let name = format!("also_bought/{size}/threads_{threads}");
        group.bench_function(name, |bench| bench.iter(fit));
        let timed: [(&str, AlsoBoughtParams); 2] = [
            ("fading", params.clone().half_life(90.0)),
            (
                "after",
                params
                    .clone()
                    .measure(Measure::Confidence)
                    .within_days(30.0),
            ),
        ];
        for (kind, params) in timed {
            let fit = || params.fit_timed(purchases, &timeline, SPAN, Watch::new());
            fit()?;
            let name = format!("also_bought_{kind}/{size}/threads_{threads}");
            group.bench_function(name, |bench| bench.iter(fit));
        }
    }
    group.finish();
    Ok(())
}

/// Two years, in microseconds.
const SPAN: i64 = 730 * 86_400_000_000;

/// Each purchase at some time within two years, the same on every run.
fn made_up_times(purchases: &Purchases) -> cobuy::Result<Timeline> {
    let events = (0..purchases.rows()).flat_map(|row| {
        let items = purchases.items_of(row).iter();
        items.map(move |&item| {
            let mixed = ((row as u64) << 32 | u64::from(item)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 1;
            (row as u32, item, mixed as i64 % SPAN)
        })
    });
    let (rows, items) = (purchases.rows(), purchases.items());
    Timeline::from_events(purchases.basis(), rows, items, events)
}
