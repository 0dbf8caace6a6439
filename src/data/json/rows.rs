//! Rows as objects or as arrays.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::JsonProblem;
use super::cell::CellSeed;
use crate::data::grid::{Grid, SparseRows, column_names};
use crate::data::limits::MAX_COLUMNS;
use crate::data::place::{Place, PlaceKind};
use crate::data::table_error::TableProblem;
use crate::reason::Phrase;

const OBJECT: Phrase = Phrase("an object");
const ARRAY: Phrase = Phrase("an array");

/// The rows read so far.
pub(super) struct Rows {
    form: Form,
    names: Vec<String>,
    /// The column of each name, where rows are objects.
    columns: HashMap<String, u32>,
    rows: SparseRows,
    place: Place,
    /// Why reading ended: the parser's errors cannot hold it.
    problem: Option<TableProblem>,
}

/// What rows are; the first one tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Unknown,
    Objects,
    /// The header has been read.
    Arrays,
}

impl Rows {
    /// Rows that are counted as the items of an array.
    pub(super) fn of_items() -> Self {
        Self::new(PlaceKind::Item)
    }

    /// Rows that are counted as lines.
    pub(super) fn of_lines() -> Self {
        Self::new(PlaceKind::Line)
    }

    fn new(kind: PlaceKind) -> Self {
        Self {
            form: Form::Unknown,
            names: Vec::new(),
            columns: HashMap::new(),
            rows: SparseRows::default(),
            place: Place { kind, number: 0 },
            problem: None,
        }
    }

    /// The next row is that of this number.
    pub(super) fn begin(&mut self, number: u32) {
        self.place.number = number;
    }

    /// Why a piece of the file, which begins in `line`, could not be read.
    pub(super) fn problem(&mut self, error: &serde_json::Error, line: u32) -> TableProblem {
        let problem = self.problem.take();
        problem.unwrap_or_else(|| JsonProblem::from_parser(error, line).into())
    }

    pub(super) fn into_grid(self) -> Result<Grid, TableProblem> {
        if self.names.is_empty() {
            return Err(TableProblem::NoRows);
        }
        let names = column_names(self.names.iter().map(String::as_str))?;
        self.rows.into_grid(names, 0)
    }

    fn fail<E: Error>(&mut self, problem: TableProblem) -> E {
        self.problem = Some(problem);
        E::custom("a row cannot be read")
    }

    /// The column of a field.
    fn column(&mut self, name: &str) -> Result<u32, TableProblem> {
        if let Some(&column) = self.columns.get(name) {
            return Ok(column);
        }
        let column = self.names.len() as u32;
        if column == MAX_COLUMNS {
            return Err(JsonProblem::TooManyFields { place: self.place }.into());
        }
        self.columns.insert(name.to_owned(), column);
        self.names.push(name.to_owned());
        Ok(column)
    }

    /// Checks that a row is what the first one was.
    fn check_form(&mut self, form: Form, found: Phrase) -> Result<(), TableProblem> {
        match self.form {
            Form::Unknown => self.form = form,
            known if known == form => {}
            _ => return Err(self.odd_row(found)),
        }
        Ok(())
    }

    fn odd_row(&self, found: Phrase) -> TableProblem {
        let expected = match self.form {
            Form::Unknown => Phrase("an object or an array"),
            Form::Objects => OBJECT,
            Form::Arrays => ARRAY,
        };
        JsonProblem::Row {
            place: self.place,
            expected,
            found,
        }
        .into()
    }
}

/// Rows in an array, or in an object with a key for each.
pub(super) struct RowsSeed<'r>(pub(super) &'r mut Rows);

impl<'de> DeserializeSeed<'de> for RowsSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RowsSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut number = 1;
        loop {
            self.0.begin(number);
            if items.next_element_seed(RowSeed(self.0))?.is_none() {
                return Ok(());
            }
            number += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut number = 1;
        while map.next_key::<IgnoredAny>()?.is_some() {
            self.0.begin(number);
            map.next_value_seed(RowSeed(self.0))?;
            number += 1;
        }
        Ok(())
    }
}

