//! Charts without a page: what is drawn, where it lies, what is read out of it. The page and the saved report draw the
//! same [`Chart`].
//!
//! | file | holds |
//! |---|---|
//! | `scale` | [`Scale`]: from values to places, and round numbers for ticks |
//! | `spec` | [`Chart`]: axes and series |
//! | `drawing` | [`Drawing`]: its paths and ticks in a square of [`SIDE`] |
//! | `reading` | [`Stop`]s that pointer and keys go through, their words, and the table behind a chart |
//! | `svg` | [`svg()`]: the whole chart as one SVG, for files |

mod drawing;
mod reading;
mod scale;
mod spec;
mod svg;

pub use drawing::{Drawing, Path, SIDE, Tick};
pub use reading::{Stop, Table};
pub use scale::Scale;
pub use spec::{Axis, Chart, Detail, Ink, Mark, NumberFormat, Point, Reading, Series};
pub use svg::svg;
