//! Charts of training, one function for each quantity.

use super::words::{metric, run_name};
use crate::chart::{Axis, Chart, Ink, Mark, NumberFormat, Point, Reading, Scale, Series};
use crate::eval::score::Metric;
use crate::language::Catalog;
use crate::protocol::ValidationRecord;
use crate::run_state::history::LossPoint;
use crate::run_state::runs::KeptRun;

/// Ticks of an axis, about.
const TICKS: u32 = 5;

/// What is drawn over the steps of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quantity {
    /// The loss of steps, and that of validations.
    #[default]
    Loss,
    /// A score of validations.
    Score(Metric),
    /// The learning rate of steps.
    LearningRate,
    /// The norm of the gradients of steps, before clipping.
    GradNorm,
}

/// What is known of a run's course.
#[derive(Debug, Clone, Copy)]
pub struct Training<'a> {
    /// Its loss.
    pub points: &'a [LossPoint],
    /// What validations found.
    pub validations: &'a [ValidationRecord],
    /// Steps of the whole run.
    pub steps: u32,
}

/// What can be drawn of runs with these validations, the most telling first.
pub fn quantities<'a>(
    validations: impl IntoIterator<Item = &'a ValidationRecord>,
) -> Vec<Quantity> {
    let mut found = vec![Quantity::Loss];
    for score in validations.into_iter().flat_map(|record| &record.scores) {
        let quantity = Quantity::Score(score.metric);
        if !found.contains(&quantity) {
            found.push(quantity);
        }
    }
    found.extend([Quantity::LearningRate, Quantity::GradNorm]);
    found
}

impl Quantity {
    /// What it is called.
    pub fn name(self, words: &Catalog) -> String {
        match self {
            Self::Loss => tr!("results-metric-loss" in words),
            Self::Score(score) => tr!(
                "results-validation-metric" in words,
                metric = metric(words, score)
            ),
            Self::LearningRate => tr!("results-learning-rate" in words),
            Self::GradNorm => tr!("results-gradient-norm" in words),
        }
    }

    /// How the most telling value of a point is read.
    fn reading(self) -> fn(&LossPoint) -> f64 {
        match self {
            Self::Loss | Self::Score(_) => |point| point.smoothed,
            Self::LearningRate => |point| point.learning_rate,
            Self::GradNorm => |point| point.grad_norm,
        }
    }

    /// An axis that holds the values.
    fn scale(self, values: impl Iterator<Item = f64> + Clone) -> Scale {
        match self {
            Self::Loss | Self::LearningRate | Self::GradNorm => {
                Scale::up_to(values.fold(0.0, f64::max), TICKS)
            }
            Self::Score(Metric::Accuracy | Metric::MacroF1 | Metric::MicroF1) => Scale::shares(),
            Self::Score(_) => Scale::around(values, TICKS),
        }
    }
}

/// A quantity over the steps of one run.
pub fn training(words: &Catalog, quantity: Quantity, run: Training) -> Chart {
    let series = match quantity {
        Quantity::Loss => vec![
            steps(
                tr!("results-each-step" in words),
                Ink::Faint,
                run.points,
                |point| point.loss,
            ),
            steps(
                tr!("results-smoothed" in words),
                Ink::Number(0),
                run.points,
                |point| point.smoothed,
            ),
            validations(
                tr!("results-validation" in words),
                Ink::Number(1),
                run.validations,
                Metric::Loss,
            ),
        ],
        Quantity::Score(score) => vec![validations(
            tr!("results-validation" in words),
            Ink::Number(1),
            run.validations,
            score,
        )],
        Quantity::LearningRate | Quantity::GradNorm => {
            vec![steps(
                quantity.name(words),
                Ink::Number(0),
                run.points,
                quantity.reading(),
            )]
        }
    };
    chart(
        words,
        quantity,
        series,
        run.steps,
        summary(words, quantity, run),
    )
}

/// The newest value.
fn summary(words: &Catalog, quantity: Quantity, run: Training) -> String {
    if let Quantity::Score(score) = quantity {
        let newest = run.validations.last();
        let newest = newest.and_then(|last| Some((last.epoch, last.score(score)?)));
        return match newest {
            Some((epoch, value)) => tr!(
                "results-validation-now" in words,
                value = NumberFormat::Decimal.write(value),
                epoch = epoch
            ),
            None => tr!("results-no-validations" in words),
        };
    }
    let name = match quantity {
        Quantity::Loss => tr!("results-smoothed" in words),
        quantity => quantity.name(words),
    };
    match run.points.last() {
        Some(last) => tr!(
            "results-value-now" in words,
            name = name,
            value = NumberFormat::Decimal.write(quantity.reading()(last)),
            step = last.step
        ),
        None => tr!("results-no-steps" in words),
    }
}

