//! From the files of a simulated shop to a saved engine: seconds and the most memory, by size.

#[allow(dead_code)] // what was written is told by the reader
#[path = "../datasets/generate/mod.rs"]
mod generate;

use cobuy::{Engine, Settings, TableName, Tables};
use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Numbers of customers.
const SIZES: [u32; 3] = [1_000, 20_000, 100_000];
/// What a process is told that measures one shop, in the folder that follows.
const ONE: &str = "--one-shop";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == ONE) {
        let folder = arguments.get(at + 1).ok_or("the folder is missing")?;
        return measure(Path::new(folder));
    }
    // `cargo bench -- --test` only looks whether it works.
    let sizes = match arguments.iter().any(|argument| argument == "--test") {
        true => &[100][..],
        false => &SIZES[..],
    };
    println!(
        "{:>9}{:>10}{:>12}{:>12}{:>9}{:>9}{:>9}{:>10}{:>10}",
        "customers", "items", "lines", "events", "read", "fit", "save", "file", "memory"
    );
    for &customers in sizes {
        let folder = tempfile::tempdir()?;
        let written = generate::write(folder.path(), customers, 1)?;
        let (items, lines, events) = (written.items, written.lines, written.events);
        print!("{customers:>9}{items:>10}{lines:>12}{events:>12}");
        std::io::Write::flush(&mut std::io::stdout())?;
        // A process of its own, so that its peak is of this shop alone.
        let mut one = Command::new(std::env::current_exe()?);
        let status = one.arg(ONE).arg(folder.path()).status()?;
        if !status.success() {
            return Err(format!("{customers} customers: {status}").into());
        }
    }
    Ok(())
}

/// Reads a shop, fits it and saves it.
fn measure(folder: &Path) -> Result<(), Box<dyn Error>> {
    let fees = ["shipping", "gift-wrap", "sample-sachet"];
    let settings = Settings {
        ignore: fees.map(str::to_owned).into(),
        ..Settings::default()
    };
    let start = Instant::now();
    let mut tables = Tables::new(settings);
    for table in [
        TableName::Orders,
        TableName::Items,
        TableName::Customers,
        TableName::Events,
    ] {
        let path = folder.join(format!("{}.csv", table.name()));
        tables = tables.read(table, path.as_path())?;
    }
    let history = tables.history()?;
    let read = start.elapsed().as_secs_f64();
    let engine = Engine::builder(&history).fit()?;
    let fitted = start.elapsed().as_secs_f64();
    let file = folder.join("shop.cobuy");
    engine.save(&file)?;
    let saved = start.elapsed().as_secs_f64();
    let size = std::fs::metadata(&file)?.len() as f64 / 1e6;
    let (fit, save) = (fitted - read, saved - fitted);
    let peak = peak().map_or("not known".to_owned(), |mb| format!("{mb:.0} MB"));
    println!("{read:>7.2} s{fit:>7.2} s{save:>7.2} s{size:>7.1} MB{peak:>10}");
    Ok(())
}

/// The most memory that this process ever held, in megabytes, where the system tells it.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024.0 / 1e6)
}
