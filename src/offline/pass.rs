//! How a page has its files kept: it asks for one after the other, and again where it hears nothing.
//!
//! The page drives, because a browser ends a service worker's work after some minutes, and forgets what it knew.

use super::keeping::Readiness;
use super::message::{Kept, Problem, Step};

/// How long an answer is awaited before it is asked again, and how long it takes from a first pass that the network
/// broke off to another one.
const PATIENCE_MS: u32 = 60_000;

/// Each pass that fails doubles the time to the next one, this often.
const MOST_DOUBLINGS: u32 = 6;

/// A page's way through the files that are to be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pass {
    /// Counts what was asked, so that the answer to each is known.
    turn: u32,
    /// Files that were answered for in this pass: each is tried once.
    tried: Vec<String>,
    /// What went wrong first in this pass.
    problem: Option<Problem>,
    /// Whether a file could not be had of the server, which may be otherwise a moment later.
    is_cut_off: bool,
    /// Whether it is over.
    is_over: bool,
    /// Passes that have failed, one after the other.
    failures: u32,
}

/// What an answer means for the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// It answers something that was asked before the newest.
    Nothing,
    /// There may be more to keep.
    GoesOn(Option<Readiness>),
    /// The pass is over.
    Ends(Readiness),
}

impl Pass {
    /// Begins anew: what failed before is tried again.
    pub fn begin(&mut self) -> Step {
        self.tried.clear();
        self.problem = None;
        self.is_cut_off = false;
        self.is_over = false;
        self.go_on()
    }

    /// Asks for the next file, or anew for the one that nothing was heard of.
    pub fn go_on(&mut self) -> Step {
        self.turn = self.turn.wrapping_add(1);
        Step {
            turn: self.turn,
            without: self.tried.clone(),
        }
    }

    /// Asks again after [`Self::patience_ms`]: in this pass, or in another one if it has failed.
    pub fn ask_again(&mut self) -> Step {
        if self.is_over {
            self.begin()
        } else {
            self.go_on()
        }
    }

    /// Takes in an answer.
    pub fn hear(&mut self, answer: Kept) -> Heard {
        if self.is_over || answer.turn != self.turn {
            return Heard::Nothing;
        }
        let Kept { kept, total, .. } = answer;
        // Without room for one file there is no sense in fetching the others.
        let has_room = !matches!(answer.problem, Some(Problem::Storage { .. }));
        if let Some(file) = answer.file.filter(|_| has_room) {
            self.tried.push(file);
            let Some(problem) = answer.problem else {
                return Heard::GoesOn(Some(Readiness::Keeping { kept, total }));
            };
            // It is told at the end; what is shown stays as long.
            self.is_cut_off |= matches!(problem, Problem::Unreachable { .. });
            self.problem.get_or_insert(problem);
            return Heard::GoesOn(None);
        }
        let problem = self.problem.take().or(answer.problem);
        if kept >= total && problem.is_none() {
            self.is_over = true;
            self.failures = 0;
            return Heard::Ends(Readiness::Ready);
        }
        // A browser may remove what it has just taken.
        let problem = problem.unwrap_or_else(|| Problem::Storage {
            detail: format!("{kept} / {total}"),
        });
        self.fail(&problem);
        Heard::Ends(Readiness::Failed(problem))
    }

    /// Ends, as it does too with what a service worker tells that knows of no steps.
    pub fn fail(&mut self, problem: &Problem) {
        self.is_over = true;
        self.is_cut_off |= matches!(problem, Problem::Unreachable { .. });
        self.failures = self.failures.saturating_add(1);
    }

