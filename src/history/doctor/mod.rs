//! What is odd about a history, in plain words: how much of it there is, what it does to results and
//! what to do about it.
//!
//! The report is a pure function of the history. It reads no clock, and no order of rows changes it;
//! only rows that could not be read are listed as they came. Of customers it shows ids at most, and
//! those only where the finding is about the id.

mod customers;
mod events;
mod fees;
mod goods;
mod ids;
mod items;
mod money;
mod orders;
mod rows;
mod tally;
mod text;
mod times;
mod vocabulary;
mod words;

use crate::history::History;
use crate::history::time::Instant;
use serde::{Deserialize, Serialize};
use tally::Tally;
use words::most;

/// The most examples a finding has.
const EXAMPLES: usize = 5;

/// What was found. Printed ([`std::fmt::Display`]) it is for the shop's owner, worst first.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Rows of orders.
    pub rows: u64,
    /// Distinct order ids, those of returns included.
    pub orders: u64,
    /// Distinct customers.
    pub customers: u64,
    /// Distinct items.
    pub items: u64,
    /// The first and the last instant of orders.
    pub span: Option<(Instant, Instant)>,
    /// Worst first.
    pub findings: Vec<Finding>,
}

/// One oddity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its name, which stays the same.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// How many there are.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// What was found, in one sentence.
    pub what: String,
    /// What it does to results.
    pub effect: String,
    /// What to do about it; empty where nothing has to be done.
    pub way_out: String,
    /// At most five, those that weigh most first.
    pub examples: Vec<String>,
    /// Settings that may be pasted: as a line of TOML, and as flags of the command.
    pub paste: Option<Paste>,
}

/// A setting to paste, in both forms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Paste {
    /// For a file of settings: `ignore = ["POST"]`. It holds what is set already, too.
    pub toml: String,
    /// For the command line: `--ignore POST`.
    pub flags: String,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know; results are what they should be.
    Info,
    /// Some results are worse than they could be, or rest on less than it seems.
    Warning,
    /// Results are wrong for want of a setting.
    Problem,
}

/// From where on something is odd.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DoctorParams {
    /// A share of rows, items or orders below this is told as [`Severity::Info`]: no data is perfect.
    /// Default: 0.001.
    pub tolerated: f64,
    /// The same for returns that match nothing: what was bought before the first row comes back
    /// later. Default: 0.05.
    pub tolerated_returns: f64,
    /// More distinct items make an order a giant. Default: 500.
    pub order_items: u32,
    /// So do more than this many times the median, from 50 distinct items on. Default: 20.
    pub order_times: u32,
    /// So many orders make a customer a shop, or no one. Default: 200.
    pub customer_orders: u32,
    /// So do more than this many times the median, from 100 orders on. Default: 100.
    pub customer_times: u32,
    /// Days between the lines of one order beyond which its id was used twice. Default: 30.
    pub order_days: u32,
    /// Days between an order and the bulk of all orders beyond which its time is wrong. Default: 365.
    pub far_days: u32,
}

impl Default for DoctorParams {
    fn default() -> Self {
        DoctorParams {
            tolerated: 0.001,
            tolerated_returns: 0.05,
            order_items: 500,
            order_times: 20,
            customer_orders: 200,
            customer_times: 100,
            order_days: 30,
            far_days: 365,
        }
    }
}

impl Report {
    /// Whether nothing was found that makes results worse: no [`Severity::Warning`] and no
    /// [`Severity::Problem`]. A strict check passes exactly then.
    pub fn is_clean(&self) -> bool {
        self.worst() < Some(Severity::Warning)
    }

    /// The gravest severity; `None` where nothing was found.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// The finding of that code.
    pub fn finding(&self, code: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.code == code)
    }
}

impl History {
    /// What is odd about it.
    ///
    /// ```
    /// use cobuy::{History, OrderLine, Settings};
    /// let lines = [
    ///     OrderLine::new("1", "ann", "tea"),
    ///     OrderLine::new("1", "ann", "postage"),
    /// ];
    /// let report = History::from_orders(lines, &Settings::default())?.doctor();
    /// let found = report.finding("no_goods").and_then(|finding| finding.paste.as_ref());
    /// assert_eq!(found.map(|paste| paste.toml.as_str()), Some("ignore = [\"postage\"]"));
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    pub fn doctor(&self) -> Report {
        self.doctor_with(&DoctorParams::default())
    }

    /// What is odd about it, by other measures than the usual ones.
    pub fn doctor_with(&self, params: &DoctorParams) -> Report {
        let look = Look {
            history: self,
            params,
            tally: Tally::new(self),
        };
        let themes = [
            rows::look,
            customers::look,
            fees::look,
            orders::look,
            times::look,
            ids::look,
            money::look,
            goods::look,
            events::look,
            items::look,
        ];
        let mut findings: Vec<Finding> = themes.iter().flat_map(|theme| theme(&look)).collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let told = self.summary();
        Report {
            rows: told.rows,
            orders: told.orders,
            customers: told.customers,
            items: told.items,
            span: told.span,
            findings,
        }
    }
}

/// What a theme looks at.
struct Look<'a> {
    history: &'a History,
    params: &'a DoctorParams,
    tally: Tally,
}

impl Look<'_> {
    /// How much a share of something odd matters.
    fn share(&self, count: u64, of: u64) -> Severity {
        grave(count, of, self.params.tolerated)
    }

    /// An item's id, fit to be shown.
    fn item(&self, item: usize) -> String {
        quoted(self.history.item_ids.get(item))
    }

    /// An order's id, fit to be shown.
    fn order(&self, order: usize) -> String {
        quoted(self.history.order_ids.get(order))
    }

    /// A customer's id, fit to be shown.
    fn customer(&self, customer: usize) -> String {
        quoted(self.history.customer_ids.get(customer))
    }
}

fn quoted(id: Option<&str>) -> String {
    format!("`{}`", crate::text::shown(id.unwrap_or_default()))
}

/// A warning from that share on.
fn grave(count: u64, of: u64, tolerated: f64) -> Severity {
    match count as f64 >= tolerated * of as f64 {
        true => Severity::Warning,
        false => Severity::Info,
    }
}

impl Finding {
    fn new(code: &'static str, severity: Severity, (count, of): (u64, u64)) -> Self {
        Finding {
            code,
            severity,
            count,
            of,
            what: String::new(),
            effect: String::new(),
            way_out: String::new(),
            examples: Vec::new(),
            paste: None,
        }
    }

    fn what(mut self, what: impl Into<String>) -> Self {
        self.what = what.into();
        self
    }

    fn effect(mut self, effect: impl Into<String>) -> Self {
        self.effect = effect.into();
        self
    }

    fn way_out(mut self, way_out: impl Into<String>) -> Self {
        self.way_out = way_out.into();
        self
    }

    fn examples(mut self, examples: impl IntoIterator<Item = String>) -> Self {
        self.examples = examples.into_iter().take(EXAMPLES).collect();
        self
    }

    /// Examples of those that weigh most, by index.
    fn most(
        self,
        weights: impl IntoIterator<Item = (usize, u64)>,
        example: impl Fn(usize, u64) -> String,
    ) -> Self {
        let most = most(weights, EXAMPLES).into_iter();
        self.examples(most.map(|(index, weight)| example(index, weight)))
    }
}
