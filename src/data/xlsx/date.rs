//! Numbers that are dates, as ISO 8601.

/// What a number's format shows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateKind {
    /// A day, with the time of it unless that is midnight.
    Day,
    /// A time of day, or hours beyond a day where they are counted on.
    Time,
}

const SECONDS: i64 = 24 * 60 * 60;
/// 9999-12-31, the last day that a spreadsheet knows.
const LAST_DAY: f64 = 2_958_465.0;
/// Days from 1970-01-01 to the days that are number 0.
const DAY_0_OF_1900: i64 = -25_569;
const DAY_0_OF_1904: i64 = -24_107;

impl DateKind {
    /// Of a format that has a number and no code: ECMA-376, part 1, 18.8.30, and the East Asian ones there.
    pub(super) fn of_builtin(id: u32) -> Option<Self> {
        match id {
            14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58 => Some(Self::Day),
            18..=21 | 32..=35 | 45..=47 | 55 | 56 => Some(Self::Time),
            _ => None,
        }
    }

    /// Of a format's code: letters for day, month, year, hour and second that are not quoted.
    pub(super) fn of_code(code: &str) -> Option<Self> {
        let (mut day, mut time) = (false, false);
        let mut letters = code.chars();
        while let Some(letter) = letters.next() {
            match letter.to_ascii_lowercase() {
                // The next character stands for itself, or for its width.
                '\\' | '_' | '*' => drop(letters.next()),
                '"' => drop(letters.find(|&letter| letter == '"')),
                '[' => {
                    // Hours that are counted on are `[h]`; other brackets hold colours, conditions and languages.
                    let inside: String = letters.by_ref().take_while(|&c| c != ']').collect();
                    let inside = inside.to_ascii_lowercase();
                    time |=
                        !inside.is_empty() && inside.chars().all(|c| matches!(c, 'h' | 'm' | 's'));
                }
                // Only the format of positive numbers counts.
                ';' => break,
                'd' | 'y' => day = true,
                'h' | 's' => time = true,
                'm' => day |= !time && !minutes_follow(letters.as_str()),
                // General has letters of its own.
                'g' if letters.as_str().to_ascii_lowercase().starts_with("eneral") => return None,
                _ => {}
            }
        }
        match (day, time) {
            (true, _) => Some(Self::Day),
            (false, true) => Some(Self::Time),
            (false, false) => None,
        }
    }
}

/// Whether an `m` before this stands for minutes: seconds follow.
fn minutes_follow(rest: &str) -> bool {
    let rest = rest.trim_start_matches(['m', 'M']);
    let rest = rest.trim_start_matches([':', ']']);
    rest.starts_with(['s', 'S'])
}

/// A day and time as ISO 8601; `None` for what is none.
pub(super) fn iso(number: f64, kind: DateKind, from_1904: bool) -> Option<String> {
    if !(0.0..=LAST_DAY + 1.0).contains(&number) {
        return None;
    }
    let seconds = (number * SECONDS as f64).round() as i64;
    let (days, second) = (seconds / SECONDS, seconds % SECONDS);
    let time = |hours: i64| format!("{hours:02}:{:02}:{:02}", second % 3_600 / 60, second % 60);
    if kind == DateKind::Time {
        return Some(time(seconds / 3_600));
    }
    let day = match (from_1904, days) {
        (true, days) => civil(days + DAY_0_OF_1904),
        // Lotus 1-2-3 took 1900 for a leap year, and spreadsheets still do.
        (false, 60) => "1900-02-29".to_owned(),
        (false, ..60) => civil(days + DAY_0_OF_1900 + 1),
        (false, days) => civil(days + DAY_0_OF_1900),
    };
    Some(match second {
        0 => day,
        second => format!("{day}T{}", time(second / 3_600)),
    })
}

/// The date of a day that is counted from 1970-01-01: `civil_from_days` of Howard Hinnant's “chrono-Compatible Low-Level
/// Date Algorithms”.
fn civil(days: i64) -> String {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_that_a_spreadsheet_shows() {
        for (number, expected) in [
            (0.0, "1899-12-31"),
            (1.0, "1900-01-01"),
            (59.0, "1900-02-28"),
            (60.0, "1900-02-29"),
            (61.0, "1900-03-01"),
            (25_569.0, "1970-01-01"),
            (45_351.0, "2024-02-29"),
            (45_351.75, "2024-02-29T18:00:00"),
            (45_351.999_999_9, "2024-03-01"),
            (LAST_DAY, "9999-12-31"),
        ] {
            assert_eq!(iso(number, DateKind::Day, false).unwrap(), expected);
        }
        assert_eq!(iso(0.0, DateKind::Day, true).unwrap(), "1904-01-01");
        assert_eq!(iso(43_889.0, DateKind::Day, true).unwrap(), "2024-02-29");
    }

    #[test]
    fn times_may_count_on() {
        assert_eq!(iso(0.5, DateKind::Time, false).unwrap(), "12:00:00");
        assert_eq!(iso(1.1, DateKind::Time, false).unwrap(), "26:24:00");
    }

    #[test]
    fn what_is_no_date_stays_a_number() {
        for number in [-1.0, LAST_DAY + 2.0, f64::NAN, f64::INFINITY] {
            assert_eq!(iso(number, DateKind::Day, false), None);
        }
    }

    #[test]
    fn formats_tell_dates() {
        for (code, expected) in [
            ("yyyy-mm-dd", Some(DateKind::Day)),
            ("[$-407]d. mmmm yyyy;@", Some(DateKind::Day)),
            ("m/d/yy h:mm", Some(DateKind::Day)),
            ("mmm", Some(DateKind::Day)),
            ("yyyy\"年\"m\"月\"", Some(DateKind::Day)),
            ("h:mm AM/PM", Some(DateKind::Time)),
            ("[h]:mm:ss", Some(DateKind::Time)),
            ("mm:ss.0", Some(DateKind::Time)),
            ("General", None),
            ("0.00", None),
            ("#,##0 \"days\"", None),
            ("[Red]0.0;[Blue]-0.0", None),
            ("0\\d", None),
            ("0_d*s", None),
            ("\"unclosed d", None),
            ("[d", None),
        ] {
            assert_eq!(DateKind::of_code(code), expected, "{code}");
        }
    }

    #[test]
    fn builtin_formats_tell_dates() {
        assert_eq!(DateKind::of_builtin(14), Some(DateKind::Day));
        assert_eq!(DateKind::of_builtin(21), Some(DateKind::Time));
        assert_eq!(DateKind::of_builtin(2), None);
        assert_eq!(DateKind::of_builtin(u32::MAX), None);
    }
}