    /// How long to wait, in milliseconds, before [`Self::ask_again`]; `None` if that is of no use.
    pub fn patience_ms(&self) -> Option<u32> {
        let doublings = self.failures.saturating_sub(1).min(MOST_DOUBLINGS);
        match (self.is_over, self.is_cut_off) {
            (false, _) => Some(PATIENCE_MS),
            (true, true) => Some(PATIENCE_MS << doublings),
            (true, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(turn: u32, kept: u32, file: Option<&str>) -> Kept {
        Kept {
            turn,
            kept,
            total: 3,
            file: file.map(str::to_owned),
            problem: None,
        }
    }

    fn altered(file: &str) -> Problem {
        Problem::Altered { file: file.into() }
    }

    #[test]
    fn one_file_follows_another_until_all_are_there() {
        let mut pass = Pass::default();
        let step = pass.begin();
        assert!(step.without.is_empty());
        let half = Readiness::Keeping { kept: 2, total: 3 };
        let heard = pass.hear(answer(step.turn, 2, Some("a")));
        assert_eq!(heard, Heard::GoesOn(Some(half)));
        let step = pass.go_on();
        let heard = pass.hear(answer(step.turn, 3, None));
        assert_eq!(heard, Heard::Ends(Readiness::Ready));
    }

    #[test]
    fn a_file_that_fails_holds_no_other_one_up() {
        let mut pass = Pass::default();
        let step = pass.begin();
        let failed = Kept {
            problem: Some(altered("LICENSE")),
            ..answer(step.turn, 0, Some("LICENSE"))
        };
        assert_eq!(pass.hear(failed), Heard::GoesOn(None));
        let step = pass.go_on();
        assert_eq!(step.without, ["LICENSE"]);
        pass.hear(answer(step.turn, 2, Some("models/a")));
        let step = pass.go_on();
        assert_eq!(step.without, ["LICENSE", "models/a"]);
        let heard = pass.hear(answer(step.turn, 2, None));
        let problem = Readiness::Failed(altered("LICENSE"));
        assert_eq!(heard, Heard::Ends(problem));
        // Another file comes with another version or a reload; the next pass tries it again.
        assert_eq!(pass.patience_ms(), None);
        assert!(pass.ask_again().without.is_empty());
    }

    #[test]
    fn a_late_answer_asks_for_nothing() {
        let mut pass = Pass::default();
        let late = pass.begin();
        let again = pass.ask_again();
        assert_eq!(pass.hear(answer(late.turn, 1, Some("a"))), Heard::Nothing);
        assert_ne!(pass.hear(answer(again.turn, 1, Some("a"))), Heard::Nothing);
        let step = pass.go_on();
        pass.hear(answer(step.turn, 3, None));
        assert_eq!(pass.hear(answer(step.turn, 3, None)), Heard::Nothing);
    }

    #[test]
    fn what_the_network_kept_back_is_tried_again_and_more_and_more_seldom() {
        let mut pass = Pass::default();
        let mut waited = Vec::new();
        for _ in 0..9 {
            let step = pass.ask_again();
            assert_eq!(pass.patience_ms(), Some(PATIENCE_MS));
            let failed = Kept {
                problem: Some(Problem::Unreachable { file: "a".into() }),
                ..answer(step.turn, 0, Some("a"))
            };
            pass.hear(failed);
            let step = pass.go_on();
            pass.hear(answer(step.turn, 0, None));
            waited.extend(pass.patience_ms().map(|waits| waits / PATIENCE_MS));
        }
        assert_eq!(waited, [1, 2, 4, 8, 16, 32, 64, 64, 64]);
    }

    #[test]
    fn without_room_nothing_more_is_tried() {
        let mut pass = Pass::default();
        let step = pass.begin();
        let problem = Problem::Storage {
            detail: "full".into(),
        };
        let failed = Kept {
            problem: Some(problem.clone()),
            ..answer(step.turn, 0, Some("a"))
        };
        let heard = Heard::Ends(Readiness::Failed(problem));
        assert_eq!(pass.hear(failed), heard);
        assert_eq!(pass.patience_ms(), None);
    }

    #[test]
    fn what_the_browser_removes_at_once_is_not_asked_for_forever() {
        let mut pass = Pass::default();
        let step = pass.begin();
        pass.hear(answer(step.turn, 3, Some("a")));
        let step = pass.go_on();
        assert_eq!(step.without, ["a"]);
        let heard = pass.hear(answer(step.turn, 2, None));
        assert!(matches!(
            heard,
            Heard::Ends(Readiness::Failed(Problem::Storage { .. }))
        ));
    }
}
