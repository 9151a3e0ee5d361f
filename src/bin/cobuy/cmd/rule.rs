//! `cobuy rule`: what a rule says, whether it fits a shop, and why it holds of somebody or something.

use crate::Failure;
use crate::output::{Form, stdout, write_json};
use crate::rules::rule;
use crate::tables::pair;
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use cobuy::{Engine, Rule as CoreRule, Segments, Watch};
use std::path::PathBuf;

/// Checks a rule over customers or goods, or says why it holds or does not.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cobuy rule check 'in_stock and price <= 20'
  cobuy rule explain 'count(orders) >= 2' --shop shop.cobuy --customer 17850")]
pub struct Rule {
    #[command(subcommand)]
    asked: Asked,
}

#[derive(Subcommand)]
enum Asked {
    Check(Check),
    Explain(Explain),
}

/// Reads a rule and writes it in both of its forms.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cobuy rule check \"count(orders in last 90d) >= 2 and country = 'PL'\"
  cobuy rule check 'in_stock and price <= 20' --shop shop.cobuy --for items
  cobuy rule check - --format json")]
struct Check {
    /// The rule: its text, its JSON, or `-` for standard input.
    rule: String,
    /// Look up its names in this shop's file, and compare its types.
    #[arg(long, value_name = "FILE")]
    shop: Option<PathBuf>,
    /// What the rule is over.
    #[arg(long = "for", value_enum, value_name = "WHAT", default_value_t = Over::Customers, requires = "shop")]
    over: Over,
    #[command(flatten)]
    segments: Named,
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
}

/// Says of each clause of a rule whether it holds of a customer or an item.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cobuy rule explain 'sum(amount of orders) > 500' --shop shop.cobuy --customer 17850
  cobuy rule explain 'price <= context.price' --shop shop.cobuy --item 85123A --context 22423")]
#[command(group(ArgGroup::new("whom").args(["customer", "item"]).required(true).multiple(true)))]
struct Explain {
    /// The rule: its text, its JSON, or `-` for standard input.
    rule: String,
    /// The shop's file, made by `cobuy fit`.
    #[arg(long, value_name = "FILE")]
    shop: PathBuf,
    /// The customer's id; beside an item, whom `customer.` means.
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<String>,
    /// The item's id, of a rule over goods.
    #[arg(long)]
    item: Option<String>,
    /// An item that is looked at, which `context.` means; may be given again.
    #[arg(long, value_name = "ITEM", requires = "item")]
    context: Vec<String>,
    #[command(flatten)]
    segments: Named,
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Over {
    /// Customers: it may ask for orders, events and segments.
    Customers,
    /// Goods: it may be a filter of suggestions.
    Items,
}

/// Rules that others ask for.
#[derive(Args)]
struct Named {
    /// A rule over customers that `in segment 'NAME'` means; may be given again.
    #[arg(long = "segment", value_name = "NAME=RULE", value_parser = pair)]
    segments: Vec<(String, String)>,
}

/// The rule of a segment; what is wrong with it names the segment.
fn of_segment(name: &str, written: &str) -> Result<cobuy::Rule, Failure> {
    rule(written).map_err(|failure| match failure {
        Failure::Cobuy(cobuy::Error::Rule(mut problem)) => {
            problem.problem = format!("in the segment `{name}`: {}", problem.problem);
            cobuy::Error::Rule(problem).into()
        }
        failure => failure,
    })
}

impl Named {
    /// Refuses segments beside a rule over goods, which asks for none.
    fn read_for(&self, over_goods: bool) -> Result<Segments, Failure> {
        if over_goods && !self.segments.is_empty() {
            let problem = "`--segment` is for rules over customers, and this is one over goods";
            return Err(Failure::Usage(problem.to_owned()));
        }
        if self.segments.iter().any(|(_, written)| written == "-") {
            let problem = "a segment cannot be read from standard input: write it out";
            return Err(Failure::Usage(problem.to_owned()));
        }
        self.read()
    }

    fn read(&self) -> Result<Segments, Failure> {
        let named = self.segments.iter();
        let named = named.map(|(name, written)| Ok((name, of_segment(name, written)?)));
        Ok(Segments::new(named.collect::<Result<Vec<_>, Failure>>()?)?)
    }
}

impl Rule {
    pub fn run(self) -> Result<(), Failure> {
        match self.asked {
            Asked::Check(check) => check.run(),
            Asked::Explain(explain) => explain.run(),
        }
    }
}

impl Check {
    fn run(self) -> Result<(), Failure> {
        let rule = rule(&self.rule)?;
        let segments = self.segments.read_for(self.over == Over::Items)?;
        if let Some(shop) = &self.shop {
            let engine = Engine::open(shop)?;
            match self.over {
                Over::Customers => {
                    segments.ask(&engine.history(Watch::new())?, &rule)?;
                }
                Over::Items => engine.check_rule(&rule)?,
            }
        }
        match self.format {
            Form::Json => as_json(&rule),
            Form::Table => self.as_table(&rule),
        }
    }

    fn as_table(&self, rule: &CoreRule) -> Result<(), Failure> {
        let fields = match rule.fields().as_slice() {
            [] => "none".to_owned(),
            fields => fields.join(", "),
        };
        stdout(|to| {
            writeln!(to, "rule     {rule}")?;
            writeln!(to, "json     {}", rule.to_json())?;
            writeln!(to, "fields   {fields}")?;
            writeln!(to, "version  {}", rule.version())?;
            match &self.shop {
                None => Ok(()),
                Some(shop) => writeln!(
                    to,
                    "fits     the {} of {}",
                    self.over.name(),
                    shop.display()
                ),
            }
        })
    }
}

impl Over {
    fn name(self) -> &'static str {
        match self {
            Over::Customers => "customers",
            Over::Items => "items",
        }
    }
}

/// The rule in its forms, the JSON as the library spells it.
fn as_json(rule: &CoreRule) -> Result<(), Failure> {
    let [text, fields, version] = [
        serde_json::to_string(rule),
        serde_json::to_string(&rule.fields()),
        serde_json::to_string(&rule.version()),
    ]
    .map(|json| json.map_err(std::io::Error::from));
    let (text, fields, version) = (text?, fields?, version?);
    let json = rule.to_json();
    stdout(|to| {
        writeln!(
            to,
            "{{\"rule\":{text},\"json\":{json},\"fields\":{fields},\"version\":{version}}}"
        )
    })
}

impl Explain {
    fn run(self) -> Result<(), Failure> {
        let rule = rule(&self.rule)?;
        let segments = self.segments.read_for(self.item.is_some())?;
        let engine = Engine::open(&self.shop)?;
        let verdict = match (&self.item, &self.customer) {
            (Some(item), customer) => {
                engine.explain_rule(&rule, item, &self.context, customer.as_deref())?
            }
            (None, customer) => {
                let history = engine.history(Watch::new())?;
                let customer = customer.as_deref().unwrap_or_default();
                segments.ask(&history, &rule)?.explain(customer)?
            }
        };
        stdout(|to| match self.format {
            Form::Json => write_json(to, &verdict),
            Form::Table => write!(to, "{verdict}"),
        })
    }
}
