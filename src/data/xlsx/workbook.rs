//! A workbook's sheets, and where its parts are.

use std::collections::HashMap;

use super::XlsxProblem;
use super::package::Package;
use super::xml::Piece;

/// Where the workbook is, unless the package says otherwise.
const WORKBOOK: &str = "xl/workbook.xml";
const ROOT: &str = "_rels/.rels";
/// The most sheets that are offered.
const MAX_SHEETS: usize = 1_000;

/// What a workbook says of itself.
pub(super) struct Workbook {
    /// The sheets with cells that are not hidden, or all if they are hidden.
    pub(super) sheets: Vec<SheetPart>,
    /// The part with texts that cells share.
    pub(super) strings: Option<String>,
    /// The part with formats of numbers.
    pub(super) styles: Option<String>,
    /// Whether days are counted from 1904, as on old Macintoshes.
    pub(super) from_1904: bool,
}

/// A sheet and the part that holds it.
pub(super) struct SheetPart {
    pub(super) name: String,
    pub(super) part: String,
}

/// A part that another one names.
struct Relationship {
    id: String,
    /// The last word of its type: `worksheet`, `styles` and so on.
    kind: String,
    part: String,
}

impl Workbook {
    pub(super) fn read(package: &mut Package<'_>) -> Result<Self, XlsxProblem> {
        let root = relationships(package, ROOT, "")?.unwrap_or_default();
        let path = root
            .into_iter()
            .find(|relationship| relationship.kind == "officeDocument")
            .map_or_else(|| WORKBOOK.to_owned(), |relationship| relationship.part);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let prefix = match folder {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let list = format!("{prefix}_rels/{name}.rels");
        let missing = |part: &str| XlsxProblem::Part {
            part: part.to_owned(),
        };
        let parts = relationships(package, &list, &prefix)?.ok_or_else(|| missing(&list))?;
        let of_kind = |kind: &str| {
            let found = parts.iter().find(|part| part.kind == kind);
            found.map(|part| part.part.clone())
        };
        let (strings, styles) = (of_kind("sharedStrings"), of_kind("styles"));
        let worksheets: HashMap<&str, &str> = parts
            .iter()
            .filter(|part| part.kind == "worksheet")
            .map(|part| (part.id.as_str(), part.part.as_str()))
            .collect();

        let mut xml = package.part(&path)?.ok_or_else(|| missing(&path))?;
        let (mut shown, mut hidden, mut from_1904) = (Vec::new(), Vec::new(), false);
        while let Some(piece) = xml.next()? {
            match piece {
                Piece::Start(element) if element.is("sheet") => {
                    let id = element.attribute("id").unwrap_or_default();
                    // Others are charts and dialogs.
                    if let Some(part) = worksheets.get(&*id)
                        && shown.len() + hidden.len() < MAX_SHEETS
                    {
                        let sheet = SheetPart {
                            name: element.attribute("name").unwrap_or_default().into_owned(),
                            part: (*part).to_owned(),
                        };
                        match element.attribute("state").as_deref() {
                            Some("hidden" | "veryHidden") => hidden.push(sheet),
                            _ => shown.push(sheet),
                        }
                    }
                }
                Piece::Start(element) if element.is("workbookPr") => {
                    // An extension has an element of the same name without it.
                    from_1904 |= element.flag("date1904");
                }
                Piece::Start(_) | Piece::End(_) | Piece::Text(_) | Piece::Other => {}
            }
        }
        let sheets = if shown.is_empty() { hidden } else { shown };
        if sheets.is_empty() {
            return Err(missing("a worksheet"));
        }
        Ok(Self {
            sheets,
            strings,
            styles,
            from_1904,
        })
    }
}

/// Reads which parts another one names; `None` if there is no such list.
fn relationships(
    package: &mut Package<'_>,
    list: &str,
    folder: &str,
) -> Result<Option<Vec<Relationship>>, XlsxProblem> {
    let Some(mut xml) = package.part(list)? else {
        return Ok(None);
    };
    let mut found = Vec::new();
    while let Some(piece) = xml.next()? {
        if let Piece::Start(element) = piece
            && element.is("Relationship")
            && let (Some(id), Some(kind), Some(target)) = (
                element.attribute("Id"),
                element.attribute("Type"),
                element.attribute("Target"),
            )
        {
            found.push(Relationship {
                id: id.into_owned(),
                kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                part: resolve(folder, &target),
            });
        }
    }
    Ok(Some(found))
}

/// The part that a target names, seen from a folder with its final slash.
fn resolve(folder: &str, target: &str) -> String {
    let path = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}{target}"),
    };
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "." | "" => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_seen_from_their_folder() {
        for (target, part) in [
            ("worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("/xl/styles.xml", "xl/styles.xml"),
            ("../custom/./a.xml", "custom/a.xml"),
            ("../../../a.xml", "a.xml"),
        ] {
            assert_eq!(resolve("xl/", target), part);
        }
    }
}
