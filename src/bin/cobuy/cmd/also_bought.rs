//! `cobuy also-bought`: what goes with an item.

use super::answer::{Filters, Whose, notes};
use crate::Failure;
use crate::output::{Format, Table, ratio, share, stdout, write_json};
use clap::Args;
use cobuy::Engine;
use cobuy::engine::Suggestion;
use std::path::PathBuf;

/// What customers who bought an item also buy.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cobuy also-bought shop.cobuy 85123A -n 10
  cobuy also-bought shop.cobuy 85123A --filter 'in_stock and price <= context.price'
  cobuy also-bought shop.cobuy 85123A --exclude 22423 --exclude POST --format json")]
pub struct AlsoBought {
    /// The shop's file, made by `cobuy fit`.
    shop: PathBuf,
    /// The item's id.
    item: String,
    /// Fill up with what is popular in the item's category, and then in the shop.
    #[arg(long)]
    fallback: bool,
    #[command(flatten)]
    filters: Filters,
    #[command(flatten)]
    whose: Whose,
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

impl AlsoBought {
    pub fn run(self) -> Result<(), Failure> {
        let engine = Engine::open(&self.shop)?;
        let query = engine.also_bought(self.item).fallback(self.fallback);
        let query = self.whose.apply(query);
        let answer = self.filters.apply(query).suggest()?;
        notes(&engine, &answer, self.format, "");
        let basis = engine.model().basis().plural();
        let boosted = self.filters.boost.is_some();
        let named = answer.items.iter().any(|item| item.name.is_some());
        let columns = |both: &'static str, named: bool| {
            let all = [
                ("item", false),
                ("name", false),
                ("score", true),
                ("boost", true),
                (both, true),
                ("support", true),
                ("confidence", true),
                ("lift", true),
            ];
            let shown = move |name: &str| match name {
                "name" => named,
                "boost" => boosted,
                _ => true,
            };
            Table::of(all.into_iter().filter(move |(name, _)| shown(name)))
        };
        stdout(|to| match self.format {
            Format::Json => write_json(to, &answer),
            Format::Csv => {
                let mut table = columns("both", false);
                for suggestion in &answer.items {
                    let mut row = exact(suggestion);
                    if boosted {
                        let boost = suggestion.boost.map(|boost| boost.to_string());
                        row.insert(2, boost.unwrap_or_default());
                    }
                    table.push(row);
                }
                table.write_csv(to)
            }
            Format::Table => {
                let mut table = columns(basis, named);
                for suggestion in &answer.items {
                    let mut row = rounded(suggestion);
                    if boosted {
                        row.insert(2, suggestion.boost.map(ratio).unwrap_or_default());
                    }
                    if named {
                        row.insert(1, suggestion.name.clone().unwrap_or_default());
                    }
                    table.push(row);
                }
                table.write_table(to)
            }
        })
    }
}

/// A suggestion's fields, as programs read them.
pub fn exact(suggestion: &Suggestion) -> Vec<String> {
    let evidence = suggestion.reason.evidence();
    let told = |value: Option<String>| value.unwrap_or_default();
    vec![
        suggestion.item.clone(),
        suggestion.score.to_string(),
        told(evidence.map(|evidence| evidence.both.to_string())),
        told(evidence.map(|evidence| evidence.support.to_string())),
        told(evidence.map(|evidence| evidence.confidence.to_string())),
        told(evidence.map(|evidence| evidence.lift.to_string())),
    ]
}

fn rounded(suggestion: &Suggestion) -> Vec<String> {
    let evidence = suggestion.reason.evidence();
    let told = |value: Option<String>| value.unwrap_or_default();
    vec![
        suggestion.item.clone(),
        ratio(f64::from(suggestion.score)),
        told(evidence.map(|evidence| cobuy::text::grouped(u64::from(evidence.both)))),
        told(evidence.map(|evidence| share(evidence.support))),
        told(evidence.map(|evidence| share(evidence.confidence))),
        told(evidence.map(|evidence| ratio(evidence.lift))),
    ]
}
