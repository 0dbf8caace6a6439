//! Which numbers are dates.

use std::collections::HashMap;

use super::XlsxProblem;
use super::date::{self, DateKind};
use super::package::Package;
use super::xml::Piece;
use crate::data::number::plain_number;

/// The formats of a workbook's numbers.
pub(super) struct Styles {
    /// What each style makes of a number; `None` leaves it one.
    kinds: Vec<Option<DateKind>>,
    from_1904: bool,
}

impl Styles {
    /// Reads the part with them, if there is one.
    pub(super) fn read(
        package: &mut Package<'_>,
        part: Option<&str>,
        from_1904: bool,
    ) -> Result<Self, XlsxProblem> {
        let mut styles = Self {
            kinds: Vec::new(),
            from_1904,
        };
        let Some(mut xml) = part.map(|part| package.part(part)).transpose()?.flatten() else {
            return Ok(styles);
        };
        let mut own_formats: HashMap<u32, Option<DateKind>> = HashMap::new();
        let mut in_cell_formats = false;
        while let Some(piece) = xml.next()? {
            match piece {
                Piece::Start(element) if element.is("numFmt") => {
                    let id = element.attribute("numFmtId").and_then(|id| id.parse().ok());
                    if let (Some(id), Some(code)) = (id, element.attribute("formatCode")) {
                        own_formats.insert(id, DateKind::of_code(&code));
                    }
                }
                Piece::Start(element) if element.is("cellXfs") => in_cell_formats = true,
                Piece::End(name) if name == "cellXfs" => in_cell_formats = false,
                Piece::Start(element) if in_cell_formats && element.is("xf") => {
                    let id = element.attribute("numFmtId").and_then(|id| id.parse().ok());
                    let id: u32 = id.unwrap_or_default();
                    let own = own_formats.get(&id).copied();
                    styles
                        .kinds
                        .push(own.unwrap_or_else(|| DateKind::of_builtin(id)));
                }
                Piece::Start(_) | Piece::End(_) | Piece::Text(_) | Piece::Other => {}
            }
        }
        Ok(styles)
    }

    /// A number as it should be read: a date if its style makes it one.
    pub(super) fn write(&self, number: f64, style: Option<usize>) -> String {
        let kind = style.and_then(|style| self.kinds.get(style).copied().flatten());
        kind.and_then(|kind| date::iso(number, kind, self.from_1904))
            .unwrap_or_else(|| plain_number(as_shown(number)))
    }
}

/// The number that a spreadsheet shows: 15 digits. Those beyond are how it computes, as in 0.30000000000000004.
fn as_shown(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_are_shown() {
        let styles = Styles {
            kinds: vec![None, Some(DateKind::Day)],
            from_1904: false,
        };
        assert_eq!(styles.write(0.1 + 0.2, None), "0.3");
        assert_eq!(
            styles.write(123_456_789_012_345.0, Some(0)),
            "123456789012345"
        );
        assert_eq!(styles.write(1.0, Some(9)), "1");
        assert_eq!(styles.write(45_292.0, Some(1)), "2024-01-01");
        assert_eq!(styles.write(-1.0, Some(1)), "-1");
    }
}
