//! `cobuy also-bought`: what goes with an item.

use crate::output::{Format, Table, ratio, share, stdout, write_json};
use crate::{Failure, note};
use clap::Args;
use cobuy::Engine;
use cobuy::engine::Suggestion;
use std::path::PathBuf;

/// What customers who bought an item also buy.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cobuy also-bought shop.cobuy 85123A -n 10
  cobuy also-bought shop.cobuy 85123A --exclude 22423 --exclude POST --format json")]
pub struct AlsoBought {
    /// The shop's file, made by `cobuy fit`.
    shop: PathBuf,
    /// The item's id.
    item: String,
    /// How many suggestions.
    #[arg(short, default_value_t = 10)]
    n: usize,
    /// Never this item; may be given again.
    #[arg(long, value_name = "ITEM")]
    exclude: Vec<String>,
    /// None but this item; may be given again.
    #[arg(long, value_name = "ITEM")]
    only: Vec<String>,
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

impl AlsoBought {
    pub fn run(self) -> Result<(), Failure> {
        let engine = Engine::open(&self.shop)?;
        let mut query = engine
            .also_bought(self.item)
            .n(self.n)
            .exclude(self.exclude);
        if !self.only.is_empty() {
            query = query.only(self.only);
        }
        let answer = query.suggest()?;
        for id in &answer.unknown {
            let near = engine.items().near(id);
            let hint = near.first().map(|near| format!("; did you mean `{near}`?"));
            let hint = hint.unwrap_or_default();
            note(&format!("note: `{id}` is no item of this shop{hint}\n"));
        }
        if let (Some(reason), false) = (&answer.short_reason, self.format == Format::Json) {
            note(&format!("note: {reason}\n"));
        }
        let basis = engine.model().basis().plural();
        let numbers = ["score", basis, "support", "confidence", "lift"];
        stdout(|to| match self.format {
            Format::Json => write_json(to, &answer),
            Format::Csv => {
                let mut table = Table::new(
                    &["item"],
                    &["score", "both", "support", "confidence", "lift"],
                );
                answer
                    .items
                    .iter()
                    .for_each(|suggestion| table.push(exact(suggestion)));
                table.write_csv(to)
            }
            Format::Table => {
                let mut table = Table::new(&["item"], &numbers);
                answer
                    .items
                    .iter()
                    .for_each(|suggestion| table.push(rounded(suggestion)));
                table.write_table(to)
            }
        })
    }
}

/// A suggestion's fields, as programs read them.
pub fn exact(suggestion: &Suggestion) -> Vec<String> {
    let evidence = &suggestion.reason.evidence;
    vec![
        suggestion.item.clone(),
        suggestion.score.to_string(),
        evidence.both.to_string(),
        evidence.support.to_string(),
        evidence.confidence.to_string(),
        evidence.lift.to_string(),
    ]
}

fn rounded(suggestion: &Suggestion) -> Vec<String> {
    let evidence = &suggestion.reason.evidence;
    vec![
        suggestion.item.clone(),
        ratio(f64::from(suggestion.score)),
        cobuy::text::grouped(u64::from(evidence.both)),
        share(evidence.support),
        share(evidence.confidence),
        ratio(evidence.lift),
    ]
}
