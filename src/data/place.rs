//! Where something stands in a file, in the words of its format.

use std::fmt;

use serde::Serialize;

/// What the rows of a file are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum PlaceKind {
    /// Lines of text.
    #[default]
    Line,
    /// Rows of a spreadsheet, as it numbers them.
    Row,
    /// Items of a JSON array.
    Item,
    /// Rows that were added by hand, the first one first.
    Added,
}

/// Where a row begins. It reads as “line 3”, “row 3”, “item 3” or “added row 3”.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Place {
    /// What is counted.
    pub kind: PlaceKind,
    /// Counted from 1.
    pub number: u32,
}

impl Place {
    /// A line of text.
    pub fn line(number: u32) -> Self {
        Self {
            kind: PlaceKind::Line,
            number,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            PlaceKind::Line => "line",
            PlaceKind::Row => "row",
            PlaceKind::Item => "item",
            PlaceKind::Added => "added row",
        };
        write!(formatter, "{kind} {}", self.number)
    }
}
