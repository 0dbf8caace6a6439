//! How far a page is from working without a connection.

use super::message::{Problem, Told};

/// Whether the page would open without a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Readiness {
    /// It is not yet known.
    #[default]
    Unknown,
    /// The host has no service worker for the page.
    NotOffered,
    /// The browser has none for it: an old one, a private window, or a page without HTTPS.
    Unsupported,
    /// Files are being kept.
    Keeping {
        /// Bytes that are there.
        kept: u32,
        /// Of all.
        total: u32,
    },
    /// Every file that this browser can use is kept.
    Ready,
    /// Some are not.
    Failed(Problem),
}

/// What a page knows of its service worker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keeping {
    /// Whether it would open without a connection.
    pub readiness: Readiness,
    /// Whether a newer version waits.
    pub has_update: bool,
    /// Pages that use this version beside this one, where they stand in the way of a newer one.
    pub others: u32,
    /// Requests that the service worker has made since the page was opened.
    pub requests: u32,
}

impl Keeping {
    /// Takes in what the service worker tells.
    pub fn apply(&mut self, told: Told) {
        match told {
            // [`super::Pass`] knows what it answers.
            Told::Kept(_) => {}
            Told::Keeping { kept, total } if kept >= total => self.readiness = Readiness::Ready,
            Told::Keeping { kept, total } => self.readiness = Readiness::Keeping { kept, total },
            Told::Failed { problem } => self.readiness = Readiness::Failed(problem),
            Told::OthersOpen { count } => self.others = count,
            Told::Requested { count } => self.requests = self.requests.saturating_add(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_ready_when_all_is_kept() {
        let mut keeping = Keeping::default();
        keeping.apply(Told::Keeping { kept: 1, total: 2 });
        let half = Readiness::Keeping { kept: 1, total: 2 };
        assert_eq!(keeping.readiness, half);
        keeping.apply(Told::Keeping { kept: 2, total: 2 });
        assert_eq!(keeping.readiness, Readiness::Ready);
        let problem = Problem::Altered { file: "a".into() };
        keeping.apply(Told::Failed {
            problem: problem.clone(),
        });
        assert_eq!(keeping.readiness, Readiness::Failed(problem));
    }

    #[test]
    fn requests_add_up() {
        let mut keeping = Keeping::default();
        for count in [2, 1] {
            keeping.apply(Told::Requested { count });
        }
        assert_eq!(keeping.requests, 3);
    }
}