/// One row.
pub(super) struct RowSeed<'r>(pub(super) &'r mut Rows);

impl RowSeed<'_> {
    fn scalar<E: Error>(self, found: Phrase) -> Result<(), E> {
        let problem = self.0.odd_row(found);
        Err(self.0.fail(problem))
    }
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let rows = self.0;
        rows.check_form(Form::Objects, OBJECT)
            .map_err(|problem| rows.fail(problem))?;
        while let Some(column) = map.next_key_seed(FieldSeed(rows))? {
            map.next_value_seed(CellSeed::new(rows.rows.value()))?;
            rows.rows
                .end_cell(column)
                .map_err(|problem| rows.fail(problem))?;
        }
        rows.rows
            .end_row(rows.place.number)
            .map_err(|problem| rows.fail(problem))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let rows = self.0;
        if rows.form == Form::Unknown {
            rows.form = Form::Arrays;
            return HeaderSeed(rows).visit_seq(items);
        }
        rows.check_form(Form::Arrays, ARRAY)
            .map_err(|problem| rows.fail(problem))?;
        let expected = rows.names.len() as u32;
        let mut found = 0;
        while found < expected
            && items
                .next_element_seed(CellSeed::new(rows.rows.value()))?
                .is_some()
        {
            rows.rows
                .end_cell(found)
                .map_err(|problem| rows.fail(problem))?;
            found += 1;
        }
        while found >= expected && items.next_element::<IgnoredAny>()?.is_some() {
            found += 1;
        }
        if found != expected {
            let place = rows.place;
            return Err(rows.fail(TableProblem::Ragged {
                place,
                expected,
                found,
            }));
        }
        rows.rows
            .end_row(rows.place.number)
            .map_err(|problem| rows.fail(problem))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.scalar(Phrase("null"))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.scalar(Phrase("true or false"))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.scalar(Phrase("a number"))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.scalar(Phrase("a number"))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.scalar(Phrase("a number"))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.scalar(Phrase("a string"))
    }
}

/// The name of a field: its column.
struct FieldSeed<'r>(&'r mut Rows);

impl<'de> DeserializeSeed<'de> for FieldSeed<'_> {
    type Value = u32;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u32, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for FieldSeed<'_> {
    type Value = u32;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<u32, E> {
        self.0.column(name).map_err(|problem| self.0.fail(problem))
    }
}

/// An array of names.
struct HeaderSeed<'r>(&'r mut Rows);

impl<'de> DeserializeSeed<'de> for HeaderSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for HeaderSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a header")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let rows = self.0;
        let mut name = String::new();
        while items.next_element_seed(CellSeed::new(&mut name))?.is_some() {
            rows.names.push(std::mem::take(&mut name));
            if rows.names.len() > MAX_COLUMNS as usize {
                let mut found = rows.names.len() as u32;
                while items.next_element::<IgnoredAny>()?.is_some() {
                    found += 1;
                }
                return Err(rows.fail(TableProblem::TooManyColumns { found }));
            }
        }
        Ok(())
    }
}

/// Rows in a field of an object, and their header in another one, perhaps.
pub(super) struct WrappedSeed<'r> {
    pub(super) rows: &'r mut Rows,
    pub(super) header: Option<&'r str>,
    /// The rows' field.
    pub(super) name: &'r str,
}

impl<'de> DeserializeSeed<'de> for WrappedSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for WrappedSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // The names come before the rows in all that writes them so.
        while let Some(name) = map.next_key::<String>()? {
            if Some(name.as_str()) == self.header {
                self.rows.form = Form::Arrays;
                map.next_value_seed(HeaderSeed(self.rows))?;
            } else if name == self.name {
                map.next_value_seed(RowsSeed(self.rows))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}
