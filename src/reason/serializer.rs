//! From a value that serde can serialize to an [`Argument`].

use std::fmt;

use serde::ser::{
    Impossible, Serialize, SerializeSeq, SerializeStruct, SerializeStructVariant, Serializer,
};

use super::{Argument, MOST_CHARS, MOST_ITEMS, Reason, VALUE, code, excerpt};

/// Turns a value into an [`Argument`]: structs and variants into reasons, sequences into lists, the rest into texts and
/// numbers. Errors hold no maps, tuples or bytes; those are refused.
pub(super) struct ArgumentSerializer;

type Done = Result<Argument, fmt::Error>;
type Refused = Impossible<Argument, fmt::Error>;

fn text(text: &str) -> Done {
    Ok(Argument::Text(excerpt(text, MOST_CHARS).into_owned()))
}

/// A struct, or a variant with fields, under way.
pub(super) struct Fields(Reason);

impl Fields {
    fn new(names: &[&str]) -> Self {
        Self(Reason {
            code: code(names),
            arguments: Default::default(),
        })
    }

    fn add(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), fmt::Error> {
        let value = value.serialize(ArgumentSerializer)?;
        self.0.arguments.insert(name.to_owned(), value);
        Ok(())
    }

    fn done(self) -> Done {
        Ok(Argument::Reason(self.0))
    }
}

impl SerializeStruct for Fields {
    type Ok = Argument;
    type Error = fmt::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), fmt::Error> {
        self.add(name, value)
    }

    fn end(self) -> Done {
        self.done()
    }
}

impl SerializeStructVariant for Fields {
    type Ok = Argument;
    type Error = fmt::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), fmt::Error> {
        self.add(name, value)
    }

    fn end(self) -> Done {
        self.done()
    }
}

/// A sequence under way.
#[derive(Default)]
pub(super) struct Items {
    items: Vec<Argument>,
    more: u32,
}

impl SerializeSeq for Items {
    type Ok = Argument;
    type Error = fmt::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
        match self.items.len() < MOST_ITEMS {
            true => self.items.push(value.serialize(ArgumentSerializer)?),
            false => self.more += 1,
        }
        Ok(())
    }

    fn end(self) -> Done {
        let numbers = self.items.iter().map(|item| match item {
            Argument::Number(number) => Some(number.to_string()),
            Argument::Text(_) | Argument::Reason(_) | Argument::List { .. } => None,
        });
        // A shape is read as one thing.
        match numbers.collect::<Option<Vec<_>>>() {
            Some(numbers) => text(&format!("[{}]", numbers.join(", "))),
            None => Ok(Argument::List {
                items: self.items,
                more: self.more,
            }),
        }
    }
}

/// Numbers of every kind: an error's are read by people, so that the 53 bits of a float will do.
macro_rules! numbers {
    ($($method:ident: $type:ty),* $(,)?) => {$(
        fn $method(self, number: $type) -> Done {
            Ok(Argument::Number(number as f64))
        }
    )*};
}

impl Serializer for ArgumentSerializer {
    type Ok = Argument;
    type Error = fmt::Error;
    type SerializeSeq = Items;
    type SerializeTuple = Refused;
    type SerializeTupleStruct = Refused;
    type SerializeTupleVariant = Refused;
    type SerializeMap = Refused;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    numbers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_f32: f32, serialize_f64: f64,
    }

    fn serialize_bool(self, value: bool) -> Done {
        text(if value { "true" } else { "false" })
    }

    fn serialize_char(self, value: char) -> Done {
        text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Done {
        text(value)
    }

    fn serialize_bytes(self, _: &[u8]) -> Done {
        Err(fmt::Error)
    }

    fn serialize_none(self) -> Done {
        text("none")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        text("none")
    }

    fn serialize_unit_struct(self, name: &'static str) -> Done {
        Fields::new(&[name]).done()
    }

    fn serialize_unit_variant(self, name: &'static str, _: u32, variant: &'static str) -> Done {
        Fields::new(&[name, variant]).done()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Done {
        let mut fields = Fields::new(&[name]);
        fields.add(VALUE, value)?;
        fields.done()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Done {
        let mut fields = Fields::new(&[name, variant]);
        fields.add(VALUE, value)?;
        fields.done()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items, fmt::Error> {
        Ok(Items::default())
    }

    fn serialize_tuple(self, _: usize) -> Result<Refused, fmt::Error> {
        Err(fmt::Error)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Refused, fmt::Error> {
        Err(fmt::Error)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Refused, fmt::Error> {
        Err(fmt::Error)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Refused, fmt::Error> {
        Err(fmt::Error)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Fields, fmt::Error> {
        Ok(Fields::new(&[name]))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields, fmt::Error> {
        Ok(Fields::new(&[name, variant]))
    }
}
