//! What of a shop's history is learnt from, and what is held out.

use super::split::{LeaveOut, check_cut, drawn_customers, firsts};
use crate::error::{Error, Result};
use crate::history::{History, Instant, MISSING, NONE};
use crate::matrix::Timeline;
use crate::watch::Watch;
use std::borrow::Cow;

/// What of a shop's history is learnt from, and what is held out.
#[derive(Clone, Debug)]
pub enum ShopSplit<'a> {
    /// By time, as the shop lives: see [`ByTime`].
    Time(ByTime),
    /// The last of each customer's items, with all of the customer's lines of them.
    LeaveOut(LeaveOut),
    /// All that this history tells, whatever its time: of the same customers and items by id.
    Given(&'a History),
}

/// Learns from the history as it was known at a cut ([`History::as_of`], so that no later return is known), and
/// holds out what customers bought after it, within a horizon, and kept as far as is known now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ByTime {
    /// How many days after a cut are held out. Default: 30.
    pub horizon: f64,
    /// How many cuts there are, each a horizon before the next. Default: 1.
    pub origins: usize,
    /// The last cut: what happened up to this instant is learnt from. Default: a horizon before the last
    /// purchase.
    pub cut: Option<Instant>,
}

impl Default for ByTime {
    fn default() -> Self {
        ByTime {
            horizon: 30.0,
            origins: 1,
            cut: None,
        }
    }
}

const DAY: f64 = 86_400_000_000.0;

impl ByTime {
    /// With the last cut as a text tells it: without an offset, in the shop's zone.
    ///
    /// # Errors
    /// [`Error::Setting`] for what is no time.
    pub fn cut_at(mut self, history: &History, text: &str) -> Result<ByTime> {
        let cut = history.instant(text).map_err(|problem| match problem {
            Error::Setting { value, must, .. } => Error::setting("cut", value, must),
            other => other,
        });
        self.cut = Some(cut?);
        Ok(self)
    }

    /// Refuses what cannot be.
    fn check(&self) -> Result<()> {
        if !(self.horizon.is_finite() && self.horizon * DAY >= 1.0) {
            let must = "it must be a finite number of days above 0";
            return Err(Error::setting("horizon", self.horizon, must));
        }
        const MOST: usize = 1_000;
        if !(1..=MOST).contains(&self.origins) {
            let must = format!("it must be from 1 to {MOST}");
            return Err(Error::setting("origins", self.origins, must));
        }
        Ok(())
    }

    /// The cuts, the earliest first, each with the end of what is held out.
    fn cuts(&self, history: &History) -> Result<Vec<(i64, i64)>> {
        self.check()?;
        let times = (0..history.line_table().len())
            .filter(|&line| history.line_table().left[line] > 0)
            .map(|line| time_of(history, line))
            .filter(|&at| at != MISSING);
        let span = times.clone().min().zip(times.max());
        let horizon = (self.horizon * DAY).round() as i64;
        let back = |from: i64, by: usize| {
            let by = i64::try_from(by).unwrap_or(i64::MAX);
            from.saturating_sub(horizon.saturating_mul(by))
        };
        let last = match (self.cut, span) {
            (Some(cut), _) => cut.0,
            (None, Some((first, last))) => {
                if back(last, self.origins) < first {
                    let days = (last - first) as f64 / DAY;
                    let must = format!(
                        "the purchases are of {days:.1} days in all: of {} x {} days hold out fewer, or name fewer \
                         `origins`",
                        self.origins, self.horizon
                    );
                    return Err(Error::setting("horizon", self.horizon, must));
                }
                back(last, 1)
            }
            (None, None) => {
                let must =
                    "it needs times, and the orders tell none (`ordered_at`); split by leaving out";
                return Err(Error::setting("split", "time", must));
            }
        };
        let cuts = (0..self.origins).rev().map(|before| back(last, before));
        let cuts: Vec<i64> = cuts.collect();
        cuts.iter().try_for_each(|&cut| check_cut(cut, span))?;
        Ok(cuts
            .into_iter()
            .map(|cut| (cut, cut.saturating_add(horizon)))
            .collect())
    }
}

/// When a line happened, as [`History::as_of`] asks: [`MISSING`] where nobody tells, which is before all.
fn time_of(history: &History, line: usize) -> i64 {
    history
        .line_table()
        .at
        .as_ref()
        .map_or(MISSING, |at| at[line])
}

/// What is learnt from at one cut, and what is held out.
pub(super) struct Held<'a> {
    pub train: Cow<'a, History>,
    /// The history that what is held out is told of: its customers and items.
    pub told: &'a History,
    /// Customer, item and what the purchase was worth, sorted, each once.
    pub bought: Vec<(u32, u32, f64)>,
    pub cut: Option<i64>,
    pub until: Option<i64>,
}

/// A cut that is yet to be made.
#[derive(Clone, Copy)]
pub(super) enum Cut<'a> {
    At(i64, i64),
    LeaveOut(LeaveOut),
    Given(&'a History),
}

