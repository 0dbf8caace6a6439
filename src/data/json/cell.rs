//! A JSON value as a cell.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::data::number::plain_number;

/// Appends a value to a cell's text: strings as they are, nothing for `null`, what is nested as compact JSON.
///
/// Values are written as they are read, so that memory holds one copy, whatever they are.
pub(super) struct CellSeed<'a> {
    text: &'a mut String,
    /// Whether it stands in an array or object, where strings have quotes.
    nested: bool,
}

impl<'a> CellSeed<'a> {
    pub(super) fn new(text: &'a mut String) -> Self {
        Self {
            text,
            nested: false,
        }
    }

    fn within(text: &'a mut String) -> Self {
        Self { text, nested: true }
    }
}

impl<'de> DeserializeSeed<'de> for CellSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for CellSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        if self.nested {
            self.text.push_str("null");
        }
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.text.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.text.push_str(&value.to_string());
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.text.push_str(&value.to_string());
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.text.push_str(&plain_number(value));
        Ok(())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        if self.nested {
            self.text
                .push_str(&serde_json::to_string(value).map_err(E::custom)?);
        } else {
            self.text.push_str(value);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.text.push('[');
        let start = self.text.len();
        loop {
            let end = self.text.len();
            if end > start {
                self.text.push(',');
            }
            if items
                .next_element_seed(CellSeed::within(self.text))?
                .is_none()
            {
                self.text.truncate(end);
                self.text.push(']');
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        self.text.push('{');
        let start = self.text.len();
        loop {
            let end = self.text.len();
            if end > start {
                self.text.push(',');
            }
            if fields.next_key_seed(CellSeed::within(self.text))?.is_none() {
                self.text.truncate(end);
                self.text.push('}');
                return Ok(());
            }
            self.text.push(':');
            fields.next_value_seed(CellSeed::within(self.text))?;
        }
    }
}
