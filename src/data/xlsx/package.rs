//! The zip archive that a workbook is. Nothing that it says of itself is believed.

use std::io::{BufReader, Cursor, Read, Take};

use zip::ZipArchive;
use zip::read::ZipFile;

use super::XlsxProblem;
use super::xml::Xml;

/// The most that is unpacked of a workbook in all: 512 MiB. The XML of a table is several times its text.
pub(super) const MAX_UNPACKED: u64 = 512 << 20;

/// A workbook's parts. Each is unpacked while it is read, and never kept.
pub(super) struct Package<'b> {
    zip: ZipArchive<Cursor<&'b [u8]>>,
    names: Vec<String>,
    /// What may still be unpacked.
    left: u64,
}

/// A part that is being read. It ends soon after what the archive has declared.
pub(super) type Part<'p, 'b> = Xml<BufReader<Take<ZipFile<'p, Cursor<&'b [u8]>>>>>;

impl<'b> Package<'b> {
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, XlsxProblem> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(unpack)?;
        let names = zip
            .file_names()
            .map(|name| Ok(name.map_err(unpack)?.into_owned()))
            .collect::<Result<_, XlsxProblem>>()?;
        Ok(Self {
            zip,
            names,
            left: MAX_UNPACKED,
        })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.names.iter().map(String::as_str)
    }

    /// Opens a part, unless there is none of this name. Upper and lower case are the same.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Part<'_, 'b>>, XlsxProblem> {
        let found = self
            .names
            .iter()
            .find(|found| found.eq_ignore_ascii_case(name));
        let Some(found) = found else { return Ok(None) };
        let file = self.zip.by_name(found).map_err(unpack)?;
        let declared = file.size();
        self.left = self
            .left
            .checked_sub(declared)
            .ok_or(XlsxProblem::TooLarge)?;
        // One byte more makes the reader of the archive see the end and compare checksums.
        let reader = BufReader::new(file.take(declared.saturating_add(1)));
        Ok(Some(Xml::new(name, reader)))
    }
}

fn unpack(error: zip::result::ZipError) -> XlsxProblem {
    XlsxProblem::Unpack {
        detail: error.to_string(),
    }
}
