//! What the next run is expected to take.

use super::{RunState, settle};
use crate::protocol::{Estimate, RequestId};
use crate::train::config::TrainConfig;

/// The most estimates that are remembered: those of the settings that a user goes back and forth between.
const MOST_KNOWN: usize = 8;

/// What is known of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Estimates {
    /// What is being measured.
    pending: Option<(RequestId, TrainConfig)>,
    /// What was measured with the encoder and data in use, the last first.
    known: Vec<Known>,
    /// Settings, encoder and data whose measurement cost a worker.
    refused: Option<(TrainConfig, Subject)>,
}

/// What is known of some settings.
#[derive(Debug, Clone, PartialEq)]
struct Known {
    config: TrainConfig,
    /// `None` for settings that cannot be estimated.
    estimate: Option<Estimate>,
    /// Whether it is worth measuring again.
    is_rough: bool,
}

/// The names of an encoder and of a data set.
type Subject = (Option<String>, Option<String>);

impl Estimates {
    /// A command that measures is being sent.
    pub(super) fn asked(&mut self, id: RequestId, config: &TrainConfig) {
        self.pending = Some((id, config.estimated()));
    }

    /// The encoder or the data are others.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }

    /// What is known of settings, as they are [`TrainConfig::estimated`].
    fn of(&self, config: &TrainConfig) -> Option<&Known> {
        self.known.iter().find(|known| known.config == *config)
    }
}

impl RunState {
    /// What a run with these settings is expected to take, if that was measured.
    pub fn estimate(&self, config: &TrainConfig) -> Option<Estimate> {
        self.estimates.of(&config.estimated())?.estimate
    }

    /// Something else took the device's time while it was measured: what was found so far is too much. It holds until it is
    /// measured again.
    pub fn measured_roughly(&mut self) {
        let known = self.estimates.known.iter_mut();
        known.for_each(|known| known.is_rough = known.estimate.is_some());
    }

    /// Whether what is known of these settings is to be measured again.
    pub fn is_estimate_rough(&self, config: &TrainConfig) -> bool {
        let known = self.estimates.of(&config.estimated());
        known.is_some_and(|known| known.is_rough)
    }

    /// Whether encoder and data stand still and nothing else wants the device for long, so that a measurement comes to its
    /// end.
    fn can_measure(&self) -> bool {
        self.can_start() && !self.is_redividing() && !self.is_classifying()
    }

    /// Whether it is worth measuring what a run with these settings takes.
    pub fn wants_estimate(&self, config: &TrainConfig) -> bool {
        let config = config.estimated();
        let estimates = &self.estimates;
        self.can_measure()
            && !estimates
                .pending
                .as_ref()
                .is_some_and(|(_, pending)| *pending == config)
            && estimates.of(&config).is_none_or(|known| known.is_rough)
            && !estimates
                .refused
                .as_ref()
                .is_some_and(|(refused, subject)| *refused == config && *subject == self.subject())
    }

    /// Nothing is measured any more: the user wants another worker.
    pub fn leave_estimate(&mut self) {
        self.estimates.pending = None;
    }

    /// The worker is gone. What it was measuring may have been too much for it, so that it is not asked for again.
    pub(super) fn lose_estimate(&mut self) {
        let pending = self.estimates.pending.take();
        self.estimates.known.clear();
        if let Some((_, config)) = pending {
            self.estimates.refused = Some((config, self.subject()));
        }
    }

    fn subject(&self) -> Subject {
        let encoder = self.encoder.as_ref().map(|encoder| encoder.id.clone());
        let dataset = self.dataset.as_ref().map(|dataset| dataset.name.clone());
        (encoder, dataset)
    }

    /// Whether that is being measured.
    pub fn is_estimating(&self) -> bool {
        self.estimates.pending.is_some()
    }

