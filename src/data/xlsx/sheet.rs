//! The cells of a sheet.

use super::XlsxProblem;
use super::package::Package;
use super::strings::{RichText, Strings, unescape};
use super::styles::Styles;
use super::xml::{Element, Piece};
use crate::data::grid::{Grid, SparseRows, column_names};
use crate::data::limits::MAX_COLUMNS;
use crate::data::table_error::TableProblem;

/// What a sheet holds. Its first row with something in it is the header.
pub(super) struct Sheet {
    header: Vec<(u32, String)>,
    rows: SparseRows,
    /// Cells with an error.
    pub(super) errors: u32,
}

/// A cell that has begun.
struct Cell {
    /// Counted from 0.
    column: u32,
    kind: CellKind,
    style: Option<usize>,
}

/// What a cell's value is: ECMA-376, part 1, 18.18.11.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CellKind {
    Number,
    Shared,
    Inline,
    Boolean,
    Error,
    /// The text of a formula, or a date that is written as one.
    Plain,
}

impl CellKind {
    fn of(name: Option<&str>) -> Self {
        match name {
            Some("s") => Self::Shared,
            Some("inlineStr") => Self::Inline,
            Some("b") => Self::Boolean,
            Some("e") => Self::Error,
            Some("str" | "d") => Self::Plain,
            _ => Self::Number,
        }
    }
}

impl Sheet {
    pub(super) fn read(
        package: &mut Package<'_>,
        part: &str,
        strings: &Strings,
        styles: &Styles,
    ) -> Result<Self, TableProblem> {
        let mut sheet = Self {
            header: Vec::new(),
            rows: SparseRows::default(),
            errors: 0,
        };
        let missing = || XlsxProblem::Part {
            part: part.to_owned(),
        };
        let mut xml = package.part(part)?.ok_or_else(missing)?;
        // Both counted from 1; 0 is before the first one. What a cell or row says of its place may be left out.
        let (mut row, mut column) = (0_u32, 0_u32);
        let mut cell: Option<Cell> = None;
        let mut in_value = false;
        let (mut value, mut inline) = (String::new(), RichText::default());
        while let Some(piece) = xml.next()? {
            match (&piece, &cell) {
                (Piece::Start(element), None) if element.is("row") => {
                    let next = row_number(element).unwrap_or(row.saturating_add(1));
                    if next <= row {
                        return Err(xml.nonsense().into());
                    }
                    (row, column) = (next, 0);
                }
                (Piece::End(name), None) if name == "row" => sheet.end_row(row)?,
                (Piece::Start(element), None) if element.is("c") => {
                    column = column_number(element).unwrap_or(column.saturating_add(1));
                    let style = element.attribute("s").and_then(|style| style.parse().ok());
                    let kind = CellKind::of(element.attribute("t").as_deref());
                    cell = Some(Cell {
                        column: column.saturating_sub(1),
                        kind,
                        style,
                    });
                }
                (Piece::End(name), Some(ended)) if name == "c" => {
                    match ended.kind {
                        CellKind::Inline => value = unescape(&inline.take()).into_owned(),
                        CellKind::Plain => value = unescape(&value).into_owned(),
                        _ => {}
                    }
                    sheet.push(ended, &value, strings, styles)?;
                    (cell, in_value) = (None, false);
                    value.clear();
                }
                (Piece::Start(element), Some(_)) if element.is("v") => in_value = true,
                (Piece::End(name), Some(_)) if name == "v" => in_value = false,
                (Piece::Text(text), Some(_)) if in_value => value.push_str(text),
                (piece, Some(cell)) if cell.kind == CellKind::Inline => inline.push(piece),
                _ => {}
            }
        }
        Ok(sheet)
    }

    /// Whether there is anything in it.
    pub(super) fn has_header(&self) -> bool {
        !self.header.is_empty()
    }

    /// Whether there is anything below its header.
    pub(super) fn has_rows(&self) -> bool {
        self.rows.extent().is_some()
    }

    /// Adds a cell to the row that is being read.
    fn push(
        &mut self,
        cell: &Cell,
        value: &str,
        strings: &Strings,
        styles: &Styles,
    ) -> Result<(), TableProblem> {
        let text = self.rows.value();
        let start = text.len();
        match cell.kind {
            // A cell may have a style and no value.
            _ if value.is_empty() => {}
            CellKind::Number => match value.trim().parse() {
                Ok(number) => text.push_str(&styles.write(number, cell.style)),
                Err(_) => text.push_str(value),
            },
            CellKind::Shared => {
                let index = value.trim().parse().ok();
                let shared = index.and_then(|index| strings.get(index));
                text.push_str(shared.ok_or_else(|| XlsxProblem::Part {
                    part: format!("shared text {value}"),
                })?);
            }
            CellKind::Inline | CellKind::Plain => text.push_str(value),
            CellKind::Boolean => text.push_str(match value.trim() {
                "1" | "true" => "true",
                _ => "false",
            }),
            CellKind::Error => self.errors = self.errors.saturating_add(1),
        }
        if text.len() > start && cell.column >= MAX_COLUMNS {
            return Err(TableProblem::TooManyColumns {
                found: cell.column.saturating_add(1),
            });
        }
        self.rows.end_cell(cell.column)
    }

    fn end_row(&mut self, row: u32) -> Result<(), TableProblem> {
        if self.rows.is_row_empty() {
            return Ok(());
        }
        if self.header.is_empty() {
            self.header = self.rows.take_header();
            return Ok(());
        }
        self.rows.end_row(row)
    }

    /// The columns are those from the first to the last with something in them.
    pub(super) fn into_grid(self) -> Result<Grid, TableProblem> {
        let (mut first, mut last) = self.rows.extent().ok_or(TableProblem::NoRows)?;
        for (column, _) in &self.header {
            (first, last) = (first.min(*column), last.max(*column));
        }
        let mut names = vec![""; (last - first) as usize + 1];
        for (column, name) in &self.header {
            names[(column - first) as usize] = name;
        }
        let names = column_names(names.into_iter())?;
        self.rows.into_grid(names, first)
    }
}

/// Counted from 1.
fn row_number(row: &Element<'_>) -> Option<u32> {
    row.attribute("r")?.parse().ok().filter(|&row| row > 0)
}

/// The column of a reference such as `AB12`, counted from 1.
fn column_number(cell: &Element<'_>) -> Option<u32> {
    let reference = cell.attribute("r")?;
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic);
    let column = letters.fold(0_u32, |column, letter| {
        let letter = u32::from(letter.to_ascii_uppercase() - b'A');
        column.saturating_mul(26).saturating_add(letter + 1)
    });
    (column > 0).then_some(column)
}
