//! What metrics cannot be computed of.

use serde::Serialize;

use crate::reason::Phrase;

/// Arguments that do not fit each other, or are no numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, thiserror::Error)]
pub enum MetricsError {
    /// Not every example has both a true and a predicted value.
    #[error("there are {truth} true values, but {predicted} predicted ones")]
    LengthMismatch {
        /// Examples with a true label or value.
        truth: u32,
        /// Examples with a predicted one.
        predicted: u32,
    },
    /// A label that is no index into the labels' names.
    #[error(
        "example {example} has label number {label}, but there are {labels} labels, counted from 0"
    )]
    LabelOutOfRange {
        /// The example's index.
        example: u32,
        /// Its true or predicted label.
        label: u32,
        /// How many labels there are.
        labels: u32,
    },
    /// An example has not exactly one number for each label.
    #[error("example {example} has {found} numbers for {labels} labels")]
    RowLength {
        /// The example's index.
        example: u32,
        /// How many numbers it has.
        found: u32,
        /// How many labels there are.
        labels: u32,
    },
    /// A number that is infinite or none at all.
    #[error("example {example} has the value {found}, which is not finite")]
    NotFinite {
        /// The example's index.
        example: u32,
        /// The value.
        found: f64,
    },
    /// A probability outside 0 to 1.
    #[error("example {example} has the probability {found}, which is not from 0 to 1")]
    NotAProbability {
        /// The example's index.
        example: u32,
        /// The value.
        found: f64,
    },
    /// A setting outside its range.
    #[error("the {setting} is {found}, but must be {range}")]
    Setting {
        /// The setting's name.
        setting: Phrase,
        /// The refused value.
        found: f64,
        /// The allowed values, in words.
        range: Phrase,
    },
}
