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
    /// The record.
    pub record: String,
    /// Files that are new or other than before.
    pub put: Vec<Content<C>>,
    /// Names of files that the project has no more.
    pub remove: Vec<String>,
}

/// What is on the disk of the project that is open, and what is on its way there.
#[derive(Debug, Clone, PartialEq)]
pub struct Autosave<C> {
    stored: Option<Stored<C>>,
    under_way: Option<Stored<C>>,
    /// Files that the disk has and that cannot be read: the next save removes or replaces them.
    damaged: Vec<String>,
    /// Whether something has changed since the last save began.
    changed: bool,
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
            damaged: Vec::new(),
            changed: false,
        }
    }
}

impl<C: Clone + PartialEq> Autosave<C> {
    /// A project that was opened with these on the disk, and with files that cannot be read.
    pub fn opened(record: Option<String>, contents: Vec<Content<C>>, damaged: Vec<String>) -> Self {
        Self {
            stored: Some(Stored {
                record: record.unwrap_or_default(),
                contents,
            }),
            damaged,
            ..Self::default()
        }
    }

    /// Something that is kept has changed.
    pub fn mark(&mut self) {
        self.changed = true;
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
        let put: Vec<_> = contents
            .iter()
            .filter(|content| !before.contains(content))
            .cloned()
            .collect();
        let remove: Vec<_> = before
            .iter()
            .map(|old| &old.name)
            .chain(&self.damaged)
            .filter(|name| contents.iter().all(|content| content.name != **name))
            .cloned()
            .collect();
        let same = self
            .stored
            .as_ref()
            .is_some_and(|stored| stored.record == record);
        if same && put.is_empty() && remove.is_empty() {
            return None;
        }
        self.under_way = Some(Stored {
            record: record.clone(),
            contents,
        });
        Some(Saving {
            record,
            put,
            remove,
        })
    }

    /// The save under way is on the disk.
    pub fn saved(&mut self) {
        if let Some(saved) = self.under_way.take() {
            self.stored = Some(saved);
            self.damaged.clear();
        }
    }

    /// The save under way has changed nothing on the disk. What it was to write is still to be written.
    pub fn failed(&mut self) {
        self.changed |= self.under_way.take().is_some();
    }
}

#[cfg(test)]
mod tests;
