//! What is said and drawn of a model and its training, in the language in use: by the page, and in the report that is
//! saved as a file.
//!
//! | file | holds |
//! |---|---|
//! | `words` | names of metrics, runs and labels |
//! | `numbers` | the numbers of an evaluation |
//! | `training` | charts of training: one run, or several beside each other |
//! | `curves` | charts of an evaluation |
//! | `html` | [`html()`]: the report as a file |

/// A message of `locales/` in a [`Catalog`](crate::language::Catalog), with its variables:
/// `tr!("results-step" in words)`, `tr!("results-more" in words, count = 3)`.
macro_rules! tr {
    ($id:literal in $words:expr $(, $name:ident = $value:expr)* $(,)?) => {{
        #[allow(unused_mut, reason = "a message without variables")]
        let mut arguments = fluent_bundle::FluentArgs::new();
        $(arguments.set(stringify!($name), $value);)*
        $words
            .message($id, &arguments)
            .unwrap_or_else(|| $id.to_owned())
    }};
}

mod curves;
mod html;
mod numbers;
mod training;
mod words;

pub use curves::{
    LabelCurves, MOST_LABELS, confidences, label_curves, precision_recall, predicted_values,
    reliability, residuals, roc,
};
pub use html::{Document, html};
pub use numbers::{Headline, LabelRow, averages, headline, label_rows, more_numbers};
pub use training::{Quantity, Training, overlay, quantities, training};
pub use words::{method, metric, number, percent, run_end, run_name};
