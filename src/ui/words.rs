//! What the page says, in words that a person understands.

use super::format::count;
use super::notice::Notice;
use crate::data::{Problem, TableError, TargetSummary};
use crate::eval::score::Metric;
use crate::protocol::{
    DeviceKind, DeviceReason, DeviceReport, ErrorKind, ExportForm, RunEnd, WireError,
};
use crate::run_state::model::Unsavable;

/// A device, why it is this one, and the other one that may be asked for.
pub(crate) struct DeviceWords {
    /// The reason's name, for checks.
    pub(crate) reason: &'static str,
    /// What computes.
    pub(crate) title: &'static str,
    /// Why.
    pub(crate) text: String,
    /// What else may be asked for, and the words for it.
    pub(crate) other: Option<(DeviceKind, &'static str)>,
}

const USE_CPU: Option<(DeviceKind, &str)> = Some((DeviceKind::Cpu, "Use the CPU"));
const USE_GPU: Option<(DeviceKind, &str)> = Some((DeviceKind::Gpu, "Use WebGPU anyway"));

/// Says which device computes and why.
pub(crate) fn device(report: &DeviceReport, gpu_lost: bool) -> DeviceWords {
    let on_gpu = report.kind == DeviceKind::Gpu;
    let title = if on_gpu { "GPU (WebGPU)" } else { "CPU" };
    let on_cpu = "Training runs on the CPU.";
    let (reason, text, other) = match &report.reason {
        _ if gpu_lost && !on_gpu => (
            "gpu-lost",
            format!("The GPU stopped working while it was in use. {on_cpu}"),
            USE_GPU,
        ),
        DeviceReason::Verified => (
            "verified",
            "A trial run on this GPU gave the same results as on the CPU.".into(),
            USE_CPU,
        ),
        DeviceReason::Requested if on_gpu => ("requested", "You asked for WebGPU.".into(), USE_CPU),
        DeviceReason::Requested => (
            "requested",
            "You asked for the CPU.".into(),
            Some((DeviceKind::Gpu, "Use WebGPU")),
        ),
        DeviceReason::NoWebGpu => (
            "no-web-gpu",
            format!("Your browser does not offer WebGPU. {on_cpu}"),
            None,
        ),
        DeviceReason::NoAdapter => (
            "no-adapter",
            format!("Your browser has WebGPU, but offers no graphics card to it. {on_cpu}"),
            None,
        ),
        DeviceReason::SoftwareAdapter { adapter } => (
            "software-adapter",
            format!(
                "Your browser's WebGPU is emulated in software ({adapter}), which is slower than using the CPU \
                 directly. {on_cpu}"
            ),
            USE_GPU,
        ),
        DeviceReason::MissingFeature { adapter, feature } => (
            "missing-feature",
            format!(
                "The graphics card ({adapter}) lacks something that training needs: {feature}. {on_cpu}"
            ),
            None,
        ),
        DeviceReason::SelfCheckFailed {
            adapter,
            difference,
        } => (
            "self-check-failed",
            format!(
                "A trial run on the graphics card ({adapter}) gave results that differ from the CPU's by \
                 {difference:.1e}, so it is not trusted. {on_cpu}"
            ),
            None,
        ),
        DeviceReason::StartFailed { detail } => (
            "start-failed",
            format!("The graphics card did not start ({detail}). {on_cpu}"),
            USE_GPU,
        ),
    };
    DeviceWords {
        reason,
        title,
        text,
        other,
    }
}

/// A data set's name: a sample's title, or the file's name as it is.
pub(crate) fn data_name(name: &str) -> String {
    match name {
        "uci" => "Review sentences (UCI)".into(),
        "sms" => "SMS spam".into(),
        name => name.into(),
    }
}

/// The encodings of text that are offered: their names in the Encoding Standard, and what people know them by.
pub(crate) const ENCODINGS: &[(&str, &str)] = &[
    ("UTF-8", "UTF-8"),
    ("UTF-16LE", "UTF-16, little-endian"),
    ("UTF-16BE", "UTF-16, big-endian"),
    ("gb18030", "GB18030, GBK (Chinese)"),
    ("Big5", "Big5 (Chinese)"),
    ("Shift_JIS", "Shift JIS (Japanese)"),
    ("EUC-KR", "EUC-KR (Korean)"),
    ("windows-1252", "Windows-1252, Latin-1 (Western European)"),
    ("windows-1250", "Windows-1250 (Central European)"),
    ("windows-1251", "Windows-1251 (Cyrillic)"),
];

/// What people know an encoding by.
pub(crate) fn encoding(name: &str) -> &str {
    let known = ENCODINGS.iter().find(|(known, _)| *known == name);
    known.map_or(name, |(_, title)| title)
}

/// Bytes of a file are no text in its encoding.
pub(crate) fn malformed(places: u32) -> String {
    format!(
        "{} of the file cannot be read in this encoding and shows as \u{FFFD}. Choose another encoding, or save the file again \
         as UTF-8.",
        count(places, "place")
    )
}

/// Cells of a workbook hold an error such as `#DIV/0!`.
pub(crate) fn error_cells(cells: u32) -> String {
    format!(
        "{} with an error such as #DIV/0! or #N/A: taken as empty.",
        count(cells, "cell")
    )
}

/// A way to learn, as the page offers it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProblemWords {
    /// Its name, for checks.
    pub(crate) name: &'static str,
    /// What a text has.
    pub(crate) title: &'static str,
}

