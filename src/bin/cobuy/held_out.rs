//! What is held out of a shop's history: the arguments that say so.

use crate::Failure;
use clap::{Args, ValueEnum};
use cobuy::History;
use cobuy::evaluate::{ByTime, LeaveOut, ShopSplit};

/// What is learnt from, and what is held out.
#[derive(Args)]
pub struct HeldOut {
    /// Whether a cut in time parts what is learnt from what is held out, or the last of each customer's
    /// items are.
    #[arg(long, value_enum, default_value_t = By::Time)]
    split: By,
    /// How long after a cut is held out, such as 30d, 2w or 36h [default: 30d].
    #[arg(long, value_name = "TIME", value_parser = days)]
    horizon: Option<f64>,
    /// How many cuts, each a horizon before the next [default: 1].
    #[arg(long, value_name = "NUMBER")]
    origins: Option<usize>,
    /// The last cut; without an offset in the shop's zone [default: a horizon before the last purchase].
    #[arg(long, value_name = "INSTANT")]
    cut: Option<String>,
    /// The share of each customer's items that is left out [default: 0.2].
    #[arg(long)]
    share: Option<f64>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Time,
    LeaveOut,
}

impl HeldOut {
    /// Refuses what belongs to the other kind of split.
    pub fn check(&self) -> Result<(), Failure> {
        let of_time = [
            ("--horizon", self.horizon.is_some()),
            ("--origins", self.origins.is_some()),
            ("--cut", self.cut.is_some()),
        ];
        let wrong = match self.split {
            By::Time => self.share.is_some().then_some("--share"),
            By::LeaveOut => of_time
                .iter()
                .find(|(_, given)| *given)
                .map(|(name, _)| *name),
        };
        match (wrong, self.split) {
            (None, _) => Ok(()),
            (Some(name), By::Time) => Err(Failure::Usage(format!(
                "{name} goes with --split leave-out"
            ))),
            (Some(name), By::LeaveOut) => {
                Err(Failure::Usage(format!("{name} goes with --split time")))
            }
        }
    }

    /// The split of a history; a seed draws where no time tells.
    pub fn split(&self, history: &History, seed: u64) -> cobuy::Result<ShopSplit<'static>> {
        if self.split == By::LeaveOut {
            let share = self.share.unwrap_or(LeaveOut::default().share);
            return Ok(ShopSplit::LeaveOut(LeaveOut { share, seed }));
        }
        let usual = ByTime::default();
        let by = ByTime {
            horizon: self.horizon.unwrap_or(usual.horizon),
            origins: self.origins.unwrap_or(usual.origins),
            cut: None,
        };
        Ok(ShopSplit::Time(match &self.cut {
            Some(cut) => by.cut_at(history, cut)?,
            None => by,
        }))
    }
}

/// A time in days: `30d`, `2w`, `36h`, or a number of days.
fn days(text: &str) -> Result<f64, String> {
    let problem = || format!("`{text}` is no time, such as 30d, 2w or 36h");
    let (number, days) = match text.chars().last() {
        Some('d') => (&text[..text.len() - 1], 1.0),
        Some('w') => (&text[..text.len() - 1], 7.0),
        Some('h') => (&text[..text.len() - 1], 1.0 / 24.0),
        _ => (text, 1.0),
    };
    let number: f64 = number.parse().map_err(|_| problem())?;
    Ok(number * days)
}

#[cfg(test)]
mod tests {
    use super::days;

    #[test]
    fn times_are_read_with_their_units() {
        for (text, number) in [
            ("30d", Some(30.0)),
            ("2w", Some(14.0)),
            ("36h", Some(1.5)),
            ("7", Some(7.0)),
            ("", None),
            ("d", None),
            ("3 days", None),
        ] {
            assert_eq!(days(text).ok(), number, "{text}");
        }
    }
}
