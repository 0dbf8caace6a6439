//! The project that this tab holds, and the one that it waits for.

use web_sys::File;

use super::locks::{Lock, Patience};
use super::opfs::OpfsFolder;
use crate::port::FileReader;
use crate::protocol::{ProjectEntry, ProjectId, RequestId, Space, StorageEvent};
use crate::storage::{DiskError, Project, Put, StorageError};

/// A project that is open, and the lock that keeps other tabs from it.
pub struct Held {
    /// The project.
    pub project: Project<OpfsFolder>,
    /// What holds it.
    pub lock: Lock,
}

/// A project that another tab holds, and that is opened when that tab lets go.
pub struct Waiting {
    /// The request that asked for it.
    pub id: RequestId,
    /// The project.
    pub project: ProjectId,
    /// Ends the waiting when it is dropped.
    pub patience: Patience,
}

impl Held {
    /// What the page is told when a project is opened: its files as handles, which cost nothing.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn opened(&self, id: RequestId) -> Result<(StorageEvent, Vec<File>), DiskError> {
        let mut names = Vec::new();
        let mut files = Vec::new();
        let mut damaged: Vec<String> = self.project.damaged().map(str::to_owned).collect();
        for (name, content) in self.project.files() {
            match self.project.folder().file(&content).await? {
                Some(file) => {
                    names.push(name.to_owned());
                    files.push(file);
                }
                None => damaged.push(name.to_owned()),
            }
        }
        let event = StorageEvent::Opened {
            id,
            project: self.project.entry(),
            record: self.project.record().map(str::to_owned),
            files: names,
            damaged,
            earlier: self.project.is_earlier(),
        };
        Ok((event, files))
    }

    /// Changes the project.
    ///
    /// # Errors
    /// Those of [`Project::save`], and if a file of the user's cannot be read.
    pub async fn save(
        &mut self,
        record: String,
        put: Vec<String>,
        keep: &[String],
        files: &[File],
        space: Space,
    ) -> Result<ProjectEntry, StorageError> {
        if put.len() != files.len() {
            return Err(StorageError::Contents {
                named: put.len(),
                given: files.len(),
            });
        }
        let put: Result<Vec<Put<FileReader>>, StorageError> = put
            .into_iter()
            .zip(files)
            .map(|(name, file)| match FileReader::new(file) {
                Ok(reader) => Ok(Put {
                    name,
                    length: reader.length(),
                    reader,
                }),
                Err(source) => Err(StorageError::Source { file: name, source }),
            })
            .collect();
        let now = js_sys::Date::now();
        self.project.save(record, put?, keep, space, now).await?;
        Ok(self.project.entry())
    }
}
