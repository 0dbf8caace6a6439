//! The names of a project's files.

/// The table, as the user's file has it.
pub const TABLE: &str = "table";
/// The second table, as the user's file has it.
pub const HELD_OUT: &str = "held-out";
/// All changes of the tables' rows.
pub const EDITS: &str = "edits";
/// The newest run's last checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// The finished model, or the saved one that is open: a file, or a folder's files below it.
pub const MODEL: &str = "model";
/// The files of an encoder from the disk.
pub const ENCODER: &str = "encoder";
/// The files of the encoder that the model belongs to, where that is another one from the disk.
pub const MODEL_ENCODER: &str = "model-encoder";

/// Ending of a project in one file.
pub const EXTENSION: &str = ".tabtune";

/// The file of that number below a name. What the user called it stands in the record: storage takes plain names alone.
pub fn numbered(name: &str, index: usize) -> String {
    format!("{name}/{index}")
}

/// Whether a file holds a whole project, by its name.
pub fn is_project(name: &str) -> bool {
    name.to_lowercase().ends_with(EXTENSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_known_by_its_ending() {
        assert!(is_project("Reviews.TABTUNE"));
        assert!(!is_project("reviews.tabtune-model") && !is_project("tabtune"));
    }
}
