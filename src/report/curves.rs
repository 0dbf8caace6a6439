//! Charts of an evaluation on the test examples.

use super::numbers::per_label;
use super::words::{number, percent};
use crate::chart::{Axis, Chart, Detail, Ink, Mark, NumberFormat, Point, Reading, Scale, Series};
use crate::eval::metrics::{
    AtThreshold, Calibration, Curves, EvaluationReport, LabelRanking, PredictedValue, ResidualBin,
    ScaledCalibration,
};
use crate::language::Catalog;

/// Labels whose curves fit in one chart: as many as there are inks.
pub const MOST_LABELS: usize = Ink::NUMBERED as usize;

/// Ticks of an axis, about.
const TICKS: u32 = 5;

/// A label with its curves.
#[derive(Debug, Clone, Copy)]
pub struct LabelCurves<'a> {
    /// Its number among the labels.
    pub number: usize,
    /// Its name.
    pub name: &'a str,
    /// Its curves.
    pub curves: &'a Curves,
    /// The areas below them.
    pub ranking: LabelRanking,
}

/// The curves of each label, in label order; none where a number is predicted.
pub fn label_curves(report: &EvaluationReport) -> Vec<LabelCurves<'_>> {
    let (curves, rankings) = match report {
        EvaluationReport::SingleLabel(report) => (&*report.curves, &report.ranking),
        EvaluationReport::MultiLabel(report) => (&*report.curves, &report.metrics.ranking),
        EvaluationReport::Regression(_) => return Vec::new(),
    };
    let labels = per_label(report)
        .iter()
        .zip(curves)
        .zip(&rankings.per_label);
    labels
        .enumerate()
        .map(|(number, ((label, curves), ranking))| LabelCurves {
            number,
            name: &label.label,
            curves,
            ranking: *ranking,
        })
        .collect()
}

/// Precision over recall of some labels, and where a threshold lies on it.
pub fn precision_recall(words: &Catalog, labels: &[LabelCurves], at: Option<AtThreshold>) -> Chart {
    let mut series = Vec::new();
    for label in labels {
        let Some(points) = &label.curves.precision_recall else {
            continue;
        };
        let point = |point: &crate::eval::metrics::PrecisionRecallPoint| Point {
            x: point.recall,
            y: point.precision,
            detail: point.threshold,
        };
        // What a model without skill does: the label's share of the examples, at any recall.
        if let ([_], Some(all)) = (labels, points.first()) {
            series.push(reference(
                tr!("results-chance" in words),
                [(0.0, all.precision), (1.0, all.precision)],
            ));
        }
        let area = number(words, label.ranking.average_precision);
        series.push(line(
            tr!("results-curve-ap" in words, label = label.name, area = area),
            ink(labels, label),
            points.iter().map(point).collect(),
        ));
    }
    series.extend(at.map(|at| threshold(words, at, at.recall, at.precision)));
    let areas = labels.iter().map(|label| label.ranking.average_precision);
    Chart {
        title: tr!("results-pr-curve" in words),
        summary: match single(areas) {
            Some(area) => tr!("results-pr-area" in words, area = number(words, area)),
            None => tr!("results-labels-shown" in words, count = labels.len() as u32),
        },
        x: shares(tr!("results-recall" in words)),
        y: shares(tr!("results-precision" in words)),
        detail: Some(threshold_detail(words)),
        series,
        reading: Reading::ByPoint,
    }
}

/// True over false positive rate of some labels, and where a threshold lies on it.
pub fn roc(words: &Catalog, labels: &[LabelCurves], at: Option<AtThreshold>) -> Chart {
    let mut series = vec![reference(
        tr!("results-chance" in words),
        [(0.0, 0.0), (1.0, 1.0)],
    )];
    for label in labels {
        let Some(points) = &label.curves.roc else {
            continue;
        };
        let point = |point: &crate::eval::metrics::RocPoint| Point {
            x: point.false_positive_rate,
            y: point.true_positive_rate,
            detail: point.threshold,
        };
        let area = number(words, label.ranking.roc_auc);
        series.push(line(
            tr!("results-curve-auc" in words, label = label.name, area = area),
            ink(labels, label),
            points.iter().map(point).collect(),
        ));
    }
    series.extend(at.map(|at| threshold(words, at, at.false_positive_rate, at.recall)));
    let areas = labels.iter().map(|label| label.ranking.roc_auc);
    Chart {
        title: tr!("results-roc-curve" in words),
        summary: match single(areas) {
            Some(area) => tr!("results-roc-area" in words, area = number(words, area)),
            None => tr!("results-labels-shown" in words, count = labels.len() as u32),
        },
        x: shares(tr!("results-fpr" in words)),
        y: shares(tr!("results-tpr" in words)),
        detail: Some(threshold_detail(words)),
        series,
        reading: Reading::ByPoint,
    }
}

