//! From probabilities to what a model is taken to say.

use serde::{Deserialize, Serialize};

use super::{LabelProbability, Prediction};

/// What becomes of probabilities.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct VerdictOptions {
    /// Confidence below which the model counts as unsure, above 0 and up to 1; `None` if it never does.
    pub unsure_below: Option<f64>,
    /// Where there are two labels: the one that is given from another probability on than one half.
    pub positive: Option<PositiveLabel>,
}

/// A label that is given from a probability on, and otherwise the other one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PositiveLabel {
    pub label: String,
    pub probability: f64,
}

/// What a model is taken to say of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The labels, none or several only where a text may have several.
    Labels {
        labels: Vec<String>,
        /// Probability that the labels are right, as far as the model can tell: of the label itself or, where a text may
        /// have several, of the decision on a label that is the least certain. 0 to 1.
        confidence: f64,
        /// Whether that is too little.
        unsure: bool,
    },
    /// A number, of which no confidence is known.
    Number(f64),
}

impl VerdictOptions {
    /// What a prediction comes to. `several` is whether a text may have several labels.
    pub fn verdict(&self, prediction: &Prediction, several: bool) -> Verdict {
        if let Some(number) = prediction.value {
            return Verdict::Number(number);
        }
        let probabilities = &prediction.probabilities;
        let (labels, confidence) = match several {
            true => (prediction.labels.clone(), least_certain(probabilities)),
            false => match self.positive(probabilities).or(probabilities.first()) {
                Some(given) => (vec![given.label.clone()], given.probability),
                None => (prediction.labels.clone(), 0.0),
            },
        };
        Verdict::Labels {
            labels,
            confidence,
            unsure: self.unsure_below.is_some_and(|least| confidence < least),
        }
    }

    /// The label by the positive one's own rule, where that is for these labels.
    fn positive<'a>(&self, probabilities: &'a [LabelProbability]) -> Option<&'a LabelProbability> {
        let rule = self.positive.as_ref()?;
        let [first, second] = probabilities else {
            return None;
        };
        let (positive, other) = match rule.label {
            ref label if *label == first.label => (first, second),
            ref label if *label == second.label => (second, first),
            _ => return None,
        };
        Some(match positive.probability >= rule.probability {
            true => positive,
            false => other,
        })
    }
}

/// Probability of the decision on a label that is the least certain, where each is decided by itself.
fn least_certain(probabilities: &[LabelProbability]) -> f64 {
    probabilities
        .iter()
        .map(|entry| entry.probability.max(1.0 - entry.probability))
        .reduce(f64::min)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prediction(
        probabilities: &[(&str, f64)],
        labels: &[&str],
        value: Option<f64>,
    ) -> Prediction {
        Prediction {
            text: "a text".into(),
            probabilities: probabilities
                .iter()
                .map(|&(label, probability)| LabelProbability {
                    label: label.into(),
                    probability,
                })
                .collect(),
            labels: labels.iter().map(|&label| label.into()).collect(),
            value,
            tokens: 4,
            milliseconds: 1.0,
        }
    }

    fn labels(labels: &[&str], confidence: f64, unsure: bool) -> Verdict {
        Verdict::Labels {
            labels: labels.iter().map(|&label| label.into()).collect(),
            confidence,
            unsure,
        }
    }

    fn unsure_below(least: f64) -> VerdictOptions {
        VerdictOptions {
            unsure_below: Some(least),
            positive: None,
        }
    }

    #[test]
    fn the_most_probable_label_is_said_and_doubted_below_the_chosen_confidence() {
        let said = prediction(&[("ham", 0.75), ("spam", 0.25)], &["ham"], None);
        let never = VerdictOptions::default();
        assert_eq!(never.verdict(&said, false), labels(&["ham"], 0.75, false));
        for (least, unsure) in [(0.7, false), (0.75, false), (0.8, true), (1.0, true)] {
            let verdict = unsure_below(least).verdict(&said, false);
            assert_eq!(verdict, labels(&["ham"], 0.75, unsure), "{least}");
        }
    }

    #[test]
    fn of_two_labels_the_positive_one_may_need_less() {
        let said = prediction(&[("ham", 0.75), ("spam", 0.25)], &["ham"], None);
        let options = |label: &str, probability| VerdictOptions {
            unsure_below: Some(0.5),
            positive: Some(PositiveLabel {
                label: label.into(),
                probability,
            }),
        };
        for (label, probability, expected) in [
            ("spam", 0.25, labels(&["spam"], 0.25, true)),
            ("spam", 0.26, labels(&["ham"], 0.75, false)),
            ("ham", 0.8, labels(&["spam"], 0.25, true)),
            ("other", 0.1, labels(&["ham"], 0.75, false)),
        ] {
            let verdict = options(label, probability).verdict(&said, false);
            assert_eq!(verdict, expected, "{label} from {probability} on");
        }
        let three = prediction(&[("a", 0.5), ("b", 0.3), ("c", 0.2)], &["a"], None);
        assert_eq!(
            options("b", 0.1).verdict(&three, false),
            labels(&["a"], 0.5, false)
        );
    }

    #[test]
    fn of_several_labels_the_least_certain_decision_counts() {
        let said = prediction(&[("a", 0.9), ("b", 0.4)], &["a"], None);
        assert_eq!(
            unsure_below(0.7).verdict(&said, true),
            labels(&["a"], 0.6, true)
        );
        let none = prediction(&[("a", 0.125), ("b", 0.0)], &[], None);
        assert_eq!(
            unsure_below(0.7).verdict(&none, true),
            labels(&[], 0.875, false)
        );
    }

    #[test]
    fn a_number_is_never_doubted() {
        let said = prediction(&[], &[], Some(3.5));
        assert_eq!(
            unsure_below(1.0).verdict(&said, false),
            Verdict::Number(3.5)
        );
    }
}
