//! Settings in a file, and back.

use crate::history::decimal::Rounding;
use crate::history::settings::{Duplicates, Settings};
use crate::history::time::ClockChange;
use crate::history::typed::Kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The settings as written since format 1.1. The order of fields is the format.
#[derive(Serialize, Deserialize)]
pub(super) struct Settings1 {
    time_zone: String,
    currency: Option<String>,
    clock_change: u8,
    fulfilled: Option<Vec<String>>,
    unfulfilled: Vec<String>,
    c_returns: Option<bool>,
    rounding: u8,
    duplicates: u8,
    missing: Option<Vec<String>>,
    ignore: Vec<String>,
    groups: BTreeMap<String, Vec<String>>,
    types: Vec<(String, String)>,
}

impl Settings1 {
    pub(super) fn of(settings: &Settings) -> Self {
        Settings1 {
            time_zone: settings.time_zone.clone(),
            currency: settings.currency.clone(),
            clock_change: match settings.clock_change {
                ClockChange::Refuse => 0,
                ClockChange::Earlier => 1,
                ClockChange::Later => 2,
            },
            fulfilled: settings.fulfilled.clone(),
            unfulfilled: settings.unfulfilled.clone(),
            c_returns: settings.c_returns,
            rounding: match settings.rounding {
                Rounding::Refuse => 0,
                Rounding::Nearest => 1,
            },
            duplicates: match settings.duplicates {
                Duplicates::Keep => 0,
                Duplicates::Drop => 1,
            },
            missing: settings.missing.clone(),
            ignore: settings.ignore.clone(),
            groups: settings.groups.clone(),
            types: settings
                .types
                .iter()
                .map(|(name, kind)| (name.clone(), kind.name().to_owned()))
                .collect(),
        }
    }

    pub(super) fn settings(self) -> Result<Settings, String> {
        fn choose<T: Copy>(what: &str, number: u8, among: &[T]) -> Result<T, String> {
            let chosen = among.get(usize::from(number)).copied();
            chosen.ok_or_else(|| format!("there is no {what} {number}"))
        }
        let kind = |name: &str| {
            let found = Kind::ALL.into_iter().find(|kind| kind.name() == name);
            found.ok_or_else(|| format!("there is no kind `{name}`"))
        };
        let clocks = [
            ClockChange::Refuse,
            ClockChange::Earlier,
            ClockChange::Later,
        ];
        let types = self
            .types
            .iter()
            .map(|(name, named)| Ok((name.clone(), kind(named)?)));
        Ok(Settings {
            types: types.collect::<Result<_, String>>()?,
            time_zone: self.time_zone,
            currency: self.currency,
            clock_change: choose("clock change", self.clock_change, &clocks)?,
            fulfilled: self.fulfilled,
            unfulfilled: self.unfulfilled,
            c_returns: self.c_returns,
            rounding: choose(
                "rounding",
                self.rounding,
                &[Rounding::Refuse, Rounding::Nearest],
            )?,
            duplicates: choose(
                "choice of duplicates",
                self.duplicates,
                &[Duplicates::Keep, Duplicates::Drop],
            )?,
            missing: self.missing,
            ignore: self.ignore,
            groups: self.groups,
        })
    }
}
