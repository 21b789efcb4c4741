//! Dates of the fixed clock, in UTC, as `date` and `strftime` print them.

/// A moment, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) year: i64,
    /// 1 to 12.
    pub(crate) month: u32,
    /// 1 to 31.
    pub(crate) day: u32,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
    /// 0 is Sunday.
    pub(crate) weekday: u32,
    /// 0 to 365.
    pub(crate) day_of_year: u32,
    /// Seconds since 1970.
    pub(crate) seconds: i64,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl Moment {
    /// From seconds since 1970.
    pub(crate) fn of(seconds: i64) -> Self {
        let days = seconds.div_euclid(86_400);
        let rest = seconds.rem_euclid(86_400) as u32;
        // The civil calendar counted from March of the year 0, in eras of 400 years.
        let from_march = days + 719_468;
        let era = from_march.div_euclid(146_097);
        let day_of_era = from_march.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_from_march = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_from_march + 2) / 153;
        let day = (day_from_march - (153 * month_from_march + 2) / 5 + 1) as u32;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 } as u32;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let day_of_year = (days - days_from_civil(year, 1, 1)) as u32;
        let weekday = (days + 4).rem_euclid(7) as u32;
        let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
        Self { year, month, day, hour, minute, second, weekday, day_of_year, seconds }
    }
}

/// Days from 1970-01-01 to a date.
pub(crate) fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// As `date +FORMAT` prints a moment; what is no conversion stays as it is.
pub(crate) fn format(format: &[u8], moment: &Moment) -> Vec<u8> {
    let mut out = Vec::with_capacity(format.len() * 2);
    let mut at = 0;
    while let Some(&byte) = format.get(at) {
        if byte != b'%' {
            out.push(byte);
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        let (mut pad, mut upper, mut swap) = (None, false, false);
        while let Some(&flag) = format.get(at) {
            match flag {
                b'-' | b'_' | b'0' | b'+' => pad = Some(flag),
                b'^' => upper = true,
                b'#' => swap = true,
                _ => break,
            }
            at += 1;
        }
        let digits = format.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let width = format
            .get(at..at + digits)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| digits.parse::<usize>().ok())
            .unwrap_or(0)
            .min(1000);
        at += digits;
        let colons = format.get(at..).unwrap_or_default().iter().take_while(|byte| **byte == b':').count();
        at += colons;
        if matches!(format.get(at), Some(b'E' | b'O')) {
            at += 1;
        }
        let Some(&letter) = format.get(at) else {
            out.extend_from_slice(format.get(start..).unwrap_or_default());
            break;
        };
        at += 1;
        match conversion(letter, colons, moment) {
            None => out.extend_from_slice(format.get(start..at).unwrap_or_default()),
            Some(Piece::Text(mut text)) => {
                if upper || (swap && letter != b'p' && letter != b'Z') {
                    text.make_ascii_uppercase();
                } else if swap {
                    text.make_ascii_lowercase();
                }
                let fill = if pad == Some(b'0') { b'0' } else { b' ' };
                out.extend(std::iter::repeat_n(fill, width.saturating_sub(text.len())));
                out.extend_from_slice(text.as_bytes());
            }
            Some(Piece::Number(number, default_pad, digits)) => {
                let pad = pad.unwrap_or(default_pad);
                let text = number.to_string();
                let wanted = if pad == b'-' { width } else { width.max(digits) };
                let fill = if pad == b'_' { b' ' } else { b'0' };
                out.extend(std::iter::repeat_n(fill, wanted.saturating_sub(text.len())));
                out.extend_from_slice(text.as_bytes());
            }
        }
    }
    out
}

enum Piece {
    Text(String),
    /// With what it is filled up, and to how many digits.
    Number(i64, u8, usize),
}

