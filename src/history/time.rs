//! Instants: microseconds in UTC, and how they are read from text.
//!
//! Read without being told: RFC 3339 (`2010-12-01T08:26:00+01:00`, `...Z`) and
//! `YYYY-MM-DD[ HH:MM[:SS[.ffffff]]]`, with `T` or a space between, and an offset written as shops'
//! systems do (` +0100`, ` UTC`). A time without an offset is in the
//! shop's zone. Every other form must be named, since `10/2/2017` is two days.

use crate::error::{Error, Result};
use crate::history::calendar::{civil, days, iso, not_iso};
use crate::history::decimal::MISSING;
use crate::near::near;
use crate::text::shown;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A point in time: microseconds since 1970-01-01T00:00:00Z, leap seconds left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Serialize for Instant {
    /// As text: RFC 3339 in UTC.
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Instant {
    /// A microsecond later: what was told strictly before that holds this instant too.
    pub fn just_after(self) -> Self {
        Instant(self.0.saturating_add(1))
    }

    pub(crate) fn told(raw: i64) -> Option<Self> {
        (raw != MISSING).then_some(Instant(raw))
    }
}

impl std::str::FromStr for Instant {
    type Err = String;

    /// Reads RFC 3339 or `YYYY-MM-DD[ HH:MM[:SS]]`, the latter in UTC.
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        TimeReader::new(TimeZone::UTC, ClockChange::Refuse, None)
            .read(text)
            .map(Instant)
    }
}

impl fmt::Display for Instant {
    /// RFC 3339 in UTC, to the second, or to the microsecond where that is not zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0.div_euclid(86_400_000_000));
        let micros = self.0.rem_euclid(86_400_000_000);
        let seconds = micros / 1_000_000;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        match format!("{:06}", micros % 1_000_000).trim_end_matches('0') {
            "" => f.write_str("Z"),
            fraction => write!(f, ".{fraction}Z"),
        }
    }
}

/// What to do with a local time that the clocks skipped or showed twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockChange {
    /// Such a time is an error (the default).
    #[default]
    Refuse,
    /// The earlier of the two instants it may mean.
    Earlier,
    /// The later of the two instants it may mean.
    Later,
}

/// The zone that times without an offset are in, looked up by its IANA name.
pub(crate) fn zone(name: &str) -> Result<TimeZone> {
    TimeZone::get(name).map_err(|_| {
        let known: Vec<String> = jiff::tz::db()
            .available()
            .map(|zone| zone.to_string())
            .collect();
        Error::UnknownName {
            what: "time zone",
            name: shown(name),
            near: near(name, known.iter().map(String::as_str)),
        }
    })
}

/// Refuses a form of times that cannot be, before it meets the first row.
pub(crate) fn check_format(format: &str) -> Result<()> {
    let refuse = |must: String| Error::setting("time_format", format!("'{}'", shown(format)), must);
    let sample = jiff::Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    let written = jiff::fmt::strtime::format(format, &sample)
        .map_err(|problem| refuse(format!("it must be a form of times: {problem}")))?;
    if written == format {
        return Err(refuse(
            "it must name the parts of a time, such as %Y-%m-%d".to_owned(),
        ));
    }
    if (format.contains("%I") || format.contains("%l"))
        && !(format.contains("%p") || format.contains("%P"))
    {
        return Err(refuse(
            "a clock of twelve hours must say which half (%p)".to_owned(),
        ));
    }
    Ok(())
}

/// The first and the last instant of the years 1 to 9999.
const FIRST: i64 = -62_135_596_800_000_000;
const LAST: i64 = 253_402_300_799_999_999;

/// Reads the times of one column.
#[derive(Debug)]
pub(crate) struct TimeReader {
    zone: TimeZone,
    utc: bool,
    clock_change: ClockChange,
    format: Option<String>,
    /// The last text and what it meant: lines of one order carry the same time.
    last: (String, i64),
}

impl TimeReader {
    pub(crate) fn new(zone: TimeZone, clock_change: ClockChange, format: Option<String>) -> Self {
        TimeReader {
            utc: zone == TimeZone::UTC,
            zone,
            clock_change,
            format,
            last: (String::new(), MISSING),
        }
    }

