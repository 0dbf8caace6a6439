//! Signs of life, by which the page tells a worker that works from one that hangs.

use std::cell::Cell;
use std::rc::Rc;

use super::clock::now;
use super::port::post;
use crate::protocol::{Command, Event, ORDINARY_ALLOWANCE, RequestId};

/// How often the longest piece of work so far a later one may take: another batch has longer texts, a validation or a
/// checkpoint follows.
const MOST_LONGER: f64 = 30.0;

/// What the worker is at. Copies are the same.
#[derive(Clone)]
pub struct Pulse(Rc<Inner>);

struct Inner {
    /// The piece of work under way.
    turn: Cell<Option<u32>>,
    turns: Cell<u32>,
    /// Seconds of the longest piece since the work changed.
    longest: Cell<Option<f64>>,
    /// Seconds that the page knows it may have to wait.
    told: Cell<f64>,
}

impl Pulse {
    /// A worker that does nothing yet.
    pub fn new() -> Self {
        Self(Rc::new(Inner {
            turn: Cell::new(None),
            turns: Cell::new(0),
            longest: Cell::new(None),
            told: Cell::new(ORDINARY_ALLOWANCE),
        }))
    }

    /// Gives the page its sign of life.
    pub fn answer(&self, id: RequestId) {
        post(&Event::Pong {
            id,
            turn: self.0.turn.get(),
        });
    }

    /// The worker waits for a command.
    pub fn rest(&self) {
        self.occupied(ORDINARY_ALLOWANCE);
    }

    /// A command is being carried out, with so many bytes beside it.
    pub fn carries_out(&self, command: &Command, bytes: usize) {
        if command.ends_estimate() {
            // Other work than before, of which nothing is known.
            self.0.longest.set(None);
        }
        self.occupied(command.allowance(bytes));
    }

    /// Does a piece of work.
    pub async fn work<T>(&self, piece: impl Future<Output = T>) -> T {
        let inner = &self.0;
        // The first piece has the allowance of the command that it follows from.
        if let Some(longest) = inner.longest.get() {
            self.occupied(allowance(longest));
        }
        inner.turns.set(inner.turns.get().wrapping_add(1));
        inner.turn.set(Some(inner.turns.get()));
        let begun = now();
        let done = piece.await;
        let took = (now() - begun) / 1000.0;
        inner.turn.set(None);
        inner
            .longest
            .set(Some(inner.longest.get().unwrap_or(0.0).max(took)));
        done
    }

    fn occupied(&self, seconds: f64) {
        if self.0.told.replace(seconds) != seconds {
            post(&Event::Occupied { seconds });
        }
    }
}

/// Seconds for a piece of work where the longest so far took `longest`; doubled step by step, so that the page is seldom
/// told.
fn allowance(longest: f64) -> f64 {
    let wanted = longest * MOST_LONGER / ORDINARY_ALLOWANCE;
    ORDINARY_ALLOWANCE * wanted.max(1.0).log2().ceil().exp2()
}