/// Says what is to be learnt of a text.
pub(crate) fn problem(problem: Problem) -> ProblemWords {
    let (name, title) = match problem {
        Problem::SingleLabel => ("single", "One label"),
        Problem::MultiLabel { .. } => ("multi", "Several labels"),
        Problem::Regression => ("regression", "A number"),
    };
    ProblemWords { name, title }
}

/// The name of what a data set is learnt for: that of its [`ProblemWords`].
pub(crate) fn target_kind(targets: &TargetSummary) -> &'static str {
    match targets {
        TargetSummary::SingleLabel { .. } => "single",
        TargetSummary::MultiLabel { .. } => "multi",
        TargetSummary::Regression { .. } => "regression",
    }
}

/// What to type for the character between labels.
pub(crate) fn separator_hint(is_wrong: bool) -> &'static str {
    match is_wrong {
        false => "An empty cell means none of the labels",
        true => "Type one character, such as , or ; or |.",
    }
}

/// A file was dropped during a run.
pub(crate) fn data_is_in_use() -> Notice {
    Notice {
        text:
            "The data can be changed when the run has ended. Stop it, or drop the file again later."
                .into(),
        detail: None,
        offers_restart: false,
    }
}

/// An encoder was dropped during a run.
pub(crate) fn encoder_is_in_use() -> Notice {
    Notice {
        text: "The encoder can be changed when the run has ended. Stop it, or drop the folder again later.".into(),
        detail: None,
        offers_restart: false,
    }
}

/// A saved model was dropped during a run.
pub(crate) fn model_is_in_use() -> Notice {
    Notice {
        text: "A saved model can be opened when the run has ended. Stop it, or drop the file again later.".into(),
        detail: None,
        offers_restart: false,
    }
}

/// An adapter was put on an encoder of another name than it says.
pub(crate) fn other_encoder(name: &str, other: &str, encoder: &str) -> Notice {
    Notice {
        text: format!(
            "{name} says that it is for the encoder {other}. It was put on {encoder}: if that is not the same one by \
             another name, open {other} first and then {name} again."
        ),
        detail: None,
        offers_restart: false,
    }
}

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

/// The browser did not take a file.
pub(crate) fn not_saved(name: &str, detail: &str) -> WireError {
    WireError {
        kind: ErrorKind::Model,
        message: format!("“{name}” could not be saved: {detail}."),
        hint: "Let this page save files in the browser's settings, and try again.".into(),
        recoverable: true,
    }
}

/// A folder with more in it than an encoder's.
pub(crate) fn too_many_files(most: usize) -> WireError {
    WireError {
        kind: ErrorKind::Encoder,
        message: format!("The folder holds more than {most} files."),
        hint: "Open the encoder's or the adapter's own folder alone.".into(),
        recoverable: true,
    }
}

/// What was dropped or chosen cannot be looked into.
pub(crate) fn unreadable_folder(detail: &str) -> WireError {
    WireError {
        kind: ErrorKind::Encoder,
        message: format!("The folder could not be read: {detail}."),
        hint: "It may have been moved or closed to this browser. Open it again, or a zip of it."
            .into(),
        recoverable: true,
    }
}

/// An encoder of the hub is loaded, but the next time it must be fetched again.
pub(crate) fn not_stored(problem: WireError) -> Notice {
    Notice {
        text: format!(
            "The encoder is loaded. {} {}",
            problem.message, problem.hint
        ),
        detail: None,
        offers_restart: false,
    }
}