    /// Microseconds in UTC, or what is wrong with the text.
    pub(crate) fn read(&mut self, text: &str) -> std::result::Result<i64, String> {
        if !text.is_empty() && text == self.last.0 {
            return Ok(self.last.1);
        }
        let micros = match &self.format {
            Some(format) => self.read_named(text, format)?,
            None => self.read_iso(text.trim())?,
        };
        // An offset may lead out of the calendar, where no other program follows.
        if !(FIRST..=LAST).contains(&micros) {
            return Err(format!(
                "`{}` lies before the year 1 or after 9999 in UTC",
                shown(text)
            ));
        }
        self.last.0.clear();
        self.last.0.push_str(text);
        self.last.1 = micros;
        Ok(micros)
    }

    fn read_iso(&self, text: &str) -> std::result::Result<i64, String> {
        let parts = iso(text.as_bytes()).ok_or_else(|| not_iso(text))?;
        let days = days(parts.year, parts.month, parts.day)
            .filter(|_| parts.hour < 24 && parts.minute < 60 && parts.second < 60)
            .ok_or_else(|| format!("`{}` is no time of the calendar", shown(text)))?;
        let seconds = days * 86_400
            + i64::from(parts.hour) * 3_600
            + i64::from(parts.minute) * 60
            + i64::from(parts.second);
        let naive = seconds * 1_000_000 + i64::from(parts.micros);
        match parts.offset_minutes {
            Some(minutes) => Ok(naive - i64::from(minutes) * 60_000_000),
            None if self.utc => Ok(naive),
            None => {
                let local = DateTime::new(
                    parts.year as i16,
                    parts.month as i8,
                    parts.day as i8,
                    parts.hour as i8,
                    parts.minute as i8,
                    parts.second as i8,
                    parts.micros as i32 * 1000,
                );
                self.local(local.map_err(|problem| problem.to_string())?)
            }
        }
    }

    fn read_named(&self, text: &str, format: &str) -> std::result::Result<i64, String> {
        let problem = |problem: jiff::Error| {
            format!(
                "`{}` is not a time of the form `{format}`: {problem}",
                shown(text)
            )
        };
        let parsed = jiff::fmt::strtime::parse(format, text.trim()).map_err(problem)?;
        if parsed.offset().is_some() || parsed.timestamp().is_some() {
            return Ok(parsed.to_timestamp().map_err(problem)?.as_microsecond());
        }
        if parsed.iana_time_zone().is_some() {
            let zoned = parsed.to_zoned().map_err(problem)?;
            return Ok(zoned.timestamp().as_microsecond());
        }
        // A form without a clock means the day's midnight.
        let local = match (parsed.hour(), parsed.minute()) {
            (None, None) => parsed
                .to_date()
                .map_err(problem)?
                .to_datetime(jiff::civil::Time::midnight()),
            _ => parsed.to_datetime().map_err(problem)?,
        };
        self.local(local)
    }

