//! Reports hold what the metrics say, and cross the protocol.

use tabtune::eval::metrics::{
    DEFAULT_BINS, EvaluationReport, MetricsError, calibration, classification_report, log_loss,
    multi_label_metrics, multi_label_report, one_vs_rest, precision_recall_curve,
    regression_metrics, regression_report, roc_curve, scale_probabilities, single_label_report,
};
use tabtune::eval::score::Metric;
use tabtune::reason::Phrase;

const ROWS: [[f32; 2]; 4] = [[0.75, 0.25], [0.375, 0.625], [0.25, 0.75], [0.5, 0.5]];

fn names() -> Vec<String> {
    ["no", "yes"].map(String::from).to_vec()
}

fn rows() -> Vec<Vec<f32>> {
    ROWS.map(|row| row.to_vec()).to_vec()
}

/// As JSON's values and back: nothing in it may be NaN or infinite, which JSON does not have.
fn assert_crosses(report: EvaluationReport) {
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(
        serde_json::from_value::<EvaluationReport>(json).unwrap(),
        report
    );
}

#[test]
fn single_label() {
    let truth = [0, 0, 1, 1];
    let report = single_label_report(&names(), &truth, &rows(), Some(2.0), 0).unwrap();
    let predicted = [0, 1, 1, 0];
    assert_eq!(
        Ok(&report.classification),
        classification_report(&names(), &truth, &predicted).as_ref()
    );
    let interval = report.accuracy_interval.unwrap();
    assert_eq!(
        (interval.level, report.classification.accuracy),
        (0.95, 0.5)
    );
    assert_eq!((interval.lower, interval.upper), (0.0, 1.0));
    assert_eq!(Ok(report.log_loss), log_loss(2, &truth, &rows()));
    assert_eq!(
        Ok(&report.ranking),
        one_vs_rest(2, &truth, &rows()).as_ref()
    );
    let scores = ROWS.map(|row| row[1]);
    let has = truth.map(|label| label == 1);
    assert_eq!(report.curves.len(), 2);
    assert_eq!(Ok(&report.curves[1].roc), roc_curve(&has, &scores).as_ref());
    assert_eq!(
        Ok(&report.curves[1].precision_recall),
        precision_recall_curve(&has, &scores).as_ref()
    );
    // Labels 1 of the second and third example; the third is the only one at or above .7.
    let found = report.thresholds[1].at(0.7).unwrap();
    assert_eq!(
        (
            found.true_positives,
            found.false_positives,
            found.false_negatives,
            found.true_negatives
        ),
        (1, 0, 1, 2)
    );
    assert_eq!(
        (found.precision, found.recall, found.accuracy),
        (1.0, 0.5, 0.75)
    );
    assert_eq!(
        Ok(&report.calibration),
        calibration(2, &truth, &rows(), DEFAULT_BINS).as_ref()
    );
    let scaled = report.scaled.as_ref().unwrap();
    let tempered = scale_probabilities(2, &rows(), 2.0).unwrap();
    assert_eq!(scaled.temperature, 2.0);
    assert_eq!(Ok(scaled.log_loss), log_loss(2, &truth, &tempered));
    assert_eq!(
        Ok(&scaled.calibration),
        calibration(2, &truth, &tempered, DEFAULT_BINS).as_ref()
    );
    assert_crosses(EvaluationReport::SingleLabel(report));
}

#[test]
fn multi_label() {
    let truth = [vec![0], vec![], vec![0, 1], vec![1]];
    let report = multi_label_report(&names(), &truth, &rows(), 0.5, 0).unwrap();
    assert_eq!(
        Ok(&report.metrics),
        multi_label_metrics(&names(), &truth, &rows(), 0.5).as_ref()
    );
    let (interval, f1) = (
        report.micro_f1_interval.unwrap(),
        report.metrics.micro_average.f1,
    );
    assert!(interval.lower < f1 && f1 < interval.upper, "{interval:?}");
    let has = [false, false, true, true];
    assert_eq!(
        Ok(&report.curves[1].roc),
        roc_curve(&has, &ROWS.map(|row| row[1])).as_ref()
    );
    assert_crosses(EvaluationReport::MultiLabel(report));
}

#[test]
fn regression() {
    let (truth, predicted) = ([1.0, 2.0, 4.0, 3.0], [1.5_f32, 2.0, 3.0, 3.25]);
    let report = regression_report(&truth, &predicted, 0).unwrap();
    assert_eq!(report.examples, 4);
    assert_eq!(Ok(report.metrics), regression_metrics(&truth, &predicted));
    let interval = report.root_mean_squared_error_interval.unwrap();
    let error = report.metrics.root_mean_squared_error.unwrap();
    assert!(
        interval.lower < error && error < interval.upper,
        "{interval:?}"
    );
    assert!(
        0.0 <= interval.lower && interval.upper <= 1.0,
        "{interval:?}"
    );
    let drawn: Vec<_> = report
        .values
        .iter()
        .map(|value| (value.truth, value.predicted))
        .collect();
    assert_eq!(drawn, [(1.0, 1.5), (2.0, 2.0), (3.0, 3.25), (4.0, 3.0)]);
    assert_crosses(EvaluationReport::Regression(report));
}

