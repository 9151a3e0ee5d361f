//! Measuring suggestions: every user of the public sets at 20, ranking and metrics, and how sure the means
//! are; on one thread and on two.

#[allow(dead_code)] // every bench uses a part of it
mod shop;

use cobuy::evaluate::{Bootstrap, EvaluateParams, Metric, Split};
use cobuy::{AlsoBought, Purchases, Watch};
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo bench -- --test` asks for one quick run.
    let runs = if std::env::args().any(|argument| argument == "--test") {
        1
    } else {
        5
    };
    println!(
        "{:10} threads  {:>9} {:>9} {:>10} {:>9}",
        "", "ranking", "metrics", "intervals", "compare"
    );
    for name in ["gowalla", "yelp2018"] {
        if let Some((train, test)) = split(name)? {
            for threads in [1, 2] {
                measure(name, &train, &test, threads, runs)?;
            }
        }
    }
    Ok(())
}

/// Milliseconds, the middle of some runs.
fn measure(
    name: &str,
    train: &Purchases,
    test: &Purchases,
    threads: usize,
    runs: usize,
) -> cobuy::Result<()> {
    let model = AlsoBought::params()
        .neighbours(100)
        .threads(threads)
        .fit(train)?;
    let split = Split::given(train.clone(), test.by_row().clone())?;
    let params = EvaluateParams::default().k([20]).threads(threads);
    let bootstrap = Bootstrap {
        threads: Some(threads),
        ..Bootstrap::default()
    };
    let mut took: [Vec<f64>; 4] = Default::default();
    let mut means = (0.0, 0.0);
    for _ in 0..runs {
        let evaluation = params.fitted(&model, &split, Watch::new())?;
        let begin = Instant::now();
        evaluation.figures(Some(&bootstrap), Watch::new())?;
        let intervals = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        evaluation.compare(&evaluation, &bootstrap, Watch::new())?;
        let compare = begin.elapsed().as_secs_f64();
        let seconds = [
            evaluation.took().rank.unwrap_or(0.0),
            evaluation.took().measure,
            intervals,
            compare,
        ];
        took.iter_mut()
            .zip(seconds)
            .for_each(|(all, seconds)| all.push(seconds * 1e3));
        let mean = |metric| evaluation.mean(metric, 20).unwrap_or(0.0);
        means = (mean(Metric::Recall), mean(Metric::Ndcg));
    }
    let [rank, metrics, intervals, compare] = took.map(|mut all| {
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    });
    println!(
        "{name:10} {threads:7}  {rank:6.0} ms {metrics:6.0} ms {intervals:7.0} ms {compare:6.0} ms   recall@20 {:.4}, ndcg@20 {:.4}",
        means.0, means.1
    );
    Ok(())
}

/// What is learnt from and what is held out, of one shape.
fn split(name: &str) -> Result<Option<(Purchases, Purchases)>, Box<dyn Error>> {
    let files = ["train", "test"].map(|half| shop::real(&format!("{name}/{half}.txt.gz")));
    let [Some(train), Some(test)] = files else {
        return Ok(None);
    };
    let read = |gzip: Vec<u8>| shop::interactions(&String::from_utf8(shop::unpacked(&gzip)?)?);
    let [train, test] = [train, test].map(read);
    let (train, test) = (train?, test?);
    let shape = (train.rows(), train.items().max(test.items()));
    let wide = |half: &Purchases| {
        let mut starts = half.by_row().proper_indptr().to_vec();
        starts.resize(shape.0 + 1, half.by_row().nnz());
        Purchases::from_csr(shape, &starts, half.by_row().indices(), |_| 1.0)
    };
    Ok(Some((wide(&train)?, wide(&test)?)))
}
