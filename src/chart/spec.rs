//! What a chart shows.

use super::Scale;
use crate::language::grouped;

/// A chart of two axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What it is of.
    pub title: String,
    /// What it comes to in a few words; shown where no point is.
    pub summary: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What the points' [`detail`](Point::detail) is, if they have one.
    pub detail: Option<Detail>,
    /// What is drawn, the first below the others.
    pub series: Vec<Series>,
    /// How values are read out.
    pub reading: Reading,
}

/// An axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What it measures.
    pub name: String,
    /// From where to where.
    pub scale: Scale,
    /// How its numbers are written.
    pub format: NumberFormat,
}

/// A number that points have beside their place.
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    /// What it is.
    pub name: String,
    /// How it is written.
    pub format: NumberFormat,
}

/// How numbers are written, in any language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFormat {
    /// Whole, with thousands apart.
    Count,
    /// Three digits behind the point, or all where it is large, and an exponent where it is tiny.
    Decimal,
}

/// How values are read out of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// At a place on the horizontal axis, of all series at once.
    ByX,
    /// Of one point at a time.
    ByPoint,
}

/// Points that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What it is.
    pub name: String,
    /// How its points are drawn.
    pub mark: Mark,
    /// What sets it apart from the others.
    pub ink: Ink,
    /// In the order in which they are joined.
    pub points: Vec<Point>,
}

/// How points are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mark {
    /// Joined.
    Line,
    /// Joined, each of them visible.
    MarkedLine,
    /// Each by itself.
    Dots,
    /// As bars from 0, each this wide.
    Bars {
        /// In the axis's unit.
        width: f64,
    },
}

/// What sets a series apart: each number has a colour, and a pattern of its own for eyes that see no colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Counted from 0; after [`Ink::NUMBERED`] they begin again.
    Number(u32),
    /// Behind the others.
    Faint,
    /// What one compares with; it has no values of its own to be read.
    Reference,
}

/// A point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Its place on the horizontal axis.
    pub x: f64,
    /// Its place on the vertical axis.
    pub y: f64,
    /// What else is known of it.
    pub detail: Option<f64>,
}

impl Point {
    /// A point of which only the place is known.
    pub fn new(x: f64, y: f64) -> Self {
        Self { x, y, detail: None }
    }
}

impl Ink {
    /// Numbered inks that differ.
    pub const NUMBERED: u32 = 6;

    /// Its class in `www/marks.css`.
    pub fn class(self) -> String {
        match self {
            Self::Number(number) => format!("ink-{}", number % Self::NUMBERED),
            Self::Faint => "ink-faint".into(),
            Self::Reference => "ink-reference".into(),
        }
    }
}

impl Mark {
    /// Its class in `www/marks.css`.
    pub fn class(self) -> &'static str {
        match self {
            Self::Line | Self::MarkedLine => "mark-line",
            Self::Dots => "mark-dots",
            Self::Bars { .. } => "mark-bars",
        }
    }
}

impl NumberFormat {
    /// A value in words.
    pub fn write(self, value: f64) -> String {
        match self {
            Self::Count => grouped(&format!("{value:.0}")),
            Self::Decimal => match value.abs() {
                size if size >= 1e6 => format!("{value:.2e}"),
                size if size >= 100.0 => format!("{value:.0}"),
                size if size >= 0.001 || size == 0.0 => format!("{value:.3}"),
                _ => format!("{value:.1e}"),
            },
        }
    }

    /// A tick in words: a round number, whose last digits may hold the noise of its making.
    pub fn write_tick(self, value: f64) -> String {
        match self {
            Self::Count => self.write(value),
            Self::Decimal => match value.abs() {
                size if size >= 1e6 || (size < 1e-4 && size > 1e-12) => format!("{value:e}"),
                _ => (((value * 1e6).round() / 1e6) + 0.0).to_string(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let decimal = |value| NumberFormat::Decimal.write(value);
        assert_eq!(
            [0.0, 0.25, 123.4, 2e-5, -0.5].map(decimal),
            ["0.000", "0.250", "123", "2.0e-5", "-0.500"]
        );
        assert_eq!(NumberFormat::Count.write(12_345.0), "12,345");
        let tick = |value| NumberFormat::Decimal.write_tick(value);
        assert_eq!(
            [0.1 + 0.2, -0.0, 400.0, 5e-5].map(tick),
            ["0.3", "0", "400", "5e-5"]
        );
    }
}