#[test]
fn reports_of_earlier_versions_are_read() {
    let rows = rows();
    let single = single_label_report(&names(), &[0, 0, 1, 1], &rows, None, 0).unwrap();
    let number = regression_report(&[1.0, 2.0], &[1.5, 2.0], 0).unwrap();
    for report in [
        EvaluationReport::SingleLabel(single),
        EvaluationReport::Regression(number),
    ] {
        let mut json = serde_json::to_value(&report).unwrap();
        let fields = json.as_object_mut().unwrap().values_mut().next().unwrap();
        let fields = fields.as_object_mut().unwrap();
        fields.retain(|name, _| !["thresholds", "values", "residuals"].contains(&name.as_str()));
        match serde_json::from_value(json).unwrap() {
            EvaluationReport::SingleLabel(read) => assert_eq!(read.thresholds, []),
            EvaluationReport::Regression(read) => {
                assert!(read.values.is_empty() && read.residuals.is_empty())
            }
            EvaluationReport::MultiLabel(_) => panic!("another task"),
        }
    }
}

#[test]
fn runs_are_compared_by_numbers_of_the_report() {
    let report = single_label_report(&names(), &[0, 0, 1, 1], &rows(), None, 0).unwrap();
    let (accuracy, loss) = (report.classification.accuracy, report.log_loss);
    let scores = EvaluationReport::SingleLabel(report).scores();
    let score = |metric| {
        let found = scores.iter().find(|score| score.metric == metric);
        found.map(|score| score.value)
    };
    assert_eq!(scores[0].metric, Metric::Accuracy);
    assert_eq!(
        (score(Metric::Accuracy), score(Metric::Loss)),
        (Some(accuracy), loss)
    );
    let none: [f64; 0] = [];
    let report = regression_report(&none, &none, 0).unwrap();
    assert_eq!(EvaluationReport::Regression(report).scores(), []);
}

#[test]
fn the_seed_decides() {
    let report = |seed| regression_report(&[1.0, 2.0, 4.0, 3.0], &[1.5, 2.0, 3.0, 3.25], seed);
    assert_eq!(report(1), report(1));
    assert_ne!(report(1), report(2));
}

#[test]
fn one_example_and_none() {
    let none: [Vec<f32>; 0] = [];
    let report = single_label_report(&names(), &[], &none, None, 0).unwrap();
    assert_eq!((report.accuracy_interval, report.log_loss), (None, None));
    assert_eq!(report.curves[0].roc, None);
    assert_crosses(EvaluationReport::SingleLabel(report));
    let report = single_label_report(&names(), &[1], &[vec![0.25, 0.75]], Some(0.5), 0).unwrap();
    let interval = report.accuracy_interval.unwrap();
    assert_eq!((interval.lower, interval.upper), (1.0, 1.0));
    assert_crosses(EvaluationReport::SingleLabel(report));

    let report = multi_label_report(&names(), &[], &none, 0.5, 0).unwrap();
    assert_eq!(report.micro_f1_interval, None);
    assert_crosses(EvaluationReport::MultiLabel(report));
    let report = multi_label_report(&names(), &[vec![]], &[vec![0.25, 0.75]], 0.5, 0).unwrap();
    assert_crosses(EvaluationReport::MultiLabel(report));

    for values in [&[][..], &[1.5]] {
        let report = regression_report(values, values, 0).unwrap();
        assert_eq!(
            report.root_mean_squared_error_interval.is_none(),
            values.is_empty()
        );
        assert_crosses(EvaluationReport::Regression(report));
    }
}

#[test]
fn what_does_not_fit_is_named() {
    assert_eq!(
        single_label_report(&names(), &[0, 2], &rows()[..2], None, 0).unwrap_err(),
        MetricsError::LabelOutOfRange {
            example: 1,
            label: 2,
            labels: 2
        }
    );
    assert_eq!(
        single_label_report(&names(), &[0], &rows(), None, 0).unwrap_err(),
        MetricsError::LengthMismatch {
            truth: 1,
            predicted: 4
        }
    );
    assert!(matches!(
        single_label_report(&names(), &[0, 0, 1, 1], &rows(), Some(0.0), 0),
        Err(MetricsError::Setting {
            setting: Phrase("temperature"),
            ..
        })
    ));
    assert!(multi_label_report(&names(), &[vec![0]], &rows(), 0.5, 0).is_err());
    assert!(regression_report(&[1.0], &[f32::INFINITY], 0).is_err());
}