fn conversion(letter: u8, colons: usize, moment: &Moment) -> Option<Piece> {
    let two = |number: u32| Some(Piece::Number(i64::from(number), b'0', 2));
    let text = |text: &str| Some(Piece::Text(text.to_owned()));
    let nested =
        |pattern: &str| Some(Piece::Text(String::from_utf8_lossy(&format(pattern.as_bytes(), moment)).into_owned()));
    let name = |names: &[&'static str], index: u32| names.get(index as usize).copied().unwrap_or_default();
    let twelve = if moment.hour.is_multiple_of(12) { 12 } else { moment.hour % 12 };
    match letter {
        b'%' => text("%"),
        b'n' => text("\n"),
        b't' => text("\t"),
        b'a' => text(name(&DAYS, moment.weekday).get(..3)?),
        b'A' => text(name(&DAYS, moment.weekday)),
        b'b' | b'h' => text(name(&MONTHS, moment.month - 1).get(..3)?),
        b'B' => text(name(&MONTHS, moment.month - 1)),
        b'c' => nested("%a %b %e %H:%M:%S %Y"),
        b'C' => Some(Piece::Number(moment.year.div_euclid(100), b'0', 2)),
        b'd' => two(moment.day),
        b'D' | b'x' => nested("%m/%d/%y"),
        b'e' => Some(Piece::Number(i64::from(moment.day), b'_', 2)),
        b'F' => nested("%Y-%m-%d"),
        b'g' => Some(Piece::Number(iso_week(moment).0.rem_euclid(100), b'0', 2)),
        b'G' => Some(Piece::Number(iso_week(moment).0, b'0', 4)),
        b'H' => two(moment.hour),
        b'I' => two(twelve),
        b'j' => Some(Piece::Number(i64::from(moment.day_of_year) + 1, b'0', 3)),
        b'k' => Some(Piece::Number(i64::from(moment.hour), b'_', 2)),
        b'l' => Some(Piece::Number(i64::from(twelve), b'_', 2)),
        b'm' => two(moment.month),
        b'M' => two(moment.minute),
        b'N' => Some(Piece::Number(0, b'0', 9)),
        b'p' => text(if moment.hour < 12 { "AM" } else { "PM" }),
        b'P' => text(if moment.hour < 12 { "am" } else { "pm" }),
        b'q' => Some(Piece::Number(i64::from((moment.month - 1) / 3 + 1), b'0', 1)),
        b'r' => nested("%I:%M:%S %p"),
        b'R' => nested("%H:%M"),
        b's' => Some(Piece::Number(moment.seconds, b'0', 1)),
        b'S' => two(moment.second),
        b'T' | b'X' => nested("%H:%M:%S"),
        b'u' => Some(Piece::Number(i64::from(if moment.weekday == 0 { 7 } else { moment.weekday }), b'0', 1)),
        b'U' => two((moment.day_of_year + 7 - moment.weekday) / 7),
        b'V' => Some(Piece::Number(iso_week(moment).1, b'0', 2)),
        b'w' => Some(Piece::Number(i64::from(moment.weekday), b'0', 1)),
        b'W' => two((moment.day_of_year + 7 - (moment.weekday + 6) % 7) / 7),
        b'y' => Some(Piece::Number(moment.year.rem_euclid(100), b'0', 2)),
        b'Y' => Some(Piece::Number(moment.year, b'0', 4)),
        b'z' => text(match colons {
            0 => "+0000",
            1 => "+00:00",
            2 => "+00:00:00",
            _ => "+00",
        }),
        b'Z' => text("UTC"),
        _ => None,
    }
}

/// Year and week of ISO 8601: the week belongs to the year of its Thursday.
fn iso_week(moment: &Moment) -> (i64, i64) {
    let days = moment.seconds.div_euclid(86_400);
    let thursday = days + 3 - i64::from((moment.weekday + 6) % 7);
    let year = Moment::of(thursday * 86_400).year;
    (year, (thursday - days_from_civil(year, 1, 1)) / 7 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_print_as_by_date() {
        let moment = Moment::of(1_736_942_400);
        for (pattern, expected) in [
            ("%Y-%m-%d %H:%M:%S", "2025-01-15 12:00:00"),
            ("%a %b %e %H:%M:%S %Z %Y", "Wed Jan 15 12:00:00 UTC 2025"),
            ("%j %V %u %-d %^a %s %3N", "015 03 3 15 WED 1736942400 000000000"),
            ("%Q %", "%Q %"),
        ] {
            assert_eq!(String::from_utf8(format(pattern.as_bytes(), &moment)).unwrap(), expected);
        }
        assert_eq!(Moment::of(951_782_400).day, 29);
    }
}
