//! What the csv crate does not tell: where each record begins, and where quotes are broken.
//!
//! The crate is lenient on purpose: an unclosed quote swallows the rest of the file, text after a closing quote
//! joins the field, and its line numbers count line feeds only. So a pass over the bytes by the same rules comes
//! first; it keeps no values. The crate then reads them.

use super::table_error::TableProblem;

const QUOTE: u8 = b'"';
/// In order of preference where they explain a file equally well.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
/// Records that are looked at to find the delimiter.
const SAMPLE: usize = 32;

/// Where a record begins, and how many fields it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordShape {
    /// Counted from 1; LF, CRLF and CR each end a line, inside of quotes too.
    pub line: u32,
    /// At least 1.
    pub fields: u32,
}

/// The records of a text, blank lines left out. Ends after the first problem.
pub(super) struct Records<'a> {
    bytes: &'a [u8],
    delimiter: u8,
    at: usize,
    line: u32,
}

impl<'a> Records<'a> {
    pub(super) fn new(text: &'a str, delimiter: u8) -> Self {
        Self {
            bytes: text.as_bytes(),
            delimiter,
            at: 0,
            line: 1,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Steps over a line end, if there is one here.
    fn take_line_end(&mut self) -> bool {
        match self.peek() {
            Some(b'\n') => self.at += 1,
            Some(b'\r') if self.bytes.get(self.at + 1) == Some(&b'\n') => self.at += 2,
            Some(b'\r') => self.at += 1,
            _ => return false,
        }
        self.line += 1;
        true
    }

    fn record(&mut self) -> Result<RecordShape, TableProblem> {
        let mut shape = RecordShape {
            line: self.line,
            fields: 0,
        };
        loop {
            if self.peek() == Some(QUOTE) {
                self.skip_quoted()?;
            } else {
                // A quote inside of an unquoted field is an ordinary character.
                while self
                    .peek()
                    .is_some_and(|byte| byte != self.delimiter && byte != b'\n' && byte != b'\r')
                {
                    self.at += 1;
                }
            }
            shape.fields += 1;
            if self.peek() != Some(self.delimiter) {
                self.take_line_end();
                return Ok(shape);
            }
            self.at += 1;
        }
    }

    fn skip_quoted(&mut self) -> Result<(), TableProblem> {
        let opened = self.line;
        self.at += 1;
        while let Some(byte) = self.peek() {
            if byte != QUOTE {
                if !self.take_line_end() {
                    self.at += 1;
                }
                continue;
            }
            self.at += 1;
            match self.peek() {
                Some(QUOTE) => self.at += 1,
                None | Some(b'\n' | b'\r') => return Ok(()),
                Some(next) if next == self.delimiter => return Ok(()),
                Some(_) => {
                    return Err(TableProblem::TextAfterQuote {
                        line: self.line,
                        opened,
                    });
                }
            }
        }
        Err(TableProblem::UnclosedQuote { line: opened })
    }
}

impl Iterator for Records<'_> {
    type Item = Result<RecordShape, TableProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.take_line_end() {}
        self.peek()?;
        let record = self.record();
        if record.is_err() {
            self.at = self.bytes.len();
        }
        Some(record)
    }
}

