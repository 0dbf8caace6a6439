//! Saving a model.

use super::super::language::tr;
use crate::protocol::ExportForm;
use crate::run_state::model::Unsavable;

/// What a form is that a model is saved in.
pub(crate) fn export_title(form: ExportForm) -> String {
    match form {
        ExportForm::Tabtune => tr!("use-save-tabtune"),
        ExportForm::Adapter => tr!("use-save-adapter"),
        ExportForm::Merged => tr!("use-save-merged"),
    }
}

/// What it is good for.
pub(crate) fn export_about(form: ExportForm) -> String {
    match form {
        ExportForm::Tabtune => tr!("use-save-ready"),
        ExportForm::Adapter => tr!("use-save-adapter-about"),
        ExportForm::Merged => tr!("use-save-merged-about"),
    }
}

/// Why nothing can be saved, or why not everything.
pub(crate) fn unsavable(reason: Unsavable) -> String {
    match reason {
        Unsavable::NoModel => tr!("use-save-no-model"),
        Unsavable::Running => tr!("use-save-running"),
        Unsavable::NoLora => tr!("use-save-not-all"),
        Unsavable::UnknownTraining => tr!("use-save-unknown"),
    }
}

/// Why a model cannot be saved in one form alone.
pub(crate) fn unsavable_form(reason: Unsavable) -> Option<String> {
    match reason {
        Unsavable::NoLora => Some(tr!("use-save-no-lora")),
        Unsavable::NoModel | Unsavable::Running | Unsavable::UnknownTraining => None,
    }
}
