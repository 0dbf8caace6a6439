//! All projects of this browser.

use std::io::{Read, Seek};

use super::bundle;
use super::disk::{Disk, DiskError, Folder, ReadFile};
use super::error::StorageError;
use super::manifest::{Manifest, Slot};
use super::name::{is_project_id, project_name};
use super::project::{Project, check_room, whole_entry};
use super::slots::{SLOTS, is_unfinished, read_slots};
use crate::protocol::{ProjectEntry, ProjectId, Space};

/// The folder of all projects.
pub struct Shelf<D> {
    disk: D,
}

/// What there is.
#[derive(Debug, Default)]
pub struct Listed {
    /// The projects, those changed last first.
    pub projects: Vec<ProjectEntry>,
    /// Folders whose making or deleting broke off, or is under way in another tab. [`Shelf::sweep`] removes one.
    pub unfinished: Vec<ProjectId>,
}

impl<D: Disk> Shelf<D> {
    /// The projects of a disk.
    pub fn new(disk: D) -> Self {
        Self { disk }
    }

    /// Room in the browser.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn space(&self) -> Result<Space, StorageError> {
        Ok(self.disk.space().await?)
    }

    /// Lists the projects.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn list(&self) -> Result<Listed, StorageError> {
        let mut listed = Listed::default();
        for id in self.disk.folders().await? {
            if !is_project_id(&id) {
                continue;
            }
            match self.entry(&id).await {
                Ok(entry) => listed.projects.push(entry),
                Err(StorageError::NoSuchProject) => listed.unfinished.push(id),
                // One that cannot be read must not hide the others.
                Err(StorageError::Disk(_)) => listed.projects.push(unreadable_entry(&id)),
                Err(error) => return Err(error),
            }
        }
        let newest_first = |a: &ProjectEntry, b: &ProjectEntry| {
            b.changed_at.total_cmp(&a.changed_at).then(a.id.cmp(&b.id))
        };
        listed.projects.sort_by(newest_first);
        Ok(listed)
    }

    /// A project as it stands in the list, whoever holds it.
    ///
    /// # Errors
    /// If it is not there or cannot be read.
    pub async fn entry(&self, id: &str) -> Result<ProjectEntry, StorageError> {
        let folder = self.folder(id).await?;
        match read_entry(id, &folder).await {
            Ok(entry) if !entry.damaged => Ok(entry),
            // Another tab that writes meanwhile may leave nothing whole for a reader.
            _ => read_entry(id, &folder).await,
        }
    }

    /// Makes an empty project. Its id is the caller's, who holds it.
    ///
    /// # Errors
    /// If the name is empty, there is no room, or the disk fails.
    pub async fn create(
        &self,
        id: ProjectId,
        name: &str,
        now: f64,
    ) -> Result<Project<D::Folder>, StorageError> {
        let manifest = Manifest::new(project_name(name)?, now);
        check_room(0, self.space().await?)?;
        let folder = self.disk.make_folder(&id).await?;
        let made = Project::create(id.clone(), folder, manifest).await;
        self.keep(&id, made).await
    }

    /// Opens a project. The caller holds it.
    ///
    /// # Errors
    /// Those of [`Project::open`].
    pub async fn open(&self, id: ProjectId) -> Result<Project<D::Folder>, StorageError> {
        let folder = self.folder(&id).await?;
        Project::open(id, folder).await
    }

    /// Calls a project by another name. The caller holds it, and has not opened it.
    ///
    /// # Errors
    /// If it cannot be read, the name is empty, there is no room, or the disk fails.
    pub async fn rename(&self, id: ProjectId, name: &str) -> Result<(), StorageError> {
        let folder = self.folder(&id).await?;
        // Its contents need not be whole for that.
        let mut project = Project::open_unchecked(id, folder).await?;
        project.rename(name, self.space().await?).await
    }

    /// Deletes a project. The caller holds it.
    ///
    /// # Errors
    /// If it is not there or the disk fails.
    pub async fn delete(&self, id: &str) -> Result<(), StorageError> {
        let folder = self.folder(id).await?;
        // The older slot first: what breaks off in between leaves the project as it is, or no project.
        let slots = read_slots(&folder).await?;
        let [first, second] = slots.each_ref().map(generation);
        let order = if first > second { [1, 0] } else { [0, 1] };
        for slot in order {
            folder.remove(SLOTS[slot]).await?;
        }
        Ok(self.disk.remove_folder(id).await?)
    }

    /// Removes what is left of an [unfinished](Listed::unfinished) project. The caller holds it, so that nobody is making
    /// it just now.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn sweep(&self, id: &str) -> Result<(), StorageError> {
        let Some(folder) = self.disk.folder(id).await? else {
            return Ok(());
        };
        if is_unfinished(&read_slots(&folder).await?) {
            self.disk.remove_folder(id).await?;
        }
        Ok(())
    }

    /// Makes a project of an exported file. Its id is the caller's, who holds it.
    ///
    /// # Errors
    /// If the file is no export or damaged, there is no room, or the disk fails.
    pub async fn import(
        &self,
        id: ProjectId,
        file: impl Read + Seek,
        now: f64,
    ) -> Result<Project<D::Folder>, StorageError> {
        let import = bundle::Import::open(file)?;
        check_room(import.bytes(), self.space().await?)?;
        let folder = self.disk.make_folder(&id).await?;
        let made = match import.unpack(&folder, now).await {
            Ok(manifest) => Project::create(id.clone(), folder, manifest).await,
            Err(error) => Err(error),
        };
        self.keep(&id, made).await
    }

    /// Leaves nothing behind of a project that could not be made.
    async fn keep(
        &self,
        id: &str,
        made: Result<Project<D::Folder>, StorageError>,
    ) -> Result<Project<D::Folder>, StorageError> {
        if made.is_err() {
            // The error that is told is the first; what stays is swept with the next list.
            let _ = self.disk.remove_folder(id).await;
        }
        made
    }

    async fn folder(&self, id: &str) -> Result<D::Folder, StorageError> {
        if !is_project_id(id) {
            return Err(StorageError::NoSuchProject);
        }
        let folder = self.disk.folder(id).await?;
        folder.ok_or(StorageError::NoSuchProject)
    }
}

