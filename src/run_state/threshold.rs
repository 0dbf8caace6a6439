//! The probability from which on one of two labels is given.

use super::RunState;
use crate::protocol::PositiveLabel;

impl RunState {
    /// The threshold that the user chose for predictions of this model, if any.
    pub fn threshold(&self) -> Option<&PositiveLabel> {
        self.threshold.as_ref()
    }

    /// Uses a threshold from now on; none gives a text its most probable label.
    pub fn set_threshold(&mut self, threshold: Option<PositiveLabel>) {
        self.threshold = threshold;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{train, training};
    use super::*;
    use crate::protocol::{LabelProbability, Prediction, Verdict};

    fn labels(state: &RunState, spam: f64) -> Vec<String> {
        let label = |label: &str, probability| LabelProbability {
            label: label.into(),
            probability,
        };
        let prediction = Prediction {
            text: "win".into(),
            probabilities: vec![label("spam", spam), label("ham", 1.0 - spam)],
            labels: vec!["spam".into()],
            value: None,
            tokens: 3,
            milliseconds: 1.0,
        };
        match state.verdict(&prediction) {
            Verdict::Labels { labels, .. } => labels,
            Verdict::Number(_) => Vec::new(),
        }
    }

    #[test]
    fn a_threshold_decides_until_the_next_run() {
        let mut state = training();
        assert_eq!(labels(&state, 0.6), ["spam"]);
        state.set_threshold(Some(PositiveLabel {
            label: "spam".into(),
            probability: 0.75,
        }));
        assert_eq!(labels(&state, 0.6), ["ham"]);
        assert_eq!(labels(&state, 0.75), ["spam"]);
        train(&mut state, 20, true);
        assert!(
            state.threshold().is_some(),
            "the same run on another device"
        );
        train(&mut state, 21, false);
        assert_eq!(state.threshold(), None);
    }
}
