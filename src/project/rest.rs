//! A run that pauses so that all can be saved before the page shows something else or is reloaded.

/// Whether the run was paused for that, and is to go on if the page stays after all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rest {
    has_paused: bool,
    is_leaving: bool,
}

impl Rest {
    /// The run is paused.
    pub fn pause(&mut self) {
        self.has_paused = true;
    }

    /// The page is about to be reloaded: the run stays as it was saved.
    pub fn leave(&mut self) {
        self.is_leaving = true;
    }

    /// The page is not reloaded after all.
    pub fn stay(&mut self) {
        self.is_leaving = false;
    }

    /// The page shows something else: what was paused is not there any more.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// What the run was paused for is over. Tells whether the run is to go on.
    pub fn end(&mut self) -> bool {
        !self.is_leaving && std::mem::take(&mut self.has_paused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_paused_goes_on_once() {
        let mut rest = Rest::default();
        assert!(!rest.end(), "a run that the user has paused stays so");
        rest.pause();
        assert!(rest.end());
        assert!(!rest.end());
    }

    #[test]
    fn a_page_that_is_left_takes_nothing_up() {
        let mut rest = Rest::default();
        rest.pause();
        rest.leave();
        assert!(!rest.end(), "the run is saved as paused");
        rest.stay();
        assert!(rest.end(), "other tabs keep the page from being reloaded");
        rest.pause();
        rest.forget();
        assert!(!rest.end(), "another project is shown");
    }
}