    pub(super) fn estimated(&mut self, id: RequestId, estimate: Option<Estimate>) {
        let mut pending = self.estimates.pending.as_ref().map(|(id, _)| *id);
        if !settle(&mut pending, id) {
            return;
        }
        let Some((_, config)) = self.estimates.pending.take() else {
            return;
        };
        // Without an answer it may have been another command that came in between; then it is worth another try.
        if estimate.is_some() || self.can_measure() {
            let known = &mut self.estimates.known;
            let before = known.iter().position(|known| known.config == config);
            let before = before.map(|at| known.remove(at));
            let estimate = estimate.or(before.and_then(|before| before.estimate));
            let now = Known {
                config,
                estimate,
                is_rough: false,
            };
            known.insert(0, now);
            known.truncate(MOST_KNOWN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::ready;
    use super::*;
    use crate::protocol::{Command, EditOutcome, Event, TableOutcome};

    const ESTIMATE: Estimate = Estimate {
        once: 1.0,
        epoch: 20.0,
        test: 3.0,
        baseline: 0.0,
        memory: 1e8,
    };

    fn ask(state: &mut RunState, id: RequestId, config: &TrainConfig) {
        state.sent(&Command::Estimate {
            id,
            config: config.clone(),
            again: false,
        });
    }

    fn answer(state: &mut RunState, id: RequestId, estimate: Option<Estimate>) {
        state.apply(Event::Estimated { id, estimate });
    }

    #[test]
    fn an_estimate_holds_for_what_was_measured() {
        let mut state = ready();
        let config = TrainConfig::default();
        assert!(state.wants_estimate(&config));
        ask(&mut state, 50, &config);
        assert!(state.is_estimating() && !state.wants_estimate(&config));
        answer(&mut state, 50, Some(ESTIMATE));
        assert!(!state.is_estimating());

        let longer = TrainConfig {
            epochs: 9,
            ..config.clone()
        };
        assert_eq!(state.estimate(&longer), Some(ESTIMATE));
        assert!(!state.wants_estimate(&longer));
        let wider = TrainConfig {
            batch_size: 32,
            ..config
        };
        assert_eq!(state.estimate(&wider), None);
        assert!(state.wants_estimate(&wider));

        // What was measured before is known still.
        ask(&mut state, 51, &wider);
        answer(&mut state, 51, None);
        assert!(!state.wants_estimate(&wider) && state.estimate(&wider).is_none());
        assert_eq!(state.estimate(&longer), Some(ESTIMATE));
    }

    #[test]
    fn a_rough_estimate_holds_until_it_is_measured_again() {
        let mut state = ready();
        let config = TrainConfig::default();
        ask(&mut state, 50, &config);
        answer(&mut state, 50, Some(ESTIMATE));
        state.measured_roughly();
        assert!(state.wants_estimate(&config) && state.is_estimate_rough(&config));
        assert_eq!(state.estimate(&config), Some(ESTIMATE));

        ask(&mut state, 51, &config);
        assert!(!state.wants_estimate(&config));
        let better = Estimate {
            epoch: 10.0,
            ..ESTIMATE
        };
        answer(&mut state, 51, Some(better));
        assert_eq!(state.estimate(&config), Some(better));
        assert!(!state.wants_estimate(&config) && !state.is_estimate_rough(&config));

        // One that another command ended leaves what was known.
        state.measured_roughly();
        ask(&mut state, 52, &config);
        answer(&mut state, 52, None);
        assert_eq!(state.estimate(&config), Some(better));
        assert!(!state.wants_estimate(&config));
    }

    #[test]
    fn a_stale_answer_changes_nothing() {
        let mut state = ready();
        let config = TrainConfig::default();
        ask(&mut state, 50, &config);
        ask(&mut state, 51, &config);
        answer(&mut state, 50, Some(ESTIMATE));
        assert_eq!(state.estimate(&config), None);
        answer(&mut state, 51, None);
        assert!(
            !state.wants_estimate(&config),
            "what cannot be estimated is not asked for again"
        );
    }

    #[test]
    fn an_estimate_does_not_hide_an_error() {
        let mut state = ready();
        state.error = Some(super::super::tests::error());
        ask(&mut state, 50, &TrainConfig::default());
        assert!(state.error.is_some());
    }

    #[test]
    fn an_estimate_is_of_the_rows_that_were_measured() {
        let mut state = ready();
        let config = TrainConfig::default();
        ask(&mut state, 50, &config);
        answer(&mut state, 50, Some(ESTIMATE));
        state.sent(&Command::ChangeHeldOut { id: 51, part: None });
        assert_eq!(state.estimate(&config), Some(ESTIMATE));
        assert!(!state.wants_estimate(&config), "the rows are on their way");
        state.apply(Event::TableEdited {
            id: 51,
            outcome: EditOutcome::Usable(super::super::tests::summary("uci")),
        });
        assert_eq!(state.estimate(&config), None);
        assert!(state.wants_estimate(&config));
    }

    #[test]
    fn a_measurement_that_makes_way_for_a_file_is_made_after_it() {
        let mut state = ready();
        let config = TrainConfig::default();
        ask(&mut state, 50, &config);
        state.using.classifies(51);
        answer(&mut state, 50, None);
        assert!(
            !state.wants_estimate(&config),
            "it would not come to its end"
        );
        state
            .using
            .table_ended(51, TableOutcome::Stopped { done: 0 });
        assert!(state.wants_estimate(&config));
        ask(&mut state, 52, &config);
        answer(&mut state, 52, Some(ESTIMATE));
        assert_eq!(state.estimate(&config), Some(ESTIMATE));
    }

    #[test]
    fn a_measurement_that_cost_a_worker_is_not_repeated() {
        let mut state = ready();
        let config = TrainConfig::default();
        ask(&mut state, 50, &config);
        state.lose_estimate();
        state.estimates.forget();
        assert!(!state.is_estimating() && !state.wants_estimate(&config));
        let smaller = TrainConfig {
            batch_size: 4,
            ..config.clone()
        };
        assert!(state.wants_estimate(&smaller));
        // Another encoder may be small enough.
        super::super::tests::load_encoder(&mut state, 51, "tiny");
        assert!(state.wants_estimate(&config));
        // The user who changes the device has lost nothing.
        ask(&mut state, 52, &config);
        state.leave_estimate();
        state.lose_estimate();
        assert!(state.wants_estimate(&config));
    }
}