/// All cuts of a history, made once for all that is measured at them.
pub(crate) struct Cuts<'a> {
    pub(super) held: Vec<Held<'a>>,
    /// Whether what is held out was drawn, since no time says what came last.
    pub drawn: bool,
}

impl<'a> Cuts<'a> {
    pub(crate) fn make(
        history: &'a History,
        split: &ShopSplit<'a>,
        watch: Watch<'_>,
    ) -> Result<Cuts<'a>> {
        let cuts = split.cuts(history)?;
        let held = cuts.into_iter().map(|cut| cut.make(history, watch));
        let leave_out = matches!(split, ShopSplit::LeaveOut(_));
        Ok(Cuts {
            held: held.collect::<Result<_>>()?,
            drawn: leave_out && history.summary().span.is_none(),
        })
    }

    /// As [`Split::sample`](super::Split::sample): the same customers at all cuts.
    pub(crate) fn sample(mut self, customers: usize, seed: u64) -> Result<Self> {
        let all = self.held.iter().flat_map(|held| &held.bought);
        let mut all: Vec<u32> = all.map(|&(customer, ..)| customer).collect();
        all.sort_unstable();
        all.dedup();
        let drawn = drawn_customers(all.into_iter(), customers, seed)?;
        for held in &mut self.held {
            held.bought
                .retain(|(customer, ..)| drawn.binary_search(customer).is_ok());
        }
        Ok(self)
    }
}

impl<'a> ShopSplit<'a> {
    pub(super) fn cuts(&self, history: &History) -> Result<Vec<Cut<'a>>> {
        Ok(match self {
            ShopSplit::Time(by) => by
                .cuts(history)?
                .into_iter()
                .map(|(cut, until)| Cut::At(cut, until))
                .collect(),
            ShopSplit::LeaveOut(leave_out) => {
                leave_out.check()?;
                vec![Cut::LeaveOut(*leave_out)]
            }
            ShopSplit::Given(test) => vec![Cut::Given(test)],
        })
    }
}

impl<'a> Cut<'a> {
    pub(super) fn make(self, history: &'a History, watch: Watch<'_>) -> Result<Held<'a>> {
        match self {
            Cut::At(cut, until) => Ok(Held {
                train: Cow::Owned(history.as_of(Instant(cut).just_after(), watch)?),
                told: history,
                bought: bought(history, |line| {
                    let at = time_of(history, line);
                    at != MISSING && cut < at && at <= until
                }),
                cut: Some(cut),
                until: Some(until),
            }),
            Cut::LeaveOut(leave_out) => left_out(history, leave_out, watch),
            Cut::Given(test) => Ok(Held {
                train: Cow::Borrowed(history),
                told: test,
                bought: bought(test, |_| true),
                cut: None,
                until: None,
            }),
        }
    }
}

/// Holds out the last items of each customer, and all of the customer's lines of them.
fn left_out<'a>(history: &'a History, leave_out: LeaveOut, watch: Watch<'_>) -> Result<Held<'a>> {
    let timeline = Timeline::from_history(history)?;
    let held_out: Vec<Vec<u32>> = (0..timeline.rows())
        .map(|row| leave_out.held_out(row, &firsts(&timeline, row)))
        .collect();
    let lines = history.line_table();
    let is_out = |line: usize| {
        let customer = history.order_table().customer[lines.order[line] as usize];
        let held_out = held_out.get(customer as usize);
        held_out.is_some_and(|items| items.binary_search(&lines.item[line]).is_ok())
    };
    Ok(Held {
        bought: bought(history, is_out),
        train: Cow::Owned(history.without_lines(is_out, watch)?),
        told: history,
        cut: None,
        until: None,
    })
}

/// What customers bought and kept on some lines, with what it was worth: quantities that are left times
/// what a piece was paid. What nobody tells the price of, and what was given away, is worth nothing.
fn bought(history: &History, on: impl Fn(usize) -> bool) -> Vec<(u32, u32, f64)> {
    let lines = history.line_table();
    let kept = (0..lines.len()).filter(|&line| lines.left[line] > 0 && on(line));
    let mut bought: Vec<(u32, u32, f64)> = kept
        .filter_map(|line| {
            let customer = history.order_table().customer[lines.order[line] as usize];
            let told = history.line(line);
            let paid = told.amount().map_or(0.0, |amount| amount.to_f64());
            let share = told.left().to_f64() / told.quantity().to_f64();
            (customer != NONE).then_some((customer, lines.item[line], (paid * share).max(0.0)))
        })
        .collect();
    bought.sort_by_key(|&(customer, item, _)| (customer, item)); // stable: added up by line
    bought.dedup_by(|next, first| {
        let same = (next.0, next.1) == (first.0, first.1);
        if same {
            first.2 += next.2;
        }
        same
    });
    bought
}
