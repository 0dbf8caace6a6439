//! A project that is open: what it holds, and how it changes.

use std::collections::BTreeSet;
use std::io::Read;

use super::contents::{self, Put};
use super::disk::{DiskError, Folder, WriteFile};
use super::error::StorageError;
use super::manifest::{FORMAT, Manifest, Slot, StoredFile};
use super::name::{NameError, check_count, check_file, project_name};
use super::slots::{SLOTS, is_unfinished, read_slot, read_slots};
use crate::protocol::{ProjectEntry, ProjectId, Space};

/// Room that is left free beside what is written, for the manifest's growth and the browser's own records.
const MARGIN: u64 = 1 << 18;

/// A project that only its holder writes to.
pub struct Project<F> {
    id: ProjectId,
    folder: F,
    /// As it is now.
    manifest: Manifest,
    /// The slot that this stands in.
    slot: usize,
    /// What the other slot holds, if it is whole. Its contents are kept: it is what is left if this slot is damaged.
    before: Option<Manifest>,
    earlier: bool,
    damaged: BTreeSet<String>,
    /// The number of the next content. No number is used twice, as an older manifest may name it.
    next: u64,
    /// Whether a change broke off, so that the disk must be asked what there is.
    is_unsure: bool,
}

impl<F: Folder> Project<F> {
    /// Reads a project and compares every file with its checksum. If one is damaged, and the state before the last change
    /// is whole, that is what is opened. What an earlier change left behind is removed.
    ///
    /// # Errors
    /// If it is not there, damaged in both slots, of a newer format (nothing is touched then), or cannot be read.
    pub async fn open(id: ProjectId, folder: F) -> Result<Self, StorageError> {
        let mut project = Self::open_unchecked(id, folder).await?;
        project.damaged = damaged(&project.folder, &project.manifest).await?;
        if project.damaged.is_empty() {
            return Ok(project);
        }
        let before = project.before.take();
        match before {
            // As it was made, it has nothing that could be worth more than what is left.
            Some(before)
                if before.record.is_some()
                    && damaged(&project.folder, &before).await?.is_empty() =>
            {
                // The next change is written over the damaged state; until then its contents stay.
                project.slot = 1 - project.slot;
                project.before = Some(std::mem::replace(&mut project.manifest, before));
                project.damaged.clear();
                project.earlier = true;
            }
            before => project.before = before,
        }
        Ok(project)
    }

    /// The same without a look at its files.
    pub(super) async fn open_unchecked(id: ProjectId, folder: F) -> Result<Self, StorageError> {
        let slots = read_slots(&folder).await?;
        if let Some(found) = slots.iter().find_map(Slot::newer_format) {
            return Err(StorageError::Newer {
                found,
                known: FORMAT,
            });
        }
        let earlier = slots.contains(&Slot::Damaged);
        let is_unfinished = is_unfinished(&slots);
        let mut whole: Vec<(usize, Manifest)> = Vec::new();
        for (place, slot) in slots.into_iter().enumerate() {
            if let Slot::Whole(manifest) = slot {
                whole.push((place, manifest));
            }
        }
        whole.sort_by_key(|(_, manifest)| manifest.generation);
        let Some((slot, manifest)) = whole.pop() else {
            return Err(match is_unfinished {
                true => StorageError::NoSuchProject,
                false => StorageError::Damaged,
            });
        };
        let mut project = Self {
            id,
            folder,
            manifest,
            slot,
            before: whole.pop().map(|(_, before)| before),
            earlier,
            damaged: BTreeSet::new(),
            next: 0,
            is_unsure: false,
        };
        project.collect().await?;
        Ok(project)
    }

    /// Writes a new project into an empty folder, or one that holds the manifest's contents already.
    pub(super) async fn create(
        id: ProjectId,
        folder: F,
        manifest: Manifest,
    ) -> Result<Self, StorageError> {
        let mut project = Self {
            id,
            folder,
            manifest: manifest.clone(),
            slot: 1,
            before: None,
            earlier: false,
            damaged: BTreeSet::new(),
            next: 0,
            is_unsure: false,
        };
        // Both slots: a damaged one without another then means that the project was never finished.
        project.commit(manifest.clone()).await?;
        project.commit(manifest).await?;
        project.collect().await?;
        Ok(project)
    }

