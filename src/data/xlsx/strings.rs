//! Texts of a workbook.

use std::borrow::Cow;

use super::package::Package;
use super::xml::Piece;
use crate::data::grid::check_size;
use crate::data::table_error::TableProblem;

/// The texts that cells share, one after the other.
#[derive(Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Reads the part with them, if there is one.
    pub(super) fn read(
        package: &mut Package<'_>,
        part: Option<&str>,
    ) -> Result<Self, TableProblem> {
        let mut strings = Self::default();
        let Some(mut xml) = part.map(|part| package.part(part)).transpose()?.flatten() else {
            return Ok(strings);
        };
        let mut text = RichText::default();
        while let Some(piece) = xml.next()? {
            match &piece {
                Piece::End(name) if name == "si" => {
                    strings.text.push_str(&unescape(&text.take()));
                    strings.ends.push(strings.text.len() as u32);
                    check_size(strings.ends.len(), strings.text.len())?;
                }
                piece => text.push(piece),
            }
        }
        Ok(strings)
    }

    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = match index {
            0 => 0,
            index => *self.ends.get(index - 1)? as usize,
        };
        self.text.get(start..end)
    }
}

/// The text of an element, put together from runs of different fonts. How East Asian words are pronounced is left out.
#[derive(Default)]
pub(super) struct RichText {
    text: String,
    in_text: bool,
    in_phonetic: bool,
}

impl RichText {
    pub(super) fn push(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Start(element) => match element.name() {
                "t" => self.in_text = true,
                "rPh" => self.in_phonetic = true,
                _ => {}
            },
            Piece::End(name) => match name.as_str() {
                "t" => self.in_text = false,
                "rPh" => self.in_phonetic = false,
                _ => {}
            },
            Piece::Text(text) if self.in_text && !self.in_phonetic => self.text.push_str(text),
            Piece::Text(_) | Piece::Other => {}
        }
    }

    /// The text so far; the next one begins.
    pub(super) fn take(&mut self) -> String {
        std::mem::take(self).text
    }
}

/// Puts the characters back that XML cannot hold and OOXML writes as `_x000D_`.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, escape) = rest.split_at(at);
        whole.push_str(before);
        let letter = escape
            .get(2..6)
            .filter(|_| escape.get(6..7) == Some("_"))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .and_then(char::from_u32);
        let length = match letter {
            Some(letter) => {
                whole.push(letter);
                7
            }
            None => {
                whole.push_str("_x");
                2
            }
        };
        rest = escape.get(length..).unwrap_or_default();
    }
    whole.push_str(rest);
    Cow::Owned(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_characters_are_put_back() {
        for (text, expected) in [
            ("plain", "plain"),
            ("a_x000D_\nb", "a\r\nb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_x00_ and _xyz_", "_x00_ and _xyz_"),
            ("_xD800_", "_xD800_"),
            ("评_x", "评_x"),
            ("_x00评_", "_x00评_"),
        ] {
            assert_eq!(unescape(text), expected);
        }
    }
}
