//! `cobuy export`: every list, for a nightly load.

use super::also_bought::exact;
use crate::Failure;
use crate::output::{stdout, write_csv_row, write_json};
use clap::{Args, ValueEnum};
use cobuy::Engine;
use cobuy::engine::Suggestion;
use serde::Serialize;
use std::io::{self, Write};
use std::path::PathBuf;

/// Writes the lists of all items, or of some.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cobuy export shop.cobuy --all -o also_bought.csv
  cobuy export shop.cobuy --all -n 5 --format json -o also_bought.jsonl
  cobuy export shop.cobuy 85123A 22423")]
pub struct Export {
    /// The shop's file, made by `cobuy fit`.
    shop: PathBuf,
    /// The items whose lists to write.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    items: Vec<String>,
    /// Every item's list.
    #[arg(long)]
    all: bool,
    /// At most this many of each list [default: all that it keeps].
    #[arg(short)]
    n: Option<usize>,
    /// The file to write: the old one stays until the new one is whole [default: standard output].
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// How to write the lists.
    #[arg(long, value_enum, default_value_t = Rows::Csv)]
    format: Rows,
}

/// How lists are written.
#[derive(Clone, Copy, ValueEnum)]
enum Rows {
    /// A line a neighbour.
    Csv,
    /// A line of JSON an item.
    Json,
}

/// One item's list, as a line of JSON.
#[derive(Serialize)]
struct List<'a> {
    item: &'a str,
    items: Vec<Suggestion>,
}

impl Export {
    pub fn run(self) -> Result<(), Failure> {
        let engine = Engine::open(&self.shop)?;
        let mut wanted = vec![self.all; engine.items().len()];
        for id in &self.items {
            wanted[engine.item(id)?.position()] = true;
        }
        let lists = engine
            .all_also_bought(self.n)?
            .zip(wanted)
            .filter_map(|(list, wanted)| wanted.then_some(list));
        match &self.output {
            Some(path) => Ok(cobuy::file::replace(path, |to| {
                write(self.format, lists, to)
            })?),
            None => stdout(|to| write(self.format, lists, to)),
        }
    }
}

fn write<'a>(
    format: Rows,
    lists: impl Iterator<Item = (&'a str, Vec<Suggestion>)>,
    to: &mut dyn Write,
) -> io::Result<()> {
    if let Rows::Csv = format {
        let columns = "item rank also_bought score both support confidence lift";
        write_csv_row(to, columns.split(' '))?;
    }
    for (item, suggestions) in lists {
        match format {
            Rows::Json => write_json(
                to,
                &List {
                    item,
                    items: suggestions,
                },
            )?,
            Rows::Csv => {
                for (rank, suggestion) in (1..).zip(&suggestions) {
                    let rank = i32::to_string(&rank);
                    let exact = exact(suggestion);
                    let fields = [item, &rank]
                        .into_iter()
                        .chain(exact.iter().map(String::as_str));
                    write_csv_row(to, fields)?;
                }
            }
        }
    }
    Ok(())
}
