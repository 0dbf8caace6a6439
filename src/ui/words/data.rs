//! The user's data.

use super::super::language::tr;
use super::super::sample_note::CHINESE_SAMPLE;
use crate::data::{Part, Problem, TargetSummary};

/// The tables that come with the page.
pub(crate) const SAMPLES: [&str; 3] = ["uci", "sms", CHINESE_SAMPLE];

/// A data set's name: what the page calls a sample, or the file's name as it is.
pub(crate) fn data_name(name: &str) -> String {
    match name {
        "uci" => tr!("data-sample-uci"),
        "sms" => tr!("data-sample-sms"),
        CHINESE_SAMPLE => tr!("shell-sample-zh"),
        "Pasted text" => tr!("data-pasted"),
        "Typed examples" => tr!("data-typed"),
        name => name.to_owned(),
    }
}

/// The encodings of text that are offered, by their names in the Encoding Standard.
pub(crate) const ENCODINGS: &[&str] = &[
    "UTF-8",
    "UTF-16LE",
    "UTF-16BE",
    "gb18030",
    "Big5",
    "Shift_JIS",
    "EUC-KR",
    "windows-1252",
    "windows-1250",
    "windows-1251",
];

/// What people know an encoding by.
pub(crate) fn encoding(name: &str) -> String {
    match name {
        "UTF-16LE" => tr!("data-encoding-utf-16le"),
        "UTF-16BE" => tr!("data-encoding-utf-16be"),
        "gb18030" => tr!("data-encoding-gb18030"),
        "Big5" => tr!("data-encoding-big5"),
        "Shift_JIS" => tr!("data-encoding-shift-jis"),
        "EUC-KR" => tr!("data-encoding-euc-kr"),
        "windows-1252" => tr!("data-encoding-windows-1252"),
        "windows-1250" => tr!("data-encoding-windows-1250"),
        "windows-1251" => tr!("data-encoding-windows-1251"),
        name => name.to_owned(),
    }
}

/// The name of a way to learn, for the list of them and for checks.
pub(crate) fn problem_name(problem: Problem) -> &'static str {
    match problem {
        Problem::SingleLabel => "single",
        Problem::MultiLabel { .. } => "multi",
        Problem::Regression => "regression",
    }
}

/// What a text has, by what is to be learnt of it.
pub(crate) fn problem_title(problem: Problem) -> String {
    match problem {
        Problem::SingleLabel => tr!("data-problem-single"),
        Problem::MultiLabel { .. } => tr!("data-problem-multi"),
        Problem::Regression => tr!("data-problem-regression"),
    }
}

/// What the examples of a part are for.
pub(crate) fn part_title(part: Part) -> String {
    match part {
        Part::Train => tr!("data-part-train"),
        Part::Validation => tr!("data-part-validation"),
        Part::Test => tr!("data-part-test"),
    }
}

/// The name of what a data set is learnt for: that of its [`problem_name`].
pub(crate) fn target_kind(targets: &TargetSummary) -> &'static str {
    match targets {
        TargetSummary::SingleLabel { .. } => "single",
        TargetSummary::MultiLabel { .. } => "multi",
        TargetSummary::Regression { .. } => "regression",
    }
}
