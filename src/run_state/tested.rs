//! The tested examples that the page shows.

use super::{RunState, settle};
use crate::eval::tested::{ExampleFilter, ExamplePage};
use crate::protocol::RequestId;

/// Tested examples, as far as they have been asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Tested {
    /// Which ones.
    pub filter: ExampleFilter,
    /// The first of them, without a gap; `None` until the worker has answered.
    pub page: Option<ExamplePage>,
}

impl RunState {
    /// Notes that examples are being asked for.
    pub(super) fn lists_examples(&mut self, id: RequestId, filter: ExampleFilter, offset: u32) {
        self.pending.examples = Some(id);
        if offset == 0 {
            self.tested = Some(Tested { filter, page: None });
        }
    }

    /// Takes in examples; those of a later page follow the ones before.
    pub(super) fn examples_listed(&mut self, id: RequestId, listed: ExamplePage) {
        if !settle(&mut self.pending.examples, id) {
            return;
        }
        let Some(tested) = &mut self.tested else {
            return;
        };
        match &mut tested.page {
            Some(page) => page.examples.extend(listed.examples),
            None => tested.page = Some(listed),
        }
    }

    /// What was listed is of another run, or no worker knows it any more.
    pub(super) fn forget_examples(&mut self) {
        self.knows_examples = false;
        self.tested = None;
        self.pending.examples = None;
    }

    /// Whether tested examples of the newest run can be listed.
    pub fn can_list_examples(&self) -> bool {
        self.device.is_some() && self.knows_examples && !self.is_running()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{result, training};
    use super::*;
    use crate::eval::metrics::{EvaluationReport, RegressionReport, regression_metrics};
    use crate::eval::tested::TestedExample;
    use crate::protocol::{Command, Event, RunEnd};

    fn tested() -> RunState {
        let mut state = training();
        let mut result = result(RunEnd::Completed);
        result.report = Some(Box::new(EvaluationReport::Regression(RegressionReport {
            examples: 0,
            metrics: regression_metrics(&[0.0; 0], &[0.0; 0]).unwrap(),
            root_mean_squared_error_interval: None,
            values: vec![],
            residuals: vec![],
        })));
        assert!(!state.can_list_examples());
        state.apply(Event::TrainingEnded { id: 5, result });
        assert!(state.can_list_examples());
        state
    }

    fn ask(state: &mut RunState, id: RequestId, filter: ExampleFilter, offset: u32) {
        state.sent(&Command::ListExamples {
            id,
            filter,
            offset,
            limit: 1,
        });
    }

    fn answer(state: &mut RunState, id: RequestId, text: &str) {
        let example = TestedExample {
            text: text.into(),
            truth: vec![],
            predicted: vec![],
            probability: None,
        };
        state.apply(Event::ExamplesListed {
            id,
            page: ExamplePage {
                total: 2,
                examples: vec![example],
            },
        });
    }

    fn texts(state: &RunState) -> Option<Vec<&str>> {
        let page = state.tested.as_ref()?.page.as_ref()?;
        Some(
            page.examples
                .iter()
                .map(|example| example.text.as_str())
                .collect(),
        )
    }

    #[test]
    fn pages_follow_one_another_and_another_question_begins_anew() {
        let mut state = tested();
        ask(&mut state, 6, ExampleFilter::Mistakes, 0);
        assert_eq!(texts(&state), None);
        answer(&mut state, 6, "first");
        ask(&mut state, 7, ExampleFilter::Mistakes, 1);
        answer(&mut state, 7, "second");
        assert_eq!(texts(&state), Some(vec!["first", "second"]));
        let cell = ExampleFilter::Cell {
            label: 0,
            predicted: 1,
        };
        ask(&mut state, 8, cell, 0);
        answer(&mut state, 7, "late");
        assert_eq!(texts(&state), None);
        answer(&mut state, 8, "third");
        assert_eq!(texts(&state), Some(vec!["third"]));
    }

    #[test]
    fn a_new_worker_or_run_knows_none() {
        let mut state = tested();
        ask(&mut state, 6, ExampleFilter::Mistakes, 0);
        answer(&mut state, 6, "first");
        state.worker_replaced(false, false);
        assert!(!state.can_list_examples() && state.tested.is_none());

        let mut state = tested();
        state.sent(&Command::Train {
            id: 6,
            config: Default::default(),
            resume: false,
            paused: false,
        });
        assert!(!state.can_list_examples());
    }
}
