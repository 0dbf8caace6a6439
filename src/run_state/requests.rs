//! The requests of the page's workers, those that are gone included.

use crate::protocol::RequestCount;

/// What workers have requested since the page was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WorkerRequests {
    /// By workers that were replaced.
    earlier: RequestCount,
    /// By the one that there is.
    current: RequestCount,
}

impl WorkerRequests {
    /// All of them.
    pub fn total(&self) -> RequestCount {
        self.earlier.plus(self.current)
    }

    /// The worker has counted anew.
    pub fn counted(&mut self, count: RequestCount) {
        self.current = count;
    }

    /// A worker starts to count, the first one or another.
    pub fn worker_started(&mut self) {
        self.earlier = self.total();
        self.current = RequestCount::default();
    }
}

#[cfg(test)]
mod tests {
    use crate::protocol::{Event, RequestCount};
    use crate::run_state::RunState;

    #[test]
    fn requests_of_lost_workers_still_count() {
        let count = |own_origin, elsewhere| RequestCount {
            own_origin,
            elsewhere,
        };
        let mut state = RunState::default();
        for told in [count(2, 0), count(5, 1)] {
            state.apply(Event::Requested { count: told });
        }
        assert_eq!(state.requests.total(), count(5, 1));
        state.apply(Event::Listening);
        assert_eq!(state.requests.total(), count(5, 1));
        state.apply(Event::Requested { count: count(3, 0) });
        assert_eq!(state.requests.total(), count(8, 1));
    }
}
