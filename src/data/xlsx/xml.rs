//! Reading XML piece by piece.

use std::borrow::Cow;
use std::io::BufRead;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::XlsxProblem;

/// A part of a workbook.
pub(super) struct Xml<R> {
    part: String,
    reader: Reader<R>,
    buffer: Vec<u8>,
    /// Elements that have begun and not ended.
    depth: u32,
}

/// A piece of XML, as far as a workbook's values need it. Names of elements come without their namespaces, which differ
/// between the two kinds of OOXML.
pub(super) enum Piece<'x> {
    /// An element begins. An empty one ends next.
    Start(Element<'x>),
    /// The element of this name ends.
    End(String),
    /// Some of the text in an element.
    Text(Cow<'x, str>),
    /// A comment or an instruction.
    Other,
}

/// An element with its attributes.
pub(super) struct Element<'x>(BytesStart<'x>);

impl<R: BufRead> Xml<R> {
    pub(super) fn new(part: &str, reader: R) -> Self {
        let mut reader = Reader::from_reader(reader);
        reader.config_mut().expand_empty_elements = true;
        Self {
            part: part.to_owned(),
            reader,
            buffer: Vec::new(),
            depth: 0,
        }
    }

    /// The next piece; `None` at the end. A part is right only if it is read to its end: what it is packed in has a
    /// checksum.
    pub(super) fn next(&mut self) -> Result<Option<Piece<'_>>, XlsxProblem> {
        let part = &self.part;
        let problem = |detail: String| XlsxProblem::Xml {
            part: part.clone(),
            detail,
        };
        self.buffer.clear();
        let event = self
            .reader
            .read_event_into(&mut self.buffer)
            .map_err(|error| problem(error.to_string()))?;
        Ok(Some(match event {
            Event::Start(element) => {
                self.depth += 1;
                Piece::Start(Element(element))
            }
            Event::End(element) => {
                self.depth = self.depth.saturating_sub(1);
                Piece::End(element.local_name().as_ref().to_owned())
            }
            Event::Text(text) => Piece::Text(text.xml10_content()),
            Event::CData(text) => Piece::Text(text.xml10_content()),
            Event::GeneralRef(reference) => {
                let letter = reference
                    .resolve_char_ref()
                    .map_err(|error| problem(error.to_string()))?;
                let text = match letter {
                    Some(letter) => Cow::Owned(letter.to_string()),
                    None => Cow::Borrowed(
                        resolve_predefined_entity(&reference)
                            .ok_or_else(|| problem(format!("&{}; is unknown", &*reference)))?,
                    ),
                };
                Piece::Text(text)
            }
            Event::Eof if self.depth > 0 => return Err(problem("it is cut off".to_owned())),
            Event::Eof => return Ok(None),
            Event::Empty(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => Piece::Other,
        }))
    }

    /// What is wrong with the part, when its pieces make no sense.
    pub(super) fn nonsense(&self) -> XlsxProblem {
        XlsxProblem::Part {
            part: self.part.clone(),
        }
    }
}

impl Element<'_> {
    /// Whether it has this name.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name() == name
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// The attribute of this name; `None` if there is none that can be read.
    pub(super) fn attribute(&self, name: &str) -> Option<Cow<'_, str>> {
        // That no attribute stands twice is not checked: it takes the square of their number.
        let mut attributes = self.0.attributes();
        attributes
            .with_checks(false)
            .map_while(Result::ok)
            .find(|attribute| attribute.key.local_name().as_ref() == name)
            .and_then(|attribute| attribute.normalized_value(XmlVersion::Explicit1_0).ok())
    }

    /// Whether the attribute of this name says so.
    pub(super) fn flag(&self, name: &str) -> bool {
        matches!(self.attribute(name).as_deref(), Some("1" | "true"))
    }
}
