//! Runs as a table for other programs.

use super::{KeptRun, changed_settings};
use crate::eval::score::Metric;
use crate::protocol::RunEnd;
use crate::train::config::Method;

/// Metrics that there may be, and what their columns are called.
const METRICS: [(Metric, &str); 8] = [
    (Metric::Loss, "loss"),
    (Metric::Accuracy, "accuracy"),
    (Metric::MacroF1, "macro_f1"),
    (Metric::MicroF1, "micro_f1"),
    (Metric::MatthewsCorrelation, "matthews_correlation"),
    (Metric::R2, "r2"),
    (Metric::Pearson, "pearson"),
    (Metric::Spearman, "spearman"),
];

/// Runs as CSV (RFC 4180: commas, quotes where needed, lines that end in CR LF), a line each below their names. Metrics
/// that no run has are left out.
///
/// It begins with a byte order mark, without which spreadsheet programs take it for another encoding than UTF-8. A text
/// that such a program would compute as a formula begins with an apostrophe, as OWASP advises:
/// <https://owasp.org/www-community/attacks/CSV_Injection>.
pub fn to_csv(runs: &[KeptRun]) -> String {
    let validated =
        |run: &KeptRun, metric| run.validation().and_then(|record| record.score(metric));
    let tested = |run: &KeptRun, metric| run.test_score(metric);
    let present = |read: &dyn Fn(&KeptRun, Metric) -> Option<f64>| -> Vec<(Metric, &str)> {
        METRICS
            .into_iter()
            .filter(|(metric, _)| runs.iter().any(|run| read(run, *metric).is_some()))
            .collect()
    };
    let (validations, tests) = (present(&validated), present(&tested));

    let mut header: Vec<String> = [
        "run",
        "name",
        "note",
        "encoder",
        "data",
        "training_examples",
        "method",
        "changed_settings",
        "steps",
        "best_step",
        "end",
        "seconds",
    ]
    .map(String::from)
    .to_vec();
    header.extend(
        validations
            .iter()
            .map(|(_, name)| format!("validation_{name}")),
    );
    header.extend(tests.iter().map(|(_, name)| format!("test_{name}")));
    let mut lines = line(&header);
    for run in runs {
        let changed = changed_settings(&run.config).into_iter();
        let changed: Vec<String> = changed
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        let mut cells = vec![
            run.number.to_string(),
            text(&run.name),
            text(&run.note),
            text(&run.encoder),
            text(&run.data),
            run.train_examples.to_string(),
            method(run.config.method).into(),
            text(&changed.join("; ")),
            run.steps.to_string(),
            run.best_step
                .map_or_else(String::new, |step| step.to_string()),
            end(run.end).into(),
            format!("{:.1}", run.seconds),
        ];
        cells.extend(
            validations
                .iter()
                .map(|(metric, _)| number(validated(run, *metric))),
        );
        cells.extend(tests.iter().map(|(metric, _)| number(tested(run, *metric))));
        lines += &line(&cells);
    }
    format!("\u{FEFF}{lines}")
}

fn line(cells: &[String]) -> String {
    let quoted = cells
        .iter()
        .map(|cell| match cell.contains(['"', ',', '\r', '\n']) {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell.clone(),
        });
    quoted.collect::<Vec<_>>().join(",") + "\r\n"
}

/// A text that no program takes for a formula. Spaces before it do not help.
fn text(text: &str) -> String {
    let begins = text.trim_start_matches(' ').chars().next();
    match begins {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            format!("'{text}")
        }
        _ => text.to_owned(),
    }
}

fn method(method: Method) -> &'static str {
    match method {
        Method::HeadOnly => "head_only",
        Method::LastLayers { .. } => "last_layers",
        Method::Lora => "lora",
        Method::Full { .. } => "full",
    }
}

fn end(end: RunEnd) -> &'static str {
    match end {
        RunEnd::Completed => "completed",
        RunEnd::Stopped => "stopped",
        RunEnd::EarlyStopped => "early_stopped",
        RunEnd::NotFinite { .. } => "not_finite",
    }
}
