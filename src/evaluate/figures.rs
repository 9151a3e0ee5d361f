//! What was measured as a table, the same in every face.

use super::bootstrap::Bootstrap;
use super::evaluation::{Counted, Evaluation, Origin, Took, sum};
use crate::error::Result;
use crate::text::{counted, grouped, shown};
use crate::watch::Watch;
use serde::Serialize;
use std::fmt;

/// The means of an [`Evaluation`] with their intervals. Printed ([`fmt::Display`]) it is a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// One a metric and k, those of all customers first, then those of each group.
    pub figures: Vec<Figure>,
    /// The share of the means that an interval holds, where there are intervals.
    pub confidence: Option<f64>,
    /// Who was judged, and who and what was left out.
    pub counted: Counted,
    /// The cuts, the earliest first.
    pub origins: Vec<Origin>,
    /// How long it took.
    pub took: Took,
}

/// A mean over customers, or what their lists show of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The group; `None`: all customers.
    pub group: Option<String>,
    /// The metric's name, or `coverage`, `popularity`, `novelty`.
    pub metric: &'static str,
    /// Of the first so many of each list.
    pub k: usize,
    /// The mean.
    pub value: f64,
    /// The ends of its interval, where one was asked for and there is one.
    pub low: Option<f64>,
    /// See `low`.
    pub high: Option<f64>,
    /// How many customers it is the mean of: a customer at several cuts counts at each.
    pub customers: u64,
}

impl Evaluation {
    /// All means, with intervals where a bootstrap is asked for, in all and by group.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) as [`Bootstrap::check`];
    /// [`Error::Cancelled`](crate::Error::Cancelled).
    pub fn figures(&self, bootstrap: Option<&Bootstrap>, watch: Watch<'_>) -> Result<Figures> {
        let mut figures = self.means(None, bootstrap, watch)?;
        for (name, group) in self.groups() {
            figures.extend(group.means(Some(name), bootstrap, watch)?);
        }
        Ok(Figures {
            figures,
            confidence: bootstrap.map(|bootstrap| bootstrap.confidence),
            counted: self.counted,
            origins: self.told.clone(),
            took: self.took,
        })
    }

    fn means(
        &self,
        group: Option<String>,
        bootstrap: Option<&Bootstrap>,
        watch: Watch<'_>,
    ) -> Result<Vec<Figure>> {
        let intervals = match bootstrap {
            Some(bootstrap) => self.intervals(bootstrap, watch)?,
            None => vec![None; self.columns.len()],
        };
        let mut figures = Vec::new();
        for (&(metric, k), interval) in self.columns.iter().zip(intervals) {
            let (sum, customers) = self.of(metric, k).map_or((0.0, 0), sum);
            if customers > 0 {
                let (low, high) = interval.unzip();
                figures.push(Figure {
                    group: group.clone(),
                    metric: metric.name(),
                    k,
                    value: sum / customers as f64,
                    low,
                    high,
                    customers,
                });
            }
        }
        for shown in &self.catalogue {
            let of = [
                ("coverage", Some(shown.coverage)),
                ("popularity", shown.popularity),
                ("novelty", shown.novelty),
            ];
            figures.extend(of.into_iter().filter_map(|(metric, value)| {
                Some(Figure {
                    group: group.clone(),
                    metric,
                    k: shown.k,
                    value: value?,
                    low: None,
                    high: None,
                    customers: self.customers.len() as u64,
                })
            }));
        }
        figures.sort_by_key(|figure| figure.k); // stable
        Ok(figures)
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = self
            .figures
            .iter()
            .filter_map(|figure| figure.group.as_deref().map(shown));
        let widest = groups.map(|name| name.chars().count().max(5)).max();
        let group = |f: &mut fmt::Formatter<'_>, name: &str| match widest {
            Some(widest) => write!(f, "{name:widest$}  "),
            None => Ok(()),
        };
        let interval = self.confidence.map_or_else(String::new, |share| {
            format!("{} % interval", (share * 1e4).round() / 1e2)
        });
        group(f, "group")?;
        writeln!(
            f,
            "{:18} {:>8}  {interval:16}  {:>9}",
            "metric", "mean", "customers"
        )?;
        for figure in &self.figures {
            group(
                f,
                &figure
                    .group
                    .as_deref()
                    .map_or_else(|| "all".to_owned(), shown),
            )?;
            let name = format!("{}@{}", figure.metric, figure.k);
            let ends = figure.low.zip(figure.high);
            let ends =
                ends.map_or_else(String::new, |(low, high)| format!("[{low:.4}, {high:.4}]"));
            let customers = grouped(figure.customers);
            writeln!(
                f,
                "{name:18} {:8.4}  {ends:16}  {customers:>9}",
                figure.value
            )?;
        }
        self.who(f)
    }
}

impl Figures {
    /// Who was judged, and who was not, in words.
    fn who(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = &self.counted;
        let judged = counted(of.judged, "customer", "customers");
        writeln!(
            f,
            "judged    {judged} by {}",
            counted(of.purchases, "purchase", "purchases")
        )?;
        for origin in &self.origins {
            if let (Some(cut), Some(until)) = (origin.cut, origin.until) {
                let judged = counted(origin.counted.judged, "customer", "customers");
                writeln!(f, "cut       {cut}, until {until}: {judged}")?;
            }
        }
        let left_out = [
            (
                of.without_truth,
                "customer who bought nothing that counts",
                "customers who bought nothing that counts",
            ),
            (
                of.repeats,
                "purchase of what was owned",
                "purchases of what was owned",
            ),
            (
                of.cold_customers,
                "customer who was not known",
                "customers who were not known",
            ),
            (
                of.cold_item_purchases,
                "purchase of an item not known",
                "purchases of items not known",
            ),
        ];
        for (count, one, more) in left_out.into_iter().filter(|(count, ..)| *count > 0) {
            writeln!(f, "left out  {}", counted(count, one, more))?;
        }
        let took = |what: &str, seconds: Option<f64>| {
            seconds.map(|seconds| format!("{what} {seconds:.2} s"))
        };
        let parts = [
            took("fit", self.took.fit),
            took("ranking", self.took.rank),
            took("measuring", Some(self.took.measure)),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        writeln!(f, "took      {}", parts.join(", "))
    }
}