/// Accuracy over confidence, before and after temperature scaling.
pub fn reliability(
    words: &Catalog,
    calibration: &Calibration,
    scaled: Option<&ScaledCalibration>,
) -> Chart {
    let bins = |name, ink, calibration: &Calibration| Series {
        name,
        mark: Mark::MarkedLine,
        ink: Ink::Number(ink),
        points: calibration
            .bins
            .iter()
            .filter_map(|bin| {
                Some(Point {
                    x: bin.confidence?,
                    y: bin.accuracy?,
                    detail: Some(bin.count.into()),
                })
            })
            .collect(),
    };
    let mut series = vec![
        reference(
            tr!("results-perfect-calibration" in words),
            [(0.0, 0.0), (1.0, 1.0)],
        ),
        bins(tr!("results-as-predicted" in words), 0, calibration),
    ];
    series.extend(scaled.map(|scaled| {
        let name = tr!(
            "results-scaled" in words,
            temperature = format!("{:.2}", scaled.temperature)
        );
        bins(name, 1, &scaled.calibration)
    }));
    let error = calibration.expected_calibration_error;
    Chart {
        title: tr!("results-reliability" in words),
        summary: match error {
            Some(error) => tr!(
                "results-reliability-summary" in words,
                error = percent(words, error)
            ),
            None => tr!("results-undefined" in words),
        },
        x: shares(tr!("results-confidence" in words)),
        y: shares(tr!("results-metric-accuracy" in words)),
        detail: Some(examples_detail(words)),
        series,
        reading: Reading::ByPoint,
    }
}

/// How many examples have which confidence.
pub fn confidences(words: &Catalog, calibration: &Calibration) -> Chart {
    let bars = calibration
        .bins
        .iter()
        .map(|bin| (bin.above, bin.up_to, bin.count));
    bars_chart(
        words,
        tr!("results-confidences" in words),
        shares(tr!("results-confidence" in words)),
        bars,
    )
}

/// Predicted over true numbers.
pub fn predicted_values(words: &Catalog, values: &[PredictedValue], examples: u32) -> Chart {
    let ends = values
        .iter()
        .flat_map(|value| [value.truth, value.predicted]);
    let scale = Scale::around(ends, TICKS);
    let (start, end) = scale.ends();
    let axis = |name| Axis {
        name,
        scale,
        format: NumberFormat::Decimal,
    };
    Chart {
        title: tr!("results-predicted-true" in words),
        summary: tr!(
            "results-values-shown" in words,
            shown = values.len() as u32,
            count = examples
        ),
        x: axis(tr!("results-true-number" in words)),
        y: axis(tr!("results-predicted-number" in words)),
        detail: None,
        series: vec![
            reference(tr!("results-exact" in words), [(start, start), (end, end)]),
            Series {
                name: tr!("results-test-examples" in words),
                mark: Mark::Dots,
                ink: Ink::Number(0),
                points: values
                    .iter()
                    .map(|value| Point::new(value.truth, value.predicted))
                    .collect(),
            },
        ],
        reading: Reading::ByPoint,
    }
}

/// How the errors of predicted numbers are spread.
pub fn residuals(words: &Catalog, bins: &[ResidualBin]) -> Chart {
    let ends = bins.iter().flat_map(|bin| [bin.from, bin.up_to]);
    let axis = Axis {
        name: tr!("results-error" in words),
        scale: Scale::around(ends, TICKS),
        format: NumberFormat::Decimal,
    };
    bars_chart(
        words,
        tr!("results-errors" in words),
        axis,
        bins.iter().map(|bin| (bin.from, bin.up_to, bin.count)),
    )
}