/// How new a slot is.
fn generation(slot: &Slot) -> u64 {
    match slot {
        Slot::Whole(manifest) => manifest.generation,
        Slot::Newer(heading) => heading.generation,
        Slot::Absent | Slot::Damaged => 0,
    }
}

async fn read_entry(id: &str, folder: &impl Folder) -> Result<ProjectEntry, StorageError> {
    let slots = read_slots(folder).await?;
    if is_unfinished(&slots) {
        return Err(StorageError::NoSuchProject);
    }
    let entry = match slots.iter().max_by_key(|slot| generation(slot)) {
        Some(Slot::Whole(manifest)) => return Ok(whole_entry(id, manifest)),
        Some(Slot::Newer(heading)) => ProjectEntry {
            id: id.to_owned(),
            name: heading.name.clone(),
            changed_at: heading.changed_at,
            bytes: 0.0,
            damaged: false,
        },
        Some(Slot::Absent | Slot::Damaged) | None => unreadable_entry(id),
    };
    // Nothing that is understood says how large its files are.
    let bytes = length_of_all(folder).await? as f64;
    Ok(ProjectEntry { bytes, ..entry })
}

fn unreadable_entry(id: &str) -> ProjectEntry {
    ProjectEntry {
        id: id.to_owned(),
        name: String::new(),
        changed_at: 0.0,
        bytes: 0.0,
        damaged: true,
    }
}

async fn length_of_all(folder: &impl Folder) -> Result<u64, DiskError> {
    let mut bytes = 0_u64;
    for name in folder.files().await? {
        if let Some(file) = folder.read(&name).await? {
            bytes = bytes.saturating_add(file.length());
        }
    }
    Ok(bytes)
}