/// A quantity over the steps of several runs: of the loss, the smoothed one.
pub fn overlay(words: &Catalog, quantity: Quantity, runs: &[&KeptRun]) -> Chart {
    let series = runs.iter().map(|run| {
        let (name, ink) = (
            run_name(words, run),
            Ink::Number(run.number.saturating_sub(1)),
        );
        match quantity {
            Quantity::Score(score) => validations(name, ink, &run.validations, score),
            quantity => steps(name, ink, &run.curve, quantity.reading()),
        }
    });
    let most = runs.iter().map(|run| run.steps).max().unwrap_or_default();
    let summary = tr!("results-runs-shown" in words, count = runs.len() as u32);
    chart(words, quantity, series.collect(), most, summary)
}

fn chart(
    words: &Catalog,
    quantity: Quantity,
    series: Vec<Series>,
    steps: u32,
    summary: String,
) -> Chart {
    let points = || series.iter().flat_map(|series| &series.points);
    let last = points().map(|point| point.x).fold(0.0, f64::max) as u32;
    let scale = quantity.scale(points().map(|point| point.y));
    Chart {
        title: quantity.name(words),
        summary,
        x: Axis {
            name: tr!("results-step" in words),
            scale: Scale::steps(steps.max(last), TICKS),
            format: NumberFormat::Count,
        },
        y: Axis {
            name: quantity.name(words),
            scale,
            format: NumberFormat::Decimal,
        },
        detail: None,
        series,
        reading: Reading::ByX,
    }
}

fn steps(name: String, ink: Ink, points: &[LossPoint], read: fn(&LossPoint) -> f64) -> Series {
    Series {
        name,
        mark: Mark::Line,
        ink,
        points: points
            .iter()
            .map(|point| Point::new(point.step.into(), read(point)))
            .collect(),
    }
}

fn validations(name: String, ink: Ink, records: &[ValidationRecord], metric: Metric) -> Series {
    let point =
        |record: &ValidationRecord| Some(Point::new(record.step.into(), record.score(metric)?));
    Series {
        name,
        mark: Mark::MarkedLine,
        ink,
        points: records.iter().filter_map(point).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::score::Score;
    use crate::language::Language;

    const POINTS: [LossPoint; 2] = [
        LossPoint {
            step: 1,
            loss: 0.9,
            smoothed: 0.9,
            learning_rate: 1e-3,
            grad_norm: 3.0,
        },
        LossPoint {
            step: 2,
            loss: 0.5,
            smoothed: 0.7,
            learning_rate: 5e-4,
            grad_norm: 2.0,
        },
    ];

    fn validation() -> ValidationRecord {
        ValidationRecord {
            epoch: 1,
            step: 2,
            loss: 0.6,
            scores: vec![Score {
                metric: Metric::Accuracy,
                value: 0.75,
            }],
        }
    }

    #[test]
    fn every_quantity_has_its_series_and_newest_value() {
        let words = Catalog::new(Language::English);
        let validations = [validation()];
        let run = Training {
            points: &POINTS,
            validations: &validations,
            steps: 8,
        };
        for (quantity, series, summary) in [
            (Quantity::Loss, 3, "Smoothed loss 0.700 at step 2"),
            (Quantity::Score(Metric::Accuracy), 1, "0.750 after epoch 1"),
            (Quantity::LearningRate, 1, "Learning rate 5.0e-4 at step 2"),
            (Quantity::GradNorm, 1, "Gradient norm 2.000 at step 2"),
        ] {
            assert!(quantities(&validations).contains(&quantity));
            let chart = training(&words, quantity, run);
            assert_eq!((chart.series.len(), &*chart.summary), (series, summary));
            assert_eq!(chart.x.scale.ends(), (0.0, 8.0));
        }
        let chart = training(&words, Quantity::Loss, run);
        let stops = chart.stops();
        assert_eq!(
            chart.words(&stops[1]),
            "Step 2 · Each step 0.500 · Smoothed loss 0.700 · Validation 0.600"
        );
    }
}
