//! Text with a delimiter between its fields: CSV and its kin.

use super::grid::{Grid, Least, check_columns, check_size, column_names};
use super::limits::MAX_COLUMNS;
use super::place::Place;
use super::records::Records;
use super::table_error::TableProblem;

/// Reads text whose first record names the columns. Cells stay as they are; blank lines are skipped.
pub(super) fn read(text: &str, delimiter: u8, least: Least) -> Result<Grid, TableProblem> {
    let lines = check_records(text, delimiter)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut lines = lines.into_iter();
    let mut record = csv::StringRecord::new();
    read_record(&mut reader, &mut record, lines.next())?;
    let columns = column_names(record.iter())?;
    // Before the rows: those of a text that is no table have too many fields by chance.
    check_columns(&columns, least)?;
    let mut grid = Grid {
        columns,
        text: String::with_capacity(text.len()),
        ends: Vec::new(),
        places: lines.clone().collect(),
    };
    while read_record(&mut reader, &mut record, lines.next())? {
        for cell in &record {
            grid.text.push_str(cell);
            grid.ends.push(grid.text.len() as u32);
        }
    }
    match grid.places.is_empty() {
        true => Err(TableProblem::NoRows),
        false => Ok(grid),
    }
}

/// Checks the quotes of every record, the width of the header and the number of cells; gives the line of each record.
fn check_records(text: &str, delimiter: u8) -> Result<Vec<u32>, TableProblem> {
    let mut lines = Vec::new();
    let mut cells = 0;
    for record in Records::new(text, delimiter) {
        let record = record?;
        if lines.is_empty() && record.fields > MAX_COLUMNS {
            return Err(TableProblem::TooManyColumns {
                found: record.fields,
            });
        }
        cells += record.fields as usize;
        check_size(cells, text.len())?;
        lines.push(record.line);
    }
    Ok(lines)
}

/// Reads the next record, which begins in `line`; false at the end.
fn read_record(
    reader: &mut csv::Reader<&[u8]>,
    record: &mut csv::StringRecord,
    line: Option<u32>,
) -> Result<bool, TableProblem> {
    reader.read_record(record).map_err(|error| {
        let place = Place::line(line.unwrap_or_default());
        match *error.kind() {
            csv::ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => TableProblem::Ragged {
                place,
                expected: expected_len as u32,
                found: len as u32,
            },
            _ => TableProblem::Unreadable { place },
        }
    })
}
