//! Whether the worker still answers: pings, and the time that passes without a sign of life.

use crate::protocol::{Event, ORDINARY_ALLOWANCE};

/// Milliseconds between two looks.
pub const LOOK_INTERVAL: u32 = 1_000;

/// Most milliseconds that count between two looks. More have passed where the machine slept, the clock jumped, the browser
/// holds the timers of a hidden tab back or the page itself was busy, and none of that is the worker's silence.
const MOST_BETWEEN_LOOKS: f64 = 1.5 * LOOK_INTERVAL as f64;

/// So many times what a worker is allowed it may be silent before it is replaced unasked.
const ALLOWANCES_UNTIL_HUNG: f64 = 3.0;

/// How a worker does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    /// It answers, or it has reason not to.
    Answers,
    /// It should have answered.
    Silent,
    /// It will not answer any more.
    Hung,
}

/// Watches a worker.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// When the page last looked, in milliseconds of a clock that never goes back.
    looked: Option<f64>,
    /// Milliseconds, as far as they count, since it said anything.
    silent: f64,
    /// Milliseconds for which it has been at the same piece of work, though it answers: a GPU that never is done.
    stuck: f64,
    turn: Option<u32>,
    /// Milliseconds that it may be silent.
    allowed: f64,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            looked: None,
            silent: 0.0,
            stuck: 0.0,
            turn: None,
            allowed: ORDINARY_ALLOWANCE * 1_000.0,
        }
    }
}

impl Watch {
    /// Looks at the worker.
    pub fn look(&mut self, now: f64) -> Liveness {
        let passed = self.looked.replace(now).map_or(0.0, |looked| now - looked);
        let passed = passed.clamp(0.0, MOST_BETWEEN_LOOKS);
        self.silent += passed;
        if self.turn.is_some() {
            self.stuck += passed;
        }
        let quiet = self.silent.max(self.stuck);
        if quiet >= self.allowed * ALLOWANCES_UNTIL_HUNG {
            Liveness::Hung
        } else if quiet >= self.allowed {
            Liveness::Silent
        } else {
            Liveness::Answers
        }
    }

    /// Takes in what the worker says.
    pub fn hears(&mut self, event: &Event) {
        self.silent = 0.0;
        if let Event::Pong { turn, .. } = event {
            if turn.is_none() || *turn != self.turn {
                self.stuck = 0.0;
            }
            self.turn = *turn;
        } else if let Event::Occupied { seconds } = event {
            self.stuck = 0.0;
            self.allowed = seconds * 1_000.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: f64 = 1_000.0;

    fn pong(turn: Option<u32>) -> Event {
        Event::Pong { id: 1, turn }
    }

    /// Looks once a second, from `from` on.
    fn look_for(watch: &mut Watch, from: f64, seconds: u32) -> Liveness {
        let mut last = Liveness::Answers;
        for second in 0..=seconds {
            last = watch.look(from + f64::from(second) * SECOND);
        }
        last
    }

    #[test]
    fn silence_is_noticed_then_ends_the_worker() {
        let mut watch = Watch::default();
        assert_eq!(look_for(&mut watch, 0.0, 29), Liveness::Answers);
        assert_eq!(watch.look(30.0 * SECOND), Liveness::Silent);
        assert_eq!(look_for(&mut watch, 31.0 * SECOND, 58), Liveness::Silent);
        assert_eq!(watch.look(90.0 * SECOND), Liveness::Hung);
    }

    #[test]
    fn an_answer_is_a_sign_of_life() {
        let mut watch = Watch::default();
        for minute in 0..60 {
            let from = f64::from(minute) * 25.0 * SECOND;
            assert_eq!(look_for(&mut watch, from, 24), Liveness::Answers);
            watch.hears(&pong(None));
        }
    }

    #[test]
    fn a_long_piece_of_work_is_allowed() {
        let mut watch = Watch::default();
        watch.hears(&Event::Occupied { seconds: 180.0 });
        assert_eq!(look_for(&mut watch, 0.0, 179), Liveness::Answers);
        watch.hears(&Event::Occupied { seconds: 30.0 });
        assert_eq!(look_for(&mut watch, 180.0 * SECOND, 28), Liveness::Answers);
        assert_eq!(watch.look(210.0 * SECOND), Liveness::Silent);
    }

    #[test]
    fn neither_sleep_nor_a_jump_of_the_clock_counts() {
        let mut watch = Watch::default();
        let mut now = 0.0;
        for _ in 0..15 {
            // An hour of sleep between two looks, a clock that goes back.
            for jump in [3_600.0 * SECOND, -7_200.0 * SECOND] {
                now += jump;
                assert_eq!(watch.look(now), Liveness::Answers);
            }
        }
    }

    #[test]
    fn timers_held_back_do_not_make_a_worker_hang() {
        let mut watch = Watch::default();
        // A hidden tab's timer comes once a minute, and the answer right after it.
        for minute in 0..120 {
            let at = f64::from(minute) * 60.0 * SECOND;
            assert_eq!(watch.look(at), Liveness::Answers);
            watch.hears(&pong(Some(minute)));
        }
    }

    #[test]
    fn a_piece_of_work_that_never_ends_is_noticed_though_the_worker_answers() {
        let mut watch = Watch::default();
        let mut seen = Vec::new();
        for second in 0..100 {
            let liveness = watch.look(f64::from(second) * SECOND);
            watch.hears(&pong(Some(7)));
            if seen.last() != Some(&liveness) {
                seen.push(liveness);
            }
        }
        assert_eq!(seen, [Liveness::Answers, Liveness::Silent, Liveness::Hung]);
        watch.hears(&pong(Some(8)));
        assert_eq!(watch.look(101.0 * SECOND), Liveness::Answers);
    }

    #[test]
    fn waiting_for_the_network_is_no_work() {
        let mut watch = Watch::default();
        for second in 0..10_000 {
            assert_eq!(watch.look(f64::from(second) * SECOND), Liveness::Answers);
            watch.hears(&pong(None));
        }
    }
}
