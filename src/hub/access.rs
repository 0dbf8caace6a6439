//! Whether a hub may be asked.

use super::{Hub, HubError, Repository};

/// A hub, and whether the user lets it be asked. What the browser keeps of it is found by its addresses either way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubAccess {
    hub: Hub,
    is_allowed: bool,
}

impl HubAccess {
    /// The way to a hub.
    pub fn new(hub: Hub, is_allowed: bool) -> Self {
        Self { hub, is_allowed }
    }

    /// Its addresses.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Comes before every request about a repository.
    ///
    /// # Errors
    /// If the user does not let the hub be asked.
    pub fn check(&self, repository: &Repository) -> Result<(), HubError> {
        match self.is_allowed {
            true => Ok(()),
            false => Err(HubError::NotAllowed {
                repository: repository.to_string(),
                host: self.hub.host().to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_that_may_not_be_asked_has_its_addresses() {
        let hub = Hub::new("https://hub.example/");
        let repository = Repository::parse("owner/name").unwrap();
        let kept = hub.stored_description(&repository);
        assert!(HubAccess::new(hub.clone(), true).check(&repository).is_ok());

        let access = HubAccess::new(hub, false);
        assert_eq!(access.hub().stored_description(&repository), kept);
        let error = access.check(&repository).unwrap_err();
        assert_eq!(
            error.to_string(),
            "owner/name is not kept in this browser, and hub.example may not be asked for it"
        );
        assert!(!error.is_passing(), "asking again is of no use");
    }
}
