//! Numbers as cells hold them.

use serde::Serialize;

/// Why a cell that is not empty holds no number to learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum NumberProblem {
    /// It would be a number if its comma were a point.
    #[error("has a decimal comma")]
    DecimalComma,
    /// It is no finite number at all.
    #[error("is not a number")]
    NotANumber,
    /// Training computes with 32 bits, which cannot hold it.
    #[error("is too large a number")]
    TooLarge,
}

impl NumberProblem {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::DecimalComma => "Write numbers with a decimal point, such as 3.5.",
            Self::NotANumber => {
                "Correct the row to a plain number such as 3.5, or learn labels if the column names them."
            }
            Self::TooLarge => "Correct the row, or give all numbers in a larger unit.",
        }
    }
}

/// Reads a cell: spaces around the number do not matter.
pub(super) fn read_number(cell: &str) -> Result<f64, NumberProblem> {
    let cell = cell.trim();
    match cell.parse::<f64>() {
        // Digits without end are read as infinite, and so is the word.
        Ok(number) if !number.is_finite() && !cell.contains(|c: char| c.is_ascii_digit()) => {
            Err(NumberProblem::NotANumber)
        }
        Ok(number) if number.abs() > f32::MAX.into() => Err(NumberProblem::TooLarge),
        Ok(number) => Ok(number),
        Err(_) if has_decimal_comma(cell) => Err(NumberProblem::DecimalComma),
        Err(_) => Err(NumberProblem::NotANumber),
    }
}

/// Writes a number as people do: no point without need, an exponent only where there would be many zeros.
pub(super) fn plain_number(number: f64) -> String {
    match number.abs() {
        // Negative zero too.
        0.0 => "0".to_owned(),
        1e-7..1e21 => number.to_string(),
        _ => format!("{number:e}"),
    }
}

fn has_decimal_comma(cell: &str) -> bool {
    cell.matches(',').count() == 1 && cell.replace(',', ".").parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_plainly() {
        for (number, expected) in [
            (1.0, "1"),
            (-0.0, "0"),
            (-2.5, "-2.5"),
            (1e20, "100000000000000000000"),
            (1e21, "1e21"),
            (1e-7, "0.0000001"),
            (-1.5e-9, "-1.5e-9"),
        ] {
            assert_eq!(plain_number(number), expected);
        }
    }

    #[test]
    fn numbers_are_read() {
        for (cell, number) in [
            ("3", 3.0),
            (" -2.5\t", -2.5),
            ("+1e-3", 1e-3),
            (".5", 0.5),
            ("-0", 0.0),
            ("3.4e38", 3.4e38),
        ] {
            assert_eq!(read_number(cell), Ok(number), "{cell:?}");
        }
    }

    #[test]
    fn what_is_no_number_is_told_apart() {
        for (cell, problem) in [
            ("", NumberProblem::NotANumber),
            ("four", NumberProblem::NotANumber),
            ("nan", NumberProblem::NotANumber),
            ("-inf", NumberProblem::NotANumber),
            ("Infinity", NumberProblem::NotANumber),
            ("1 000", NumberProblem::NotANumber),
            ("1,234,567", NumberProblem::NotANumber),
            ("1.234,5", NumberProblem::NotANumber),
            (",", NumberProblem::NotANumber),
            ("3,5", NumberProblem::DecimalComma),
            (" -0,25", NumberProblem::DecimalComma),
            ("1e39", NumberProblem::TooLarge),
            ("-1e400", NumberProblem::TooLarge),
        ] {
            assert_eq!(read_number(cell), Err(problem), "{cell:?}");
        }
    }
}