/// The file cannot be read from the disk.
pub(crate) fn unreadable_file(name: &str) -> WireError {
    WireError {
        kind: ErrorKind::Data,
        message: format!("“{name}” could not be read."),
        hint: "It may have been moved, changed or closed to this browser. Open it again.".into(),
        recoverable: true,
    }
}

/// A file that is too large to be read at all.
pub(crate) fn too_large_file(error: &TableError) -> WireError {
    WireError {
        kind: ErrorKind::Data,
        message: error.to_string(),
        hint: error.hint().into(),
        recoverable: true,
    }
}

/// Page and worker do not speak the same protocol.
pub(crate) fn version_mismatch(detail: &str) -> WireError {
    WireError {
        kind: ErrorKind::Bug,
        message: format!("Two parts of Tabtune are of different versions ({detail})."),
        hint: "An old file is still in your browser's cache. Reload the page, holding Shift."
            .into(),
        recoverable: false,
    }
}

/// The worker died without a word of its own.
pub(crate) fn worker_died(detail: &str) -> WireError {
    WireError {
        kind: ErrorKind::Bug,
        message: format!("Tabtune's worker stopped: {detail}."),
        hint: "If starting it again does not help, check your connection.".into(),
        recoverable: false,
    }
}

/// A message could not be posted.
pub(crate) fn not_sent(detail: &str) -> WireError {
    WireError {
        kind: ErrorKind::State,
        message: format!("Tabtune's worker cannot be reached: {detail}."),
        hint: "Try again in a moment.".into(),
        recoverable: true,
    }
}

/// The worker has not said anything yet.
pub(crate) fn slow_start() -> Notice {
    Notice {
        text: "The part of Tabtune that computes has not started yet. On a slow connection this takes a while.".into(),
        detail: None,
        offers_restart: true,
    }
}

/// Workers were lost too often.
pub(crate) fn gave_up() -> Notice {
    Notice {
        text: "The part of Tabtune that computes stopped working several times in a row.".into(),
        detail: None,
        offers_restart: true,
    }
}

/// The worker was replaced. `checkpoint` says whether the run is taken up again, and from which step.
pub(crate) fn worker_replaced(
    error: &WireError,
    gpu_lost: bool,
    had_run: bool,
    checkpoint: Option<Option<u32>>,
) -> Notice {
    let what = match gpu_lost {
        true => "The GPU stopped working, so the CPU goes on.",
        false => "The part of Tabtune that computes stopped working and was started again.",
    };
    let run = match checkpoint {
        Some(Some(step)) => format!(" Training is taken up from its checkpoint at step {step}."),
        Some(None) => " There was no checkpoint yet, so training begins anew.".into(),
        None if had_run => {
            " The model of the last run was lost with it. Train again to classify texts.".into()
        }
        None => String::new(),
    };
    Notice {
        text: format!("{what}{run}"),
        detail: Some(error.message.clone()),
        offers_restart: false,
    }
}

/// A metric's name within a sentence.
pub(crate) fn metric(metric: Metric) -> &'static str {
    match metric {
        Metric::Loss => "loss",
        Metric::Accuracy => "accuracy",
        Metric::MacroF1 => "macro F1",
        Metric::MicroF1 => "micro F1",
        Metric::MatthewsCorrelation => "Matthews correlation",
        Metric::R2 => "R²",
        Metric::Pearson => "Pearson correlation",
        Metric::Spearman => "Spearman correlation",
    }
}

/// How a run ended, before the time that it took.
pub(crate) fn run_end(end: RunEnd) -> &'static str {
    match end {
        RunEnd::Completed => "Finished in",
        RunEnd::Stopped => "Stopped after",
        RunEnd::EarlyStopped => "No longer got better, and ended after",
        RunEnd::NotFinite { .. } => "Ended by a loss that is no number, after",
    }
}

/// What to do about the way a run ended.
pub(crate) fn run_end_advice(end: RunEnd) -> Option<String> {
    match end {
        RunEnd::NotFinite { step, .. } => Some(format!(
            "At step {step} the loss was no number any more. The model is the one from before that step. The learning \
             rate is probably too high: try a third of it, or switch gradient clipping on."
        )),
        RunEnd::Completed | RunEnd::Stopped | RunEnd::EarlyStopped => None,
    }
}
