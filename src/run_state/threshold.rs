//! The probability from which on one of two labels is given.

use super::RunState;
use crate::protocol::{LabelProbability, Prediction};

/// A label, and the probability from which on a text is given it; below, it is given the other one.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// The label.
    pub label: String,
    /// 0 to 1, this very probability included.
    pub value: f64,
}

impl Threshold {
    /// The label that probabilities of two labels come to; `None` if they are of others.
    pub fn decide<'a>(&self, probabilities: &'a [LabelProbability]) -> Option<&'a str> {
        let [first, second] = probabilities else {
            return None;
        };
        let (own, other) = match self.label == first.label {
            true => (first, second),
            false if self.label == second.label => (second, first),
            false => return None,
        };
        let decided = if own.probability >= self.value {
            own
        } else {
            other
        };
        Some(&decided.label)
    }
}

impl RunState {
    /// The threshold that the user chose for predictions of this model, if any.
    pub fn threshold(&self) -> Option<&Threshold> {
        self.threshold.as_ref()
    }

    /// Uses a threshold from now on; none gives a text its most probable label.
    pub fn set_threshold(&mut self, threshold: Option<Threshold>) {
        self.threshold = threshold;
    }

    /// The labels that a prediction comes to, by the threshold in use: what is shown in place of
    /// [`Prediction::labels`].
    pub fn decided_labels(&self, prediction: &Prediction) -> Vec<String> {
        self.threshold
            .as_ref()
            .and_then(|threshold| threshold.decide(&prediction.probabilities))
            .map_or_else(|| prediction.labels.clone(), |label| vec![label.to_owned()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{train, training};
    use super::*;

    fn prediction(spam: f64) -> Prediction {
        let label = |label: &str, probability| LabelProbability {
            label: label.into(),
            probability,
        };
        Prediction {
            text: "win".into(),
            probabilities: vec![label("spam", spam), label("ham", 1.0 - spam)],
            labels: vec!["spam".into()],
            value: None,
            tokens: 3,
            milliseconds: 1.0,
        }
    }

    #[test]
    fn a_threshold_decides_until_the_next_run() {
        let mut state = training();
        assert_eq!(state.decided_labels(&prediction(0.6)), ["spam"]);
        state.set_threshold(Some(Threshold {
            label: "spam".into(),
            value: 0.75,
        }));
        assert_eq!(state.decided_labels(&prediction(0.6)), ["ham"]);
        assert_eq!(state.decided_labels(&prediction(0.75)), ["spam"]);
        train(&mut state, 20, true);
        assert!(
            state.threshold().is_some(),
            "the same run on another device"
        );
        train(&mut state, 21, false);
        assert_eq!(state.threshold(), None);
    }

    #[test]
    fn other_labels_are_left_alone() {
        let threshold = Threshold {
            label: "positive".into(),
            value: 0.9,
        };
        let prediction = prediction(0.6);
        assert_eq!(threshold.decide(&prediction.probabilities), None);
        assert_eq!(threshold.decide(&prediction.probabilities[..1]), None);
    }
}
