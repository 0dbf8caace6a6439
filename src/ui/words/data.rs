//! The user's data.

use super::super::format::count;
use super::super::language::tr;
use super::super::sample_note::CHINESE_SAMPLE;
use crate::data::{Problem, TargetSummary};

/// A data set's name: a sample's title, or the file's name as it is.
pub(crate) fn data_name(name: &str) -> String {
    match name {
        "uci" => "Review sentences (UCI)".into(),
        "sms" => "SMS spam".into(),
        CHINESE_SAMPLE => tr!("shell-sample-zh"),
        name => name.into(),
    }
}

/// The encodings of text that are offered: their names in the Encoding Standard, and what people know them by.
pub(crate) const ENCODINGS: &[(&str, &str)] = &[
    ("UTF-8", "UTF-8"),
    ("UTF-16LE", "UTF-16, little-endian"),
    ("UTF-16BE", "UTF-16, big-endian"),
    ("gb18030", "GB18030, GBK (Chinese)"),
    ("Big5", "Big5 (Chinese)"),
    ("Shift_JIS", "Shift JIS (Japanese)"),
    ("EUC-KR", "EUC-KR (Korean)"),
    ("windows-1252", "Windows-1252, Latin-1 (Western European)"),
    ("windows-1250", "Windows-1250 (Central European)"),
    ("windows-1251", "Windows-1251 (Cyrillic)"),
];

/// What people know an encoding by.
pub(crate) fn encoding(name: &str) -> &str {
    let known = ENCODINGS.iter().find(|(known, _)| *known == name);
    known.map_or(name, |(_, title)| title)
}

/// Bytes of a file are no text in its encoding.
pub(crate) fn malformed(places: u32) -> String {
    format!(
        "{} of the file cannot be read in this encoding and shows as \u{FFFD}. Choose another encoding, or save the file again \
         as UTF-8.",
        count(places, "place")
    )
}

/// Cells of a workbook hold an error such as `#DIV/0!`.
pub(crate) fn error_cells(cells: u32) -> String {
    format!(
        "{} with an error such as #DIV/0! or #N/A: taken as empty.",
        count(cells, "cell")
    )
}

/// A way to learn, as the page offers it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProblemWords {
    /// Its name, for checks.
    pub(crate) name: &'static str,
    /// What a text has.
    pub(crate) title: &'static str,
}

/// Says what is to be learnt of a text.
pub(crate) fn problem(problem: Problem) -> ProblemWords {
    let (name, title) = match problem {
        Problem::SingleLabel => ("single", "One label"),
        Problem::MultiLabel { .. } => ("multi", "Several labels"),
        Problem::Regression => ("regression", "A number"),
    };
    ProblemWords { name, title }
}

/// The name of what a data set is learnt for: that of its [`ProblemWords`].
pub(crate) fn target_kind(targets: &TargetSummary) -> &'static str {
    match targets {
        TargetSummary::SingleLabel { .. } => "single",
        TargetSummary::MultiLabel { .. } => "multi",
        TargetSummary::Regression { .. } => "regression",
    }
}

/// What to type for the character between labels.
pub(crate) fn separator_hint(is_wrong: bool) -> &'static str {
    match is_wrong {
        false => "An empty cell means none of the labels",
        true => "Type one character, such as , or ; or |.",
    }
}