    /// Changes it: all of it or nothing. Of its files those that `keep` names stay, and no others.
    ///
    /// # Errors
    /// If there is no room or nothing to keep (nothing is touched then), a name or a source is bad, or the disk fails.
    pub async fn save<R: Read>(
        &mut self,
        record: String,
        put: Vec<Put<R>>,
        keep: &[String],
        space: Space,
        now: f64,
    ) -> Result<(), StorageError> {
        self.settle().await?;
        let mut next = self.manifest.clone();
        next.record = Some(record);
        next.changed_at = now;
        next.files.retain(|name, _| keep.contains(name));
        if let Some(file) = keep.iter().find(|name| !next.files.contains_key(*name)) {
            let file = file.clone();
            return Err(StorageError::NothingKept { file });
        }
        self.change(next, put, space).await
    }

    /// Calls it by another name.
    ///
    /// # Errors
    /// If the name is empty, there is no room, or the disk fails.
    pub async fn rename(&mut self, name: &str, space: Space) -> Result<(), StorageError> {
        self.settle().await?;
        let mut next = self.manifest.clone();
        next.name = project_name(name)?;
        self.change::<&[u8]>(next, Vec::new(), space).await
    }

    async fn change<R: Read>(
        &mut self,
        next: Manifest,
        put: Vec<Put<R>>,
        space: Space,
    ) -> Result<(), StorageError> {
        let mut names: BTreeSet<&String> = BTreeSet::new();
        for put in &put {
            check_file(&put.name)?;
            if !names.insert(&put.name) {
                let name = put.name.clone();
                return Err(NameError::Twice { name }.into());
            }
        }
        names.extend(next.files.keys());
        check_count(names.len())?;
        let manifest = next.encode()?.len() as u64;
        let contents = put.iter().map(|put| put.length);
        check_room(contents.fold(manifest, u64::saturating_add), space)?;
        let done = self.write(next, put).await;
        if done.is_err() {
            self.is_unsure = true;
            // The error that is told is the first. What is not settled now is before the next change.
            let _ = self.settle().await;
        }
        done
    }

    async fn write<R: Read>(
        &mut self,
        mut next: Manifest,
        put: Vec<Put<R>>,
    ) -> Result<(), StorageError> {
        let mut names = Vec::with_capacity(put.len());
        for mut put in put {
            let content = self.next;
            self.next += 1;
            let file = contents::write(&self.folder, content, &mut put).await?;
            if file.bytes != put.length {
                return Err(StorageError::Changed {
                    file: put.name,
                    expected: put.length,
                    found: file.bytes,
                });
            }
            names.push(put.name.clone());
            next.files.insert(put.name, file);
        }
        self.commit(next).await?;
        self.damaged
            .retain(|name| !names.contains(name) && self.manifest.files.contains_key(name));
        // The change is on the disk. What could not be removed is when the project is opened again.
        let _ = self.collect().await;
        Ok(())
    }

    /// Writes a manifest in place of the older one. Its contents are on the disk.
    async fn commit(&mut self, mut next: Manifest) -> Result<(), StorageError> {
        next.generation = self.manifest.generation + 1;
        let slot = 1 - self.slot;
        let mut writer = self.folder.write(SLOTS[slot]).await?;
        writer.write(&next.encode()?)?;
        writer.finish()?;
        self.slot = slot;
        self.before = Some(std::mem::replace(&mut self.manifest, next));
        self.earlier = false;
        Ok(())
    }

