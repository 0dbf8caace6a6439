//! The two slots of a project's manifest, as they are on the disk.

use std::io::Read;

use super::disk::{DiskError, Folder, ReadFile};
use super::manifest::{MOST_MANIFEST, Manifest, Slot};

/// The files of the two slots.
pub(super) const SLOTS: [&str; 2] = ["manifest-0", "manifest-1"];

impl Slot {
    /// The project, if it is whole.
    pub fn whole(self) -> Option<Manifest> {
        match self {
            Self::Whole(manifest) => Some(manifest),
            Self::Absent | Self::Damaged | Self::Newer(_) => None,
        }
    }

    /// The format, if a newer Tabtune wrote it.
    pub fn newer_format(&self) -> Option<u32> {
        match self {
            Self::Newer(heading) => Some(heading.format),
            Self::Absent | Self::Damaged | Self::Whole(_) => None,
        }
    }
}

/// Whether making the project broke off, or deleting it.
pub(super) fn is_unfinished(slots: &[Slot; 2]) -> bool {
    matches!(
        slots,
        [Slot::Absent, Slot::Absent | Slot::Damaged] | [Slot::Damaged, Slot::Absent]
    )
}

/// What the two slots hold. A slot that cannot be read at the moment is no damaged one: nothing may be concluded.
pub(super) async fn read_slots(folder: &impl Folder) -> Result<[Slot; 2], DiskError> {
    let [first, second] = SLOTS;
    Ok([
        read_slot(folder, first).await?,
        read_slot(folder, second).await?,
    ])
}

/// What the slot of that file holds.
pub(super) async fn read_slot(folder: &impl Folder, name: &str) -> Result<Slot, DiskError> {
    let Some(mut reader) = folder.read(name).await? else {
        return Ok(Slot::Absent);
    };
    if reader.length() > MOST_MANIFEST {
        return Ok(Slot::Damaged);
    }
    let mut bytes = Vec::new();
    let failed = |detail: String| DiskError::Failed { detail };
    bytes
        .try_reserve_exact(reader.length() as usize)
        .map_err(|error| failed(error.to_string()))?;
    reader
        .read_to_end(&mut bytes)
        .map_err(|error| failed(error.to_string()))?;
    Ok(Manifest::decode(&bytes))
}