    /// A local time of the shop's zone as microseconds in UTC.
    fn local(&self, local: DateTime) -> std::result::Result<i64, String> {
        let meant = self.zone.to_ambiguous_timestamp(local);
        let instant = match self.clock_change {
            ClockChange::Refuse if meant.is_ambiguous() => {
                let how = match meant.offset() {
                    jiff::tz::AmbiguousOffset::Gap { .. } => "never showed",
                    _ => "showed twice",
                };
                return Err(format!(
                    "`{local}` is a time the clocks {how} in the shop's zone; name a rule to accept it \
                     (clock_change = earlier or later)"
                ));
            }
            ClockChange::Later => meant.later(),
            ClockChange::Refuse | ClockChange::Earlier => meant.earlier(),
        };
        instant
            .map(|instant| instant.as_microsecond())
            .map_err(|problem| problem.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc() -> TimeReader {
        TimeReader::new(TimeZone::UTC, ClockChange::Refuse, None)
    }

    fn read(text: &str) -> Option<String> {
        utc()
            .read(text)
            .ok()
            .map(|micros| Instant(micros).to_string())
    }

    #[test]
    fn iso_and_rfc_3339_need_no_naming() {
        for (text, instant) in [
            ("2010-12-01", "2010-12-01T00:00:00Z"),
            ("2010-12-01 08:26", "2010-12-01T08:26:00Z"),
            ("2010-12-01 08:26:03", "2010-12-01T08:26:03Z"),
            ("2010-12-01T08:26:03.5", "2010-12-01T08:26:03.5Z"),
            (
                "2010-12-01T08:26:03.123456000",
                "2010-12-01T08:26:03.123456Z",
            ),
            ("2010-12-01T08:26:03Z", "2010-12-01T08:26:03Z"),
            ("2010-12-01t00:26:03+01:30", "2010-11-30T22:56:03Z"),
            ("0001-01-01", "0001-01-01T00:00:00Z"),
            ("9999-12-31", "9999-12-31T00:00:00Z"),
            ("1969-12-31 23:59:59.9", "1969-12-31T23:59:59.9Z"),
            ("2000-02-29", "2000-02-29T00:00:00Z"),
            ("2024-03-01 09:20:00 +0100", "2024-03-01T08:20:00Z"),
            ("2024-03-01 09:20:00-0530", "2024-03-01T14:50:00Z"),
            ("2024-03-01 09:20:00 UTC", "2024-03-01T09:20:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(instant), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "today",
            "2010-13-01",
            "2010-02-29",
            "2010-12-01 24:00",
            "2010-12-01 08:60",
            "2010-12-01 8:26",
            "20101201",
            "2010-12-01 08:26:03.1234567",
            "2010-12-01 08:26 +1",
            "0000-01-01",
            "1291191960",
            "2010-12-01 08:26:60",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_two_readings_of_a_day_or_month_first_time_are_shown() {
        let problem = utc().read("10/2/2017 10:56").err().unwrap_or_default();
        assert!(problem.contains("day 10 of month 2 (name time_format = '%d/%m/%Y %H:%M')"));
        assert!(problem.contains("day 2 of month 10 (name time_format = '%m/%d/%Y %H:%M')"));
    }

    #[test]
    fn a_named_form_is_read() {
        for (format, text, instant) in [
            ("%m/%d/%Y %H:%M", "3/29/2017 13:05", "2017-03-29T13:05:00Z"),
            ("%m/%d/%Y %H:%M", "10/2/2017 0:00", "2017-10-02T00:00:00Z"),
            ("%d.%m.%Y", "02.10.2017", "2017-10-02T00:00:00Z"),
            ("%s", "1291191960", "2010-12-01T08:26:00Z"),
            (
                "%Y%m%dT%H%M%S%z",
                "20101201T082600+0100",
                "2010-12-01T07:26:00Z",
            ),
        ] {
            let mut reader =
                TimeReader::new(TimeZone::UTC, ClockChange::Refuse, Some(format.to_owned()));
            let read = reader.read(text).map(|micros| Instant(micros).to_string());
            assert_eq!(read.as_deref(), Ok(instant), "{format}");
        }
    }

    #[test]
    fn clock_changes_are_refused_unless_a_rule_is_named() {
        let berlin = |rule| {
            TimeReader::new(
                TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC),
                rule,
                None,
            )
        };
        let (gap, fold) = ("2024-03-31 02:30", "2024-10-27 02:30");
        assert!(berlin(ClockChange::Refuse).read(gap).is_err());
        assert!(berlin(ClockChange::Refuse).read(fold).is_err());
        for (rule, text, instant) in [
            (ClockChange::Earlier, gap, "2024-03-31T00:30:00Z"),
            (ClockChange::Later, gap, "2024-03-31T01:30:00Z"),
            (ClockChange::Earlier, fold, "2024-10-27T00:30:00Z"),
            (ClockChange::Later, fold, "2024-10-27T01:30:00Z"),
            (
                ClockChange::Refuse,
                "2024-07-01 12:00",
                "2024-07-01T10:00:00Z",
            ),
        ] {
            let read = berlin(rule)
                .read(text)
                .map(|micros| Instant(micros).to_string());
            assert_eq!(read.as_deref(), Ok(instant), "{text}");
        }
    }

    #[test]
    fn an_unknown_zone_offers_near_ones() {
        let message = zone("Europe/Berln")
            .err()
            .map(|problem| problem.to_string());
        assert!(message.is_some_and(|message| message.contains("`Europe/Berlin`")));
    }
}
