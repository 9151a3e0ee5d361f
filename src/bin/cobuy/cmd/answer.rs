//! What the commands that suggest have in common: filters, and lists as tables, JSON and CSV.

use crate::output::{Format, Table, ratio, stdout, write_csv_row, write_json};
use crate::{Failure, note};
use clap::Args;
use cobuy::text::grouped;
use cobuy::{Engine, Query, Source, Suggestion, Suggestions};
use serde::Serialize;

/// How many suggestions, and which may be among them.
#[derive(Args)]
pub struct Filters {
    /// How many suggestions.
    #[arg(short, default_value_t = 10)]
    pub n: usize,
    /// Never this item; may be given again.
    #[arg(long, value_name = "ITEM")]
    pub exclude: Vec<String>,
    /// None but this item; may be given again.
    #[arg(long, value_name = "ITEM")]
    pub only: Vec<String>,
    /// Only items of which this rule over goods holds: its text or its JSON; may be given again.
    #[arg(long, value_name = "RULE")]
    pub filter: Vec<String>,
    /// Multiply scores by this formula over goods, such as 'margin / price', and choose by that.
    #[arg(long, value_name = "FORMULA")]
    pub boost: Option<String>,
}

/// Whom rules mean where the question is not about a customer.
#[derive(Args)]
pub struct Whose {
    /// The customer whom a rule means by `customer.`; one who is not known has no fields.
    #[arg(long, value_name = "CUSTOMER")]
    pub customer: Option<String>,
}

impl Filters {
    pub fn apply<'a>(&self, query: Query<'a>) -> Query<'a> {
        let mut query = query.n(self.n).exclude(&self.exclude);
        if !self.only.is_empty() {
            query = query.only(&self.only);
        }
        for filter in &self.filter {
            query = query.filter(filter);
        }
        match &self.boost {
            Some(boost) => query.boost(boost),
            None => query,
        }
    }

    /// Whether any rule is given.
    pub fn is_ruled(&self) -> bool {
        !self.filter.is_empty() || self.boost.is_some()
    }
}

impl Whose {
    pub fn apply<'a>(&self, query: Query<'a>) -> Query<'a> {
        match &self.customer {
            Some(customer) => query.customer(customer),
            None => query,
        }
    }
}

/// An answer, and the customer it is for.
#[derive(Serialize)]
pub struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<String>,
    #[serde(flatten)]
    answer: Suggestions,
}

impl Answer {
    pub fn of(customer: Option<String>, answer: Suggestions) -> Self {
        Answer { customer, answer }
    }
}

/// Says what was asked for in vain: ids that are no items, and too few suggestions.
pub fn notes(engine: &Engine, answer: &Suggestions, format: Format, who: &str) {
    for id in &answer.unknown {
        let near = engine.items().near(id);
        let hint = near.first().map(|near| format!("; did you mean `{near}`?"));
        let hint = hint.unwrap_or_default();
        note(&format!("note: `{id}` is no item of this shop{hint}\n"));
    }
    if let (Some(reason), false) = (&answer.short_reason, format == Format::Json) {
        note(&format!("note: {who}{reason}\n"));
    }
}

/// Writes answers: JSON a line an answer, CSV and tables a line a suggestion, with what scores were
/// multiplied by where they were.
pub fn write(
    engine: &Engine,
    answers: &[Answer],
    format: Format,
    boosted: bool,
) -> Result<(), Failure> {
    for Answer { customer, answer } in answers {
        let who = customer
            .as_ref()
            .map_or_else(String::new, |who| format!("{who}: "));
        notes(engine, answer, format, &who);
    }
    let whose = answers.iter().any(|answer| answer.customer.is_some());
    let lines = || lines_of(answers);
    stdout(|to| match format {
        Format::Json => answers.iter().try_for_each(|answer| write_json(to, answer)),
        Format::Csv => {
            let columns = "customer rank item name score boost source reason";
            let columns = columns.split(' ').skip(usize::from(!whose));
            write_csv_row(to, columns.filter(|&name| boosted || name != "boost"))?;
            for (customer, rank, item) in lines() {
                let exact = [
                    rank.to_string(),
                    item.score.to_string(),
                    item.reason.to_string(),
                    item.boost
                        .map_or_else(String::new, |boost| boost.to_string()),
                ];
                let name = item.name.as_deref().unwrap_or_default();
                let first = [&exact[0], &item.item, name, &exact[1]];
                let boost = boosted.then_some(exact[3].as_str());
                let last = [item.source.name(), &exact[2]];
                let fields = customer.filter(|_| whose).into_iter();
                write_csv_row(to, fields.chain(first).chain(boost).chain(last))?;
            }
            Ok(())
        }
        Format::Table => {
            let named = lines().any(|(.., item)| item.name.is_some());
            let all = [
                "customer", "item", "name", "score", "boost", "source", "reason",
            ];
            let shown = |column: &&str| match *column {
                "customer" => whose,
                "name" => named,
                "boost" => boosted,
                _ => true,
            };
            let columns: Vec<&'static str> = all.into_iter().filter(shown).collect();
            let mut table = Table::of(
                columns
                    .iter()
                    .map(|&name| (name, matches!(name, "score" | "boost"))),
            );
            for (customer, _, item) in lines() {
                table.push(in_words(customer, item, &columns));
            }
            table.write_table(to)
        }
    })
}

/// Every suggestion with the customer it is for and its place.
fn lines_of(answers: &[Answer]) -> impl Iterator<Item = (Option<&str>, usize, &Suggestion)> {
    answers.iter().flat_map(|Answer { customer, answer }| {
        let items = answer.items.iter().zip(1..);
        items.map(move |(item, rank)| (customer.as_deref(), rank, item))
    })
}

fn in_words(customer: Option<&str>, item: &Suggestion, columns: &[&str]) -> Vec<String> {
    let cell = |column: &&str| match *column {
        "customer" => customer.unwrap_or_default().to_owned(),
        "item" => item.item.clone(),
        "name" => item.name.clone().unwrap_or_default(),
        "score" if item.source == Source::AlsoBought || item.boost.is_some() => {
            ratio(f64::from(item.score))
        }
        "score" => grouped(item.score as u64),
        "boost" => item.boost.map_or_else(String::new, ratio),
        "source" => item.source.name().to_owned(),
        _ => item.reason.to_string(),
    };
    columns.iter().map(cell).collect()
}
