use quick_xml::events::Event as Xml;

use super::*;
use crate::data::LabelCounts;
use crate::eval::metrics::{multi_label_report, regression_report, single_label_report};
use crate::eval::score::{Metric, Score};
use crate::protocol::{RunEnd, ValidationRecord};
use crate::run_state::history::LossPoint;
use crate::train::config::TrainConfig;

const HOSTILE: &str = "<script>alert(\"1\")</script>&'";

fn words() -> Catalog {
    Catalog::new(Language::English)
}

fn run(number: u32, note: &str) -> KeptRun {
    let validation = |epoch| ValidationRecord {
        epoch,
        step: epoch * 10,
        loss: 0.5,
        scores: vec![Score {
            metric: Metric::Accuracy,
            value: 0.75,
        }],
    };
    KeptRun {
        number,
        name: String::new(),
        note: note.into(),
        encoder: "tiny".into(),
        data: HOSTILE.into(),
        train_examples: 80,
        config: TrainConfig {
            epochs: 2,
            ..TrainConfig::default()
        },
        steps: 20,
        end: RunEnd::Completed,
        best_step: Some(10),
        seconds: 3.4,
        validations: vec![validation(1), validation(2)],
        test: vec![],
        curve: (1..=20)
            .map(|step| LossPoint {
                step,
                loss: 1.0 / f64::from(step),
                smoothed: 0.5,
                learning_rate: 1e-3,
                grad_norm: 2.0,
            })
            .collect(),
        shown: true,
    }
}

fn single() -> EvaluationReport {
    let names = [HOSTILE.to_owned(), "ham".to_owned()];
    let rows = [[0.8, 0.2], [0.4, 0.6], [0.1, 0.9], [0.7, 0.3]].map(|row| row.to_vec());
    let report = single_label_report(&names, &[0, 0, 1, 1], &rows, Some(1.5), 0);
    EvaluationReport::SingleLabel(report.unwrap())
}

fn document(report: &EvaluationReport) -> Document<'_> {
    Document {
        language: Language::English,
        written: "2026-01-02 03:04",
        version: "9.9.9",
        encoder: "tiny",
        data: HOSTILE,
        dataset: None,
        run: None,
        report: Some(report),
        threshold: None,
        runs: &[],
    }
}

/// Reads the file's body as XML, so that tags are closed and texts escaped; names of its elements.
fn elements(html: &str) -> Vec<String> {
    let body = html.split_once("<body>").unwrap().1;
    let body = body.split_once("</body>").unwrap().0;
    let mut reader = quick_xml::Reader::from_str(body);
    let mut found = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Xml::Eof => return found,
            Xml::Start(element) | Xml::Empty(element) => {
                found.push(element.name().as_ref().to_owned());
            }
            _ => {}
        }
    }
}

fn count(elements: &[String], name: &str) -> usize {
    elements.iter().filter(|element| *element == name).count()
}

#[test]
fn everything_is_in_it_and_nothing_runs() {
    let report = single();
    let counts = PartCounts {
        train: 80,
        validation: 10,
        test: 4,
    };
    let dataset = DatasetSummary {
        name: HOSTILE.into(),
        examples: counts,
        targets: TargetSummary::SingleLabel {
            labels: vec![LabelCounts {
                label: HOSTILE.into(),
                examples: counts,
            }],
        },
        split_from_table: false,
        empty_texts: 0,
    };
    let threshold = PositiveLabel {
        label: HOSTILE.into(),
        probability: 0.73,
    };
    let runs = [run(1, HOSTILE), run(2, "")];
    let html = html(
        &words(),
        &Document {
            dataset: Some(&dataset),
            run: Some(&runs[0]),
            threshold: Some(&threshold),
            runs: &runs,
            ..document(&report)
        },
    );
    assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"));
    for word in [
        "2026-01-02 03:04",
        "9.9.9",
        "50.0 %",
        "0.73",
        "Confusion matrix",
        "Precision-recall curve",
        "ROC curve",
        "Reliability diagram",
        "Temperature 1.50",
        "epochs",
        "learning_rate",
        "Run 2",
        "&lt;script&gt;",
    ] {
        assert!(html.contains(word), "{word}");
    }
    for word in [
        "<script",
        "http://",
        "https://",
        "url(",
        "@import",
        "javascript:",
    ] {
        assert!(!html.contains(word), "{word}");
    }
    let elements = elements(&html);
    // Precision-recall, ROC, reliability, confidences, loss, accuracy and the runs; each has its plot within.
    assert_eq!(count(&elements, "svg"), 2 * 7);
    assert_eq!(count(&elements, "figure"), 7);
    // Labels, more numbers, confusion, validations, data, settings and runs.
    assert_eq!(count(&elements, "table"), 7);
}

#[test]
fn other_problems_have_their_own_charts() {
    let names = ["a", "b", "c"].map(String::from);
    let rows = [[0.8, 0.2, 0.4], [0.1, 0.7, 0.6]].map(|row| row.to_vec());
    let report = multi_label_report(&names, &[vec![0], vec![1, 2]], &rows, 0.5, 0).unwrap();
    let report = EvaluationReport::MultiLabel(report);
    let several = html(&words(), &document(&report));
    assert_eq!(count(&elements(&several), "figure"), 2);
    assert!(several.contains("Micro average"));

    let report = regression_report(&[1.0, 2.0, 3.0], &[1.5, 2.0, 2.5], 0).unwrap();
    let report = EvaluationReport::Regression(report);
    let numbers = html(&words(), &document(&report));
    assert_eq!(count(&elements(&numbers), "figure"), 2);
    assert!(numbers.contains("Distribution of errors"));
}

#[test]
fn it_is_in_the_language_in_use() {
    let report = single();
    let chinese = html(
        &Catalog::new(Language::SimplifiedChinese),
        &Document {
            language: Language::SimplifiedChinese,
            ..document(&report)
        },
    );
    assert!(chinese.contains("<html lang=\"zh-CN\">") && chinese.contains("混淆矩阵"));
    assert!(!chinese.contains("Confusion"));
}

#[test]
fn a_run_without_a_test_is_reported_too() {
    let runs = [run(1, "")];
    let report = single();
    let html = html(
        &words(),
        &Document {
            run: Some(&runs[0]),
            report: None,
            runs: &runs,
            ..document(&report)
        },
    );
    let elements = elements(&html);
    assert_eq!(
        (count(&elements, "figure"), count(&elements, "table")),
        (2, 2)
    );
}
