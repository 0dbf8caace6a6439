//! Where in JSON the rows are.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::data::limits::MAX_COLUMNS;

/// How JSON holds a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Layout {
    /// It is an array of rows, or an object with a row for each key (pandas' `orient="index"`).
    Rows,
    /// One of an object's fields holds the rows; another one the header, perhaps (pandas' `orient="split"`).
    Wrapped {
        header: Option<String>,
        rows: String,
    },
    /// Each field of an object is a column.
    Columns(ColumnKind),
    /// It is something else.
    Unknown,
}

/// How columns hold their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnKind {
    /// In an array.
    Lists,
    /// In an object with the same keys for each column, as pandas writes them by default.
    Keyed,
}

/// What a value is, and the first one in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Scalar,
    Array(Option<Item>),
    Object,
}

/// The first value of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Scalar,
    Row { is_array: bool },
}

/// Finds the [`Layout`]. It keeps some names and no values.
pub(super) struct LayoutSeed;

impl<'de> DeserializeSeed<'de> for LayoutSeed {
    type Value = Layout;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Layout, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for LayoutSeed {
    type Value = Layout;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Layout, A::Error> {
        drain(items)?;
        Ok(Layout::Rows)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Layout, A::Error> {
        let mut fields: Vec<(String, Kind)> = Vec::new();
        // Columns beyond the most that are read may be keys of rows, which need no names.
        let mut keyed_rows = true;
        while let Some(name) = map.next_key::<String>()? {
            let kind = map.next_value_seed(KindSeed)?;
            keyed_rows &= kind == Kind::Object && name.parse::<u64>().is_ok();
            if fields.len() <= MAX_COLUMNS as usize {
                fields.push((name, kind));
            }
        }
        Ok(match keyed_rows && !fields.is_empty() {
            true => Layout::Rows,
            false => of_object(&fields),
        })
    }
}

fn of_object(fields: &[(String, Kind)]) -> Layout {
    let rows_of = |kind: &Kind| matches!(kind, Kind::Array(Some(Item::Row { .. })));
    let named = |wanted: &str| fields.iter().find(|(name, _)| name == wanted);
    if let (Some((header, Kind::Array(Some(Item::Scalar)))), Some((rows, kind))) =
        (named("columns"), named("data"))
        && *kind == Kind::Array(Some(Item::Row { is_array: true }))
    {
        return Layout::Wrapped {
            header: Some(header.clone()),
            rows: rows.clone(),
        };
    }
    let mut filled = fields
        .iter()
        .filter(|(_, kind)| matches!(kind, Kind::Array(Some(_))));
    match (filled.next(), filled.next()) {
        (Some((name, kind)), None) if rows_of(kind) => Layout::Wrapped {
            header: None,
            rows: name.clone(),
        },
        (Some(_), _) => Layout::Columns(ColumnKind::Lists),
        (None, _) if fields.iter().any(|(_, kind)| *kind == Kind::Object) => {
            Layout::Columns(ColumnKind::Keyed)
        }
        (None, _) => Layout::Unknown,
    }
}

/// Reads over the rest of an array.
fn drain<'de, A: SeqAccess<'de>>(mut items: A) -> Result<(), A::Error> {
    while items.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

/// Says what a value is.
struct KindSeed;

impl<'de> DeserializeSeed<'de> for KindSeed {
    type Value = Kind;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kind, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for KindSeed {
    type Value = Kind;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Kind, E> {
        Ok(Kind::Scalar)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Kind, E> {
        Ok(Kind::Scalar)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Kind, E> {
        Ok(Kind::Scalar)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Kind, E> {
        Ok(Kind::Scalar)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Kind, E> {
        Ok(Kind::Scalar)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Kind, E> {
        Ok(Kind::Scalar)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Kind, A::Error> {
        // How deep it goes is bounded by the parser.
        let first = items.next_element_seed(KindSeed)?;
        drain(items)?;
        Ok(Kind::Array(first.map(|kind| match kind {
            Kind::Scalar => Item::Scalar,
            Kind::Array(_) => Item::Row { is_array: true },
            Kind::Object => Item::Row { is_array: false },
        })))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Kind, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Kind::Object)
    }
}