fn bars_chart(
    words: &Catalog,
    title: String,
    x: Axis,
    bins: impl Iterator<Item = (f64, f64, u32)> + Clone,
) -> Chart {
    let counts = bins.clone().map(|(.., count)| count);
    let most = counts.clone().max().unwrap_or_default();
    // Bins are equally wide.
    let width = bins
        .clone()
        .next()
        .map_or(0.0, |(from, up_to, _)| up_to - from);
    Chart {
        title,
        summary: tr!("results-examples-counted" in words, count = counts.sum::<u32>()),
        x,
        y: Axis {
            name: tr!("results-examples" in words),
            scale: Scale::steps(most.max(TICKS), TICKS),
            format: NumberFormat::Count,
        },
        detail: None,
        series: vec![Series {
            name: tr!("results-examples" in words),
            mark: Mark::Bars { width },
            ink: Ink::Number(0),
            points: bins
                .map(|(from, up_to, count)| Point::new((from + up_to) / 2.0, count.into()))
                .collect(),
        }],
        reading: Reading::ByX,
    }
}

/// Each label keeps its ink whichever others are shown; one alone is drawn plainly, and a threshold apart from it.
fn ink(labels: &[LabelCurves], label: &LabelCurves) -> Ink {
    match labels {
        [_] => Ink::Number(0),
        _ => Ink::Number(label.number as u32),
    }
}

fn line(name: String, ink: Ink, points: Vec<Point>) -> Series {
    Series {
        name,
        mark: Mark::Line,
        ink,
        points,
    }
}

fn reference(name: String, ends: [(f64, f64); 2]) -> Series {
    Series {
        name,
        mark: Mark::Line,
        ink: Ink::Reference,
        points: ends.map(|(x, y)| Point::new(x, y)).to_vec(),
    }
}

fn threshold(words: &Catalog, at: AtThreshold, x: f64, y: f64) -> Series {
    Series {
        name: tr!(
            "results-threshold-at" in words,
            threshold = format!("{:.2}", at.threshold)
        ),
        mark: Mark::Dots,
        ink: Ink::Number(1),
        points: vec![Point {
            x,
            y,
            detail: Some(at.threshold),
        }],
    }
}

fn shares(name: String) -> Axis {
    Axis {
        name,
        scale: Scale::shares(),
        format: NumberFormat::Decimal,
    }
}

fn threshold_detail(words: &Catalog) -> Detail {
    Detail {
        name: tr!("results-threshold" in words),
        format: NumberFormat::Decimal,
    }
}

fn examples_detail(words: &Catalog) -> Detail {
    Detail {
        name: tr!("results-examples" in words),
        format: NumberFormat::Count,
    }
}

/// The item, if there is one only.
fn single<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::metrics::{SingleLabelReport, single_label_report};
    use crate::language::Language;

    fn report() -> SingleLabelReport {
        let names = ["no", "yes"].map(String::from);
        let rows = [[0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.2, 0.8]].map(|row| row.to_vec());
        single_label_report(&names, &[0, 0, 1, 1], &rows, Some(2.0), 0).unwrap()
    }

    fn points(chart: &Chart, name: &str) -> Vec<(f64, f64)> {
        let series = chart.series.iter().find(|series| series.name == name);
        let points = &series.unwrap().points;
        points.iter().map(|point| (point.x, point.y)).collect()
    }

    #[test]
    fn a_threshold_lies_on_both_curves() {
        let words = Catalog::new(Language::English);
        let report = report();
        let at = report.thresholds[1].at(0.65);
        let report = EvaluationReport::SingleLabel(report);
        let mut labels = label_curves(&report);
        labels.remove(0);
        let chart = precision_recall(&words, &labels, at);
        assert_eq!(points(&chart, "Threshold 0.65"), [(1.0, 1.0)]);
        assert_eq!(points(&chart, "Chance"), [(0.0, 0.5), (1.0, 0.5)]);
        assert_eq!(chart.summary, "Average precision 1.000");
        let chart = roc(&words, &labels, at);
        assert_eq!(points(&chart, "Threshold 0.65"), [(0.0, 1.0)]);
        let all = label_curves(&report);
        let several = precision_recall(&words, &all, None);
        assert_eq!((several.series.len(), &*several.summary), (2, "2 labels"));
    }

    #[test]
    fn bins_without_examples_are_no_points() {
        let words = Catalog::new(Language::English);
        let report = report();
        let chart = reliability(&words, &report.calibration, report.scaled.as_ref());
        let before = points(&chart, "As predicted");
        assert_eq!(before.len(), 4);
        assert!((before[0].0 - 0.6).abs() < 1e-9 && before[0].1 == 0.0);
        assert!(
            chart
                .series
                .iter()
                .any(|series| series.name == "Temperature 2.00")
        );
        let counted = confidences(&words, &report.calibration);
        let bars: f64 = counted.series[0].points.iter().map(|point| point.y).sum();
        assert_eq!((bars, &*counted.summary), (4.0, "4 examples"));
    }
}