    /// Finds out what a change that broke off left on the disk.
    async fn settle(&mut self) -> Result<(), StorageError> {
        if !self.is_unsure {
            return Ok(());
        }
        // A change writes into this slot alone.
        let slot = 1 - self.slot;
        let found = read_slot(&self.folder, SLOTS[slot]).await?.whole();
        match found {
            // It is on the disk after all.
            Some(changed) if self.before.as_ref() != Some(&changed) => {
                self.damaged
                    .retain(|name| changed.files.get(name) == self.manifest.files.get(name));
                self.before = Some(std::mem::replace(&mut self.manifest, changed));
                self.slot = slot;
                self.earlier = false;
            }
            before => self.before = before,
        }
        self.collect().await?;
        self.is_unsure = false;
        Ok(())
    }

    /// Removes contents that neither slot names: of changes that broke off, or that have been replaced twice.
    async fn collect(&mut self) -> Result<(), DiskError> {
        let manifests = [Some(&self.manifest), self.before.as_ref()];
        let files = manifests.into_iter().flatten();
        let files = files.flat_map(|manifest| manifest.files.values());
        let named: BTreeSet<u64> = files.map(|file| file.content).collect();
        let found = self.folder.files().await?;
        let found: BTreeSet<u64> = found
            .iter()
            .filter_map(|name| contents::number(name))
            .collect();
        let last = named.iter().chain(&found).max();
        self.next = self.next.max(last.map_or(0, |last| last.saturating_add(1)));
        for content in found.difference(&named) {
            self.folder.remove(&contents::file_name(*content)).await?;
        }
        Ok(())
    }

    /// Its folder's name.
    pub fn id(&self) -> &ProjectId {
        &self.id
    }

    /// Where its contents are.
    pub fn folder(&self) -> &F {
        &self.folder
    }

    /// What the page said of it last.
    pub fn record(&self) -> Option<&str> {
        self.manifest.record.as_deref()
    }

    /// The files that are what was written, with the names that their contents have in the folder.
    pub fn files(&self) -> impl Iterator<Item = (&str, String)> {
        self.whole_files()
            .map(|(name, file)| (name, contents::file_name(file.content)))
    }

    pub(super) fn whole_files(&self) -> impl Iterator<Item = (&str, &StoredFile)> {
        let files = self.manifest.files.iter();
        files
            .filter(|(name, _)| !self.damaged.contains(*name))
            .map(|(name, file)| (name.as_str(), file))
    }

    /// The files that are not what was written.
    pub fn damaged(&self) -> impl Iterator<Item = &str> {
        self.damaged.iter().map(String::as_str)
    }

    /// Whether the newest change was not written whole, or is damaged, and this is the one before it. The first two look
    /// the same, and so does a damaged older one; it is told rather too often than not.
    pub fn is_earlier(&self) -> bool {
        self.earlier
    }

    pub(super) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// It as it stands in the list.
    pub fn entry(&self) -> ProjectEntry {
        whole_entry(&self.id, &self.manifest)
    }
}

pub(super) fn whole_entry(id: &str, manifest: &Manifest) -> ProjectEntry {
    ProjectEntry {
        id: id.to_owned(),
        name: manifest.name.clone(),
        changed_at: manifest.changed_at,
        bytes: manifest.bytes() as f64,
        damaged: false,
    }
}

/// Names of the files that are not what was written.
async fn damaged(folder: &impl Folder, manifest: &Manifest) -> Result<BTreeSet<String>, DiskError> {
    let mut damaged = BTreeSet::new();
    for (name, file) in &manifest.files {
        if !contents::is_whole(folder, file).await? {
            damaged.insert(name.clone());
        }
    }
    Ok(damaged)
}

/// Refuses what does not fit, before anything is written. A browser that does not tell its quota says 0.
pub(super) fn check_room(bytes: u64, space: Space) -> Result<(), StorageError> {
    const MEGABYTE: f64 = 1e6;
    let needed = bytes.saturating_add(MARGIN) as f64;
    let free = (space.quota - space.used).max(0.0);
    if space.quota <= 0.0 || needed <= free {
        return Ok(());
    }
    Err(StorageError::Full {
        needed: (needed / MEGABYTE).ceil() as u64,
        free: (free / MEGABYTE).floor() as u64,
    })
}
