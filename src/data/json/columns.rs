//! An object of columns, as pandas and Python's dictionaries write tables.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::JsonProblem;
use super::cell::CellSeed;
use super::layout::ColumnKind;
use crate::data::grid::{Grid, SparseRows, check_size, column_names};
use crate::data::limits::MAX_COLUMNS;
use crate::data::table_error::TableProblem;

/// The columns read so far.
pub(super) struct Columns {
    kind: ColumnKind,
    columns: Vec<Column>,
    /// The one that is being read.
    current: Column,
    /// The row of each key, where values have keys.
    keys: HashMap<String, usize>,
    cells: usize,
    text: usize,
    /// Why reading ended: the parser's errors cannot hold it.
    problem: Option<TableProblem>,
}

#[derive(Default)]
struct Column {
    name: String,
    text: String,
    /// Where each row's value lies in the text.
    cells: Vec<(u32, u32)>,
}

impl Columns {
    pub(super) fn new(kind: ColumnKind) -> Self {
        Self {
            kind,
            columns: Vec::new(),
            current: Column::default(),
            keys: HashMap::new(),
            cells: 0,
            text: 0,
            problem: None,
        }
    }

    /// Why the file could not be read.
    pub(super) fn problem(&mut self, error: &serde_json::Error) -> TableProblem {
        let problem = self.problem.take();
        problem.unwrap_or_else(|| JsonProblem::from_parser(error, 1).into())
    }

    pub(super) fn into_grid(self) -> Result<Grid, TableProblem> {
        let names = column_names(self.columns.iter().map(|column| column.name.as_str()))?;
        let count = |column: &Column| column.cells.len();
        let rows = self.columns.iter().map(count).max().unwrap_or_default();
        let first = self.columns.first().map(count).unwrap_or_default();
        if self.kind == ColumnKind::Lists
            && let Some(column) = self.columns.iter().find(|column| count(column) != first)
        {
            return Err(JsonProblem::UnequalColumns {
                name: column.name.clone(),
                found: count(column) as u32,
                expected: first as u32,
            }
            .into());
        }
        let mut sparse = SparseRows::default();
        for row in 0..rows {
            for (column, number) in self.columns.iter().zip(0..) {
                let (start, end) = column.cells.get(row).copied().unwrap_or_default();
                let cell = column.text.get(start as usize..end as usize);
                sparse.value().push_str(cell.unwrap_or_default());
                sparse.end_cell(number)?;
            }
            sparse.end_row(row as u32 + 1)?;
        }
        sparse.into_grid(names, 0)
    }

    fn fail<E: Error>(&mut self, problem: TableProblem) -> E {
        self.problem = Some(problem);
        E::custom("a column cannot be read")
    }

    fn begin(&mut self, name: String) -> Result<(), TableProblem> {
        if self.columns.len() == MAX_COLUMNS as usize {
            return Err(TableProblem::TooManyColumns {
                found: MAX_COLUMNS + 1,
            });
        }
        self.current.name = name;
        Ok(())
    }

    fn end(&mut self) {
        self.columns.push(std::mem::take(&mut self.current));
    }

    /// Makes what was appended to the text since `start` the value of a row.
    fn end_value(&mut self, row: usize, start: usize) -> Result<(), TableProblem> {
        let column = &mut self.current;
        let end = column.text.len();
        self.text += end - start;
        if row >= column.cells.len() {
            self.cells += row + 1 - column.cells.len();
            check_size(self.cells, self.text)?;
            column.cells.resize(row + 1, (0, 0));
        }
        column.cells[row] = (start as u32, end as u32);
        check_size(self.cells, self.text)
    }

    fn row(&mut self, key: String) -> usize {
        let next = self.keys.len();
        *self.keys.entry(key).or_insert(next)
    }
}

/// An object of columns; what is neither list nor object in it is left out.
pub(super) struct ColumnsSeed<'c>(pub(super) &'c mut Columns);

impl<'de> DeserializeSeed<'de> for ColumnsSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ColumnsSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of columns")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            map.next_value_seed(ColumnSeed {
                columns: self.0,
                name,
            })?;
        }
        Ok(())
    }
}

/// One column, if the value is one.
struct ColumnSeed<'c> {
    columns: &'c mut Columns,
    name: String,
}

impl<'de> DeserializeSeed<'de> for ColumnSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ColumnSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a column")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let columns = self.columns;
        if columns.kind != ColumnKind::Lists {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        columns
            .begin(self.name)
            .map_err(|problem| columns.fail(problem))?;
        for row in 0.. {
            let text = &mut columns.current.text;
            let start = text.len();
            if items.next_element_seed(CellSeed::new(text))?.is_none() {
                break;
            }
            columns
                .end_value(row, start)
                .map_err(|problem| columns.fail(problem))?;
        }
        columns.end();
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let columns = self.columns;
        if columns.kind != ColumnKind::Keyed {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        columns
            .begin(self.name)
            .map_err(|problem| columns.fail(problem))?;
        while let Some(key) = map.next_key::<String>()? {
            let row = columns.row(key);
            let text = &mut columns.current.text;
            let start = text.len();
            map.next_value_seed(CellSeed::new(text))?;
            columns
                .end_value(row, start)
                .map_err(|problem| columns.fail(problem))?;
        }
        columns.end();
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}
