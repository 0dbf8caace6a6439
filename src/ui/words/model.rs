//! Saving a model.

use crate::protocol::ExportForm;
use crate::run_state::model::Unsavable;

/// A form that a model is saved in, as the page offers it.
pub(crate) struct ExportWords {
    /// What it is.
    pub(crate) title: &'static str,
    /// What it is good for.
    pub(crate) text: &'static str,
}

/// Says what a model can be saved as.
pub(crate) fn export_form(form: ExportForm) -> ExportWords {
    let (title, text) = match form {
        ExportForm::Project => (
            "Project",
            "Opens here again, with labels and report: one .tabtune file.",
        ),
        ExportForm::Adapter => (
            "Adapter for Python (PEFT)",
            "Small: what was trained, without the encoder; its README says how PEFT loads it.",
        ),
        ExportForm::Merged => (
            "Whole model (Hugging Face folder)",
            "Large: encoder and all in one zip; its README says how transformers loads it.",
        ),
    };
    ExportWords { title, text }
}

/// Why nothing can be saved, or why not everything.
pub(crate) fn unsavable(reason: Unsavable) -> &'static str {
    match reason {
        Unsavable::NoModel => "Train a model first; then it can be saved here.",
        Unsavable::Running => "Pause the run to save the model as it stands.",
        Unsavable::NoLora => "Not every form fits this model.",
        Unsavable::UnknownTraining => {
            "An adapter that was opened cannot be saved again: keep the file that it came from."
        }
    }
}

/// Why a model cannot be saved in one form alone.
pub(crate) fn unsavable_form(reason: Unsavable) -> Option<&'static str> {
    match reason {
        Unsavable::NoLora => Some("There is none: this model was not trained with LoRA."),
        Unsavable::NoModel | Unsavable::Running | Unsavable::UnknownTraining => None,
    }
}
