//! When a project is written, and what of it: one save at a time, the newest state wins, and what is on the disk already is
//! not written again.

/// A file of the project, by its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Content<C> {
    /// One of [`files`](super::files).
    pub name: String,
    /// Its bytes, or a handle to them. Two are equal if they are known to hold the same bytes.
    pub bytes: C,
}

/// What a save writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Saving<C> {
    /// Which save it is: what became of it is told with this number.
    pub number: u64,
    /// The record.
    pub record: String,
    /// Files that are new or other than before.
    pub put: Vec<Content<C>>,
    /// Names of the files that stay as they are. The project has no others than these and the new ones.
    pub keep: Vec<String>,
}

/// What is on the disk of the project that is open, and what is on its way there.
#[derive(Debug, Clone, PartialEq)]
pub struct Autosave<C> {
    stored: Option<Stored<C>>,
    under_way: Option<(u64, Stored<C>)>,
    /// The record of the save that failed last: the disk may have it after all.
    attempted: Option<String>,
    /// Whether something has changed since the last save began.
    changed: bool,
    /// Saves that were begun, of this project or another.
    begun: u64,
}

#[derive(Debug, Clone, PartialEq)]
struct Stored<C> {
    record: String,
    contents: Vec<Content<C>>,
}

impl<C> Default for Autosave<C> {
    fn default() -> Self {
        Self {
            stored: None,
            under_way: None,
            attempted: None,
            changed: false,
            begun: 0,
        }
    }
}

impl<C: Clone + PartialEq> Autosave<C> {
    /// Goes on with a project that was opened with these on the disk. Nobody hears what becomes of a save of another one.
    pub fn open(&mut self, record: Option<String>, contents: Vec<Content<C>>) {
        let record = record.unwrap_or_default();
        *self = Self {
            stored: Some(Stored { record, contents }),
            begun: self.begun,
            ..Self::default()
        };
    }

    /// Goes on without a project.
    pub fn close(&mut self) {
        *self = Self {
            begun: self.begun,
            ..Self::default()
        };
    }

    /// Whether a record that was found on the disk is of the last save, or of the one that failed after it. What is known
    /// of the files holds then.
    pub fn knows(&self, record: Option<&str>) -> bool {
        let record = record.unwrap_or_default();
        let is_stored = self
            .stored
            .as_ref()
            .is_some_and(|stored| stored.record == record);
        is_stored || self.attempted.as_deref() == Some(record)
    }

    /// Something that is kept has changed.
    pub fn mark(&mut self) {
        self.changed = true;
    }

    /// Whether the disk has a state of the project, which may not be the newest.
    pub fn has_stored(&self) -> bool {
        let stored = self.stored.as_ref();
        stored.is_some_and(|stored| !stored.record.is_empty())
    }

    /// Whether all is on the disk that is known to be worth it.
    pub fn is_settled(&self) -> bool {
        !self.changed && self.under_way.is_none()
    }

    /// Whether a save is to be begun: something has changed, and none is under way.
    pub fn is_due(&self) -> bool {
        self.changed && self.under_way.is_none()
    }

    /// Begins to save the project as it is now. `None` if one is under way, or if all of this is on the disk.
    pub fn begin(&mut self, record: String, contents: Vec<Content<C>>) -> Option<Saving<C>> {
        if self.under_way.is_some() {
            return None;
        }
        self.changed = false;
        let before: &[Content<C>] = match &self.stored {
            Some(stored) => &stored.contents,
            None => &[],
        };
        let (kept, put): (Vec<_>, Vec<_>) = contents
            .iter()
            .cloned()
            .partition(|content| before.contains(content));
        let is_same = self.stored.as_ref().is_some_and(|stored| {
            stored.record == record && self.attempted.is_none() && kept.len() == before.len()
        });
        if is_same && put.is_empty() {
            return None;
        }
        self.begun += 1;
        let number = self.begun;
        let stored = Stored {
            record: record.clone(),
            contents,
        };
        self.under_way = Some((number, stored));
        Some(Saving {
            number,
            record,
            put,
            keep: kept.into_iter().map(|content| content.name).collect(),
        })
    }

    /// That save is on the disk. `false` if it is not under way any more.
    pub fn saved(&mut self, number: u64) -> bool {
        let Some(saved) = self.take(number) else {
            return false;
        };
        self.stored = Some(saved);
        self.attempted = None;
        true
    }

    /// That save has failed, and is still to be written. `false` if it is not under way any more.
    ///
    /// A worker that was lost amid it may have done it: of the files only those are known that are there either way.
    pub fn failed(&mut self, number: u64) -> bool {
        let Some(attempted) = self.take(number) else {
            return false;
        };
        if let Some(stored) = &mut self.stored {
            stored
                .contents
                .retain(|content| attempted.contents.contains(content));
        }
        self.attempted = Some(attempted.record);
        self.changed = true;
        true
    }

    fn take(&mut self, number: u64) -> Option<Stored<C>> {
        let (_, taken) = self
            .under_way
            .take_if(|(under_way, _)| *under_way == number)?;
        Some(taken)
    }
}

#[cfg(test)]
mod tests;
