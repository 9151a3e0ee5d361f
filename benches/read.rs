//! Order lines read per second on one core: ids interned, numbers and times parsed, orders sorted.

#[allow(dead_code)] // every bench uses a part of it
mod shop;

use cobuy::{History, Input, Reader, Settings};
use criterion::{Criterion, SamplingMode, Throughput};
use flate2::{Compression, write::GzEncoder};
use std::error::Error;
use std::io::Write;

fn main() -> Result<(), Box<dyn Error>> {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let plain = shop::csv(&shop::lines(shop::LINES)).into_bytes();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&plain)?;
    read(&mut criterion, shop::SIZE, &plain, &gzip.finish()?)?;
    if let Some(gzip) = shop::real("online_retail/online_retail.csv.gz") {
        let plain = shop::unpacked(&gzip)?;
        read(&mut criterion, "online_retail", &plain, &gzip)?;
    }
    criterion.final_summary();
    Ok(())
}

fn read(criterion: &mut Criterion, size: &str, plain: &[u8], gzip: &[u8]) -> cobuy::Result<()> {
    let mut group = criterion.benchmark_group("read");
    group.sampling_mode(SamplingMode::Flat); // equally many reads a sample: each takes long enough
    for (form, bytes) in [("csv", plain), ("csv_gzip", gzip)] {
        let read = || {
            History::read(
                Input::bytes(bytes, "a shop"),
                &Reader::new(),
                &Settings::default(),
            )
        };
        group.throughput(Throughput::Elements(read()?.summary().rows));
        group.bench_function(format!("{form}/{size}"), |bench| bench.iter(read));
    }
    group.finish();
    Ok(())
}
