//! Dates as git prints them.

use super::state::{SESSION_SECONDS, Signature};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// How a date is shown: the values of `--date`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum DateStyle {
    /// `Mon Jan 1 00:00:00 2024 +0000`.
    #[default]
    Normal,
    /// `2024-01-01 00:00:00 +0000`.
    Iso,
    /// `2024-01-01T00:00:00+00:00`.
    IsoStrict,
    /// `2024-01-01`.
    Short,
    /// `1704067200 +0000`.
    Raw,
    /// `1704067200`.
    Unix,
    /// `Mon, 1 Jan 2024 00:00:00 +0000`.
    Mail,
    /// `24 hours ago`, counted to the session's fixed time.
    Relative,
}

impl DateStyle {
    /// The style of this name.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"default" | b"local" => Self::Normal,
            b"iso" | b"iso8601" => Self::Iso,
            b"iso-strict" | b"iso8601-strict" => Self::IsoStrict,
            b"short" => Self::Short,
            b"raw" => Self::Raw,
            b"unix" => Self::Unix,
            b"rfc" | b"rfc2822" => Self::Mail,
            b"relative" | b"human" => Self::Relative,
            _ => return None,
        })
    }
}

/// Year, month (from 0), day, hour, minute, second, weekday of seconds since 1970.
fn civil(seconds: i64) -> (i64, usize, i64, i64, i64, i64, usize) {
    let days = seconds.div_euclid(86_400);
    let rest = seconds.rem_euclid(86_400);
    // Days since 0000-03-01, in eras of 400 years.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = (shifted_month + 2) % 12;
    let year = year_of_era + era * 400 + i64::from(month < 2);
    let weekday = (days + 4).rem_euclid(7);
    (year, month as usize, day, rest / 3600, rest / 60 % 60, rest % 60, weekday as usize)
}

/// Seconds since 1970 of a day.
pub(super) fn seconds_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era - 719_468) * 86_400
}

/// A zone as `+0130`.
pub(super) fn zone(minutes: i16) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
}

/// A signature's date.
pub(super) fn show(signature: &Signature, style: DateStyle) -> String {
    let local = signature.seconds + i64::from(signature.zone) * 60;
    let (year, month, day, hour, minute, second, weekday) = civil(local);
    let zone = zone(signature.zone);
    let month_name = MONTHS.get(month).copied().unwrap_or_default();
    let day_name = DAYS.get(weekday).copied().unwrap_or_default();
    let month = month + 1;
    match style {
        DateStyle::Normal => format!("{day_name} {month_name} {day} {hour:02}:{minute:02}:{second:02} {year} {zone}"),
        DateStyle::Iso => format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} {zone}"),
        DateStyle::IsoStrict => {
            let zone = if signature.zone == 0 { "Z".to_owned() } else { format!("{}:{}", &zone[..3], &zone[3..]) };
            format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")
        }
        DateStyle::Short => format!("{year}-{month:02}-{day:02}"),
        DateStyle::Raw => format!("{} {zone}", signature.seconds),
        DateStyle::Unix => signature.seconds.to_string(),
        DateStyle::Mail => {
            format!("{day_name}, {day} {month_name} {year} {hour:02}:{minute:02}:{second:02} {zone}")
        }
        DateStyle::Relative => relative(SESSION_SECONDS.max(signature.seconds) - signature.seconds),
    }
}

/// A time span in git's words.
fn relative(seconds: i64) -> String {
    let words = |count: i64, unit: &str| format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" });
    if seconds < 90 {
        return words(seconds, "second");
    }
    let minutes = (seconds + 30) / 60;
    if minutes < 90 {
        return words(minutes, "minute");
    }
    let hours = (minutes + 30) / 60;
    if hours < 36 {
        return words(hours, "hour");
    }
    let days = (hours + 12) / 24;
    if days < 14 {
        return words(days, "day");
    }
    if days < 70 {
        return words((days + 3) / 7, "week");
    }
    if days < 365 {
        return words((days + 15) / 30, "month");
    }
    words((days + 183) / 365, "year")
}

/// A date as the environment gives it: `@seconds zone`, `seconds zone` or ISO.
pub(super) fn parse(text: &[u8]) -> Option<(i64, i16)> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let (time, zone) = match text.rsplit_once(' ') {
        Some((time, zone)) if zone.len() == 5 && zone.starts_with(['+', '-']) => (time, parse_zone(zone)?),
        _ => (text, 0),
    };
    if let Ok(seconds) = time.strip_prefix('@').unwrap_or(time).parse() {
        return Some((seconds, zone));
    }
    let time = time.strip_suffix('Z').unwrap_or(time);
    let (day, clock) = time.split_once(['T', ' ']).unwrap_or((time, "00:00:00"));
    let mut day = day.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let mut clock = clock.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (day.next()??, day.next()??, day.next()??);
    let (hour, minute) = (clock.next()??, clock.next()??);
    let second = clock.next().unwrap_or(Some(0))?;
    let is_real = (1..=12).contains(&month) && (1..=31).contains(&day) && (0..=9999).contains(&year);
    let local = is_real.then(|| seconds_of(year, month, day) + hour * 3600 + minute * 60 + second)?;
    Some((local - i64::from(zone) * 60, zone))
}

fn parse_zone(text: &str) -> Option<i16> {
    let number: i16 = text.get(1..)?.parse().ok()?;
    let minutes = number / 100 * 60 + number % 100;
    Some(if text.starts_with('-') { -minutes } else { minutes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_as_they_are_shown() {
        let at = |seconds, zone| Signature { name: Vec::new(), email: Vec::new(), seconds, zone };
        assert_eq!(show(&at(1_704_067_200, 0), DateStyle::Normal), "Mon Jan 1 00:00:00 2024 +0000");
        assert_eq!(show(&at(1_709_209_845, 90), DateStyle::Iso), "2024-02-29 14:00:45 +0130");
        assert_eq!(show(&at(1_709_209_845, -480), DateStyle::IsoStrict), "2024-02-29T04:30:45-08:00");
        assert_eq!(parse(b"2024-02-29T14:00:45 +0130"), Some((1_709_209_845, 90)));
        assert_eq!(parse(b"1704067200 +0000"), Some((1_704_067_200, 0)));
        assert_eq!(parse(b"yesterday"), None);
    }
}