/// The delimiter by which the header has several fields and the first rows have as many.
pub(super) fn detect_delimiter(text: &str) -> u8 {
    let mut best = (DELIMITERS[0], 0, 1);
    for delimiter in DELIMITERS {
        let mut records = Records::new(text, delimiter).take(SAMPLE);
        let Some(Ok(header)) = records.next() else {
            continue;
        };
        let agreeing = records
            .flatten()
            .filter(|record| record.fields == header.fields)
            .count();
        if header.fields > 1 && (agreeing, header.fields) > (best.1, best.2) {
            best = (delimiter, agreeing, header.fields);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(text: &str) -> Vec<(u32, u32)> {
        Records::new(text, b',')
            .map(|record| record.map(|shape| (shape.line, shape.fields)).unwrap())
            .collect()
    }

    fn problem(text: &str) -> TableProblem {
        Records::new(text, b',').find_map(Result::err).unwrap()
    }

    #[test]
    fn every_kind_of_line_end_counts_once() {
        for text in ["a,b\nc,d\n", "a,b\r\nc,d\r\n", "a,b\rc,d\r", "a,b\nc,d"] {
            assert_eq!(shapes(text), [(1, 2), (2, 2)], "{text:?}");
        }
    }

    #[test]
    fn blank_lines_are_left_out_and_counted() {
        assert_eq!(shapes("\n\r\na,b\n\n\nc,d\n\n"), [(3, 2), (6, 2)]);
    }

    #[test]
    fn quoted_fields_hold_delimiters_line_ends_and_quotes() {
        assert_eq!(
            shapes("a,b\n\"x, \"\"y\"\"\r\n\rz\",1\n\"\",\"\"\n"),
            [(1, 2), (2, 2), (5, 2)]
        );
    }

    #[test]
    fn empty_fields_count() {
        assert_eq!(shapes(",\n,,\na,"), [(1, 2), (2, 3), (3, 2)]);
    }

    #[test]
    fn a_quote_inside_of_an_unquoted_field_is_text() {
        assert_eq!(
            shapes("6\" pizza,good\nhe said \"hi\",x\n"),
            [(1, 2), (2, 2)]
        );
    }

    #[test]
    fn an_unclosed_quote_is_placed_where_it_opens() {
        assert_eq!(
            problem("a,b\n\"x\ny\",1\nz,\"2\nw,3\n"),
            TableProblem::UnclosedQuote { line: 4 }
        );
        assert_eq!(problem("a,\""), TableProblem::UnclosedQuote { line: 1 });
        assert_eq!(
            problem("a,\"b\"\""),
            TableProblem::UnclosedQuote { line: 1 }
        );
    }

    #[test]
    fn text_after_a_closing_quote_is_placed() {
        assert_eq!(
            problem("a,b\n\"x\"y,1\n"),
            TableProblem::TextAfterQuote { line: 2, opened: 2 }
        );
        assert_eq!(
            problem("a,b\n\"x,1\n\"y\",2\n"),
            TableProblem::TextAfterQuote { line: 3, opened: 2 }
        );
    }

    #[test]
    fn nothing_follows_a_problem() {
        assert_eq!(Records::new("\"x\"y,1\nz,2\n", b',').count(), 1);
    }

    #[test]
    fn delimiters_are_found() {
        assert_eq!(detect_delimiter("text,label\na,b\n"), b',');
        assert_eq!(detect_delimiter("text;label\nHello, world;b\n"), b';');
        assert_eq!(
            detect_delimiter("text\tlabel\nHello, world; hi\tb\n"),
            b'\t'
        );
    }

    #[test]
    fn delimiters_in_quotes_do_not_count() {
        assert_eq!(
            detect_delimiter("\"text, or; so\"\t\"label\"\n\"a,b,c\"\tx\n"),
            b'\t'
        );
        assert_eq!(detect_delimiter("\"a;b;c\",\"label\"\n\"x;y;z\",1\n"), b',');
    }

    #[test]
    fn rows_decide_where_the_header_allows_several() {
        assert_eq!(
            detect_delimiter("text, in English;label\nGood;pos\nBad;neg\n"),
            b';'
        );
        assert_eq!(
            detect_delimiter("text; in English,label\nGood,pos\nBad,neg\n"),
            b','
        );
    }

    #[test]
    fn a_single_column_falls_back_to_the_comma() {
        assert_eq!(detect_delimiter("text\na\n"), b',');
        assert_eq!(detect_delimiter(""), b',');
    }

    #[test]
    fn a_broken_row_does_not_hide_the_delimiter() {
        assert_eq!(detect_delimiter("text;label\nfine;a\n\"broken;b\n"), b';');
    }
}
