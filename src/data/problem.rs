//! What is to be learnt of a text.

use serde::{Deserialize, Serialize};

/// What is predicted of a text: Hugging Face's `problem_type`, and how the label column is read.
///
/// It decides the kind of every [`Target`](super::Target) of a data set, the loss that is trained on, and what
/// the model's outputs mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Problem {
    /// `single_label_classification`: each text has one label. A cell is that label, and never empty; softmax and
    /// cross-entropy.
    #[default]
    SingleLabel,
    /// `multi_label_classification`: each text has any number of labels. A cell lists them, and an empty one means
    /// that the text has none; a sigmoid and binary cross-entropy for each label.
    MultiLabel {
        /// What stands between the labels of a cell.
        separator: char,
    },
    /// `regression`: each text has a number. A cell is that number, with a decimal point; one output as it is, and
    /// squared error.
    Regression,
}

impl Problem {
    /// The separator of labels where nothing says otherwise.
    pub const SEPARATOR: char = ',';
}
