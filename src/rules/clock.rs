//! "Now", and steps of the calendar from it.

use super::tree::{Date, Direction, Duration, Unit};
use jiff::civil;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, Zoned};

/// The instant at which a rule is evaluated, in the shop's zone.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    now: Option<i64>,
    zone: TimeZone,
}

/// Before and after all times.
pub(crate) const EARLIEST: i64 = i64::MIN + 1;
pub(crate) const LATEST: i64 = i64::MAX;

impl Clock {
    /// `now`: microseconds in UTC; `None` where the shop tells no times.
    pub(crate) fn new(now: Option<i64>, zone: TimeZone) -> Self {
        Clock { now, zone }
    }

    /// The instant that stands for "now".
    pub(crate) fn now(&self) -> Option<i64> {
        self.now
    }

    fn zoned(&self, instant: i64) -> Option<Zoned> {
        let instant = Timestamp::from_microsecond(instant).ok()?;
        Some(instant.to_zoned(self.zone.clone()))
    }

    /// An instant moved by a duration: hours are exact; days, weeks, months and years are steps of the
    /// local calendar, clamped to the month's end. Past the calendar's ends: before or after all times.
    pub(crate) fn moved(&self, instant: i64, by: Duration, back: bool) -> i64 {
        let beyond = if back { EARLIEST } else { LATEST };
        let sign = if back { -1 } else { 1 };
        let count = sign * i64::from(by.count);
        let moved = || {
            let from = self.zoned(instant)?;
            if by.unit == Unit::Hours {
                let moved = from
                    .timestamp()
                    .checked_add(SignedDuration::from_hours(count))
                    .ok()?;
                return Some(moved.as_microsecond());
            }
            let span = match by.unit {
                Unit::Hours | Unit::Days => Span::new().try_days(count),
                Unit::Weeks => Span::new().try_weeks(count),
                Unit::Months => Span::new().try_months(count),
                Unit::Years => Span::new().try_years(count),
            };
            let moved = from.checked_add(span.ok()?).ok()?;
            Some(moved.timestamp().as_microsecond())
        };
        moved().unwrap_or(beyond)
    }

    /// The window that lies so far before "now", or behind it; `None` where there is no "now".
    pub(crate) fn window(&self, direction: Direction, duration: Duration) -> Option<(i64, i64)> {
        let now = self.now?;
        Some(match direction {
            Direction::Last => (self.moved(now, duration, true), now),
            Direction::Next => (now, self.moved(now, duration, false)),
        })
    }

    /// The instant of a date: of a day, its first in the shop's zone. Past the calendar's ends: before or
    /// after all times.
    pub(crate) fn instant(&self, date: Date) -> i64 {
        match date {
            Date::Instant(micros) => micros,
            Date::Day(year, month, day) => civil::Date::new(year, month, day)
                .ok()
                .and_then(|day| self.start_of(day))
                .unwrap_or(if year > 5_000 { LATEST } else { EARLIEST }),
        }
    }

    fn start_of(&self, day: civil::Date) -> Option<i64> {
        let start = day.to_zoned(self.zone.clone()).ok()?;
        Some(start.timestamp().as_microsecond())
    }

    /// Whether a day on which an instant comes again every year touches `[from, to)`. 29 February
    /// comes again on the 28th in other years.
    pub(crate) fn comes_again(&self, instant: i64, from: i64, to: i64) -> bool {
        let Some(born) = self.zoned(instant).map(|born| born.date()) else {
            return false;
        };
        // There is none before the first; past the calendar's ends its ends are meant.
        let year_of = |instant: i64| self.zoned(instant).map(|at| at.year());
        let first = year_of(from).unwrap_or(i16::MIN).max(born.year());
        let last = year_of(to).unwrap_or(civil::Date::MAX.year());
        (first..=last).any(|year| {
            let day = civil::Date::new(year, born.month(), born.day())
                .or_else(|_| civil::Date::new(year, born.month(), 28));
            let day = day.ok().filter(|day| *day >= born);
            let start = day.and_then(|day| self.start_of(day));
            let end = day.and_then(|day| self.start_of(day.tomorrow().ok()?));
            start
                .zip(end)
                .is_some_and(|(start, end)| start < to && end > from)
        })
    }
}
