//! Writes a made-up shop of any size whose truth is known; see `datasets/README.md`.

#[path = "generate/mod.rs"]
mod generate;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: generate OUT_DIR [--customers 2000] [--seed 1]";

struct Arguments {
    folder: PathBuf,
    customers: u32,
    seed: u64,
}

fn arguments(mut given: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let (mut folder, mut customers, mut seed) = (None, 2_000, 1);
    while let Some(argument) = given.next() {
        let mut number = || {
            let value = given.next();
            let value = value.ok_or(format!("{argument} needs a number"))?;
            let number = value.parse::<u64>();
            number.map_err(|_| format!("{argument} is a whole number, not `{value}`"))
        };
        match argument.as_str() {
            "--customers" => {
                let told = number()?;
                customers =
                    u32::try_from(told).map_err(|_| format!("{told} customers are too many"))?;
            }
            "--seed" => seed = number()?,
            option if option.starts_with('-') => {
                return Err(format!("there is no option `{option}`"));
            }
            _ if folder.is_some() => {
                return Err(format!("one folder only, not `{argument}` as well"));
            }
            _ => folder = Some(PathBuf::from(argument)),
        }
    }
    let folder = folder.ok_or("a folder to write to is missing")?;
    Ok(Arguments {
        folder,
        customers,
        seed,
    })
}

fn main() -> ExitCode {
    let given = match arguments(std::env::args().skip(1)) {
        Ok(given) => given,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match generate::write(&given.folder, given.customers, given.seed) {
        Ok(written) => {
            println!("{written}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", given.folder.display());
            ExitCode::FAILURE
        }
    }
}
