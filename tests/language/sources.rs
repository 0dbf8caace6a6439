//! What the sources say of errors: their types, the variants of each, and what a message of a variant needs.

use std::collections::{BTreeMap, BTreeSet};

use super::rust_files::rust_files;
use heck::ToKebabCase;
use proc_macro2::{Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Fields, GenericArgument, Item, Lit, PathArguments, Token, Type};

/// A variant of an error, or a whole struct.
pub struct Variant {
    /// See `tabtune::reason::Reason::code`.
    pub code: String,
    /// Whether it only passes on what it wraps.
    pub transparent: bool,
    /// The fields that its English text tells.
    pub variables: BTreeSet<String>,
    /// The limits that its English text tells.
    pub limits: BTreeSet<u64>,
    /// The names in its fields' types, as far as they are serialized by themselves.
    pub types: Vec<String>,
}

/// The types of the sources that serialize, and what is turned into errors of the page.
#[derive(Default)]
pub struct Sources {
    types: BTreeMap<String, Vec<Vec<Variant>>>,
    constants: BTreeMap<String, u64>,
    /// The types with an `impl From<_> for WireError`.
    pub roots: BTreeSet<String>,
}

impl Sources {
    /// Reads all sources of the library.
    pub fn read() -> Self {
        let files: Vec<syn::File> = rust_files("src")
            .iter()
            .map(|path| syn::parse_file(&std::fs::read_to_string(path).unwrap()).unwrap())
            .collect();
        let mut sources = Self::default();
        let items = || files.iter().flat_map(|file| &file.items);
        for item in items() {
            if let Item::Const(item) = item
                && let Some(value) = number(&item.expr)
            {
                sources.constants.insert(item.ident.to_string(), value);
            }
        }
        for item in items() {
            sources.take(item);
        }
        sources
    }

    /// The variants of a type; `None` for one of another crate.
    pub fn variants(&self, name: &str) -> Option<&[Variant]> {
        match self.types.get(name)?.as_slice() {
            [variants] => Some(variants),
            several => panic!("{} types are called {name}", several.len()),
        }
    }

    fn take(&mut self, item: &Item) {
        match item {
            Item::Enum(item) if derives_serialize(&item.attrs) => {
                let variants = item.variants.iter().map(|variant| {
                    let names = [item.ident.to_string(), variant.ident.to_string()];
                    self.variant(&names, &variant.attrs, &variant.fields)
                });
                let variants = variants.collect();
                self.add(item.ident.to_string(), variants);
            }
            Item::Struct(item) if derives_serialize(&item.attrs) => {
                let names = [item.ident.to_string()];
                let variant = self.variant(&names, &item.attrs, &item.fields);
                self.add(item.ident.to_string(), vec![variant]);
            }
            Item::Impl(item) => {
                let Some((_, path, _)) = &item.trait_ else {
                    return;
                };
                let made =
                    matches!(&*item.self_ty, Type::Path(made) if made.path.is_ident("WireError"));
                let last = path.segments.last().unwrap();
                if made
                    && last.ident == "From"
                    && let PathArguments::AngleBracketed(arguments) = &last.arguments
                {
                    for argument in &arguments.args {
                        if let GenericArgument::Type(from) = argument {
                            self.roots.extend(names(from));
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, name: String, variants: Vec<Variant>) {
        self.types.entry(name).or_default().push(variants);
    }

    fn variant(&self, names: &[String], attributes: &[Attribute], fields: &Fields) -> Variant {
        let code: Vec<String> = names.iter().map(|name| name.to_kebab_case()).collect();
        let mut variant = Variant {
            code: code.join("-"),
            transparent: false,
            variables: BTreeSet::new(),
            limits: BTreeSet::new(),
            types: fields
                .iter()
                .filter(|field| !has_serializer(&field.attrs))
                .flat_map(|field| self::names(&field.ty))
                .collect(),
        };
        match attributes
            .iter()
            .find(|attribute| attribute.path().is_ident("error"))
        {
            Some(attribute) => self.display(attribute, &mut variant),
            // No error by itself: it is part of one with all that it holds.
            None => variant.variables.extend(fields.iter().map(|field| {
                let name = field.ident.as_ref().map(ToString::to_string);
                name.unwrap_or_else(|| "value".into())
            })),
        }
        variant
    }

    /// Reads thiserror's attribute: `#[error("{place}: {} columns, at most {MAX_COLUMNS}", .found)]`.
    fn display(&self, attribute: &Attribute, variant: &mut Variant) {
        let tokens: Vec<TokenTree> = flat(attribute.meta.require_list().unwrap().tokens.clone());
        if tokens[0].to_string() == "transparent" {
            variant.transparent = true;
            return;
        }
        let format: syn::LitStr = syn::parse_str(&tokens[0].to_string()).unwrap();
        let mut mentioned: Vec<String> = placeholders(&format.value());
        for (place, token) in tokens.iter().enumerate().skip(1) {
            let before = &tokens[place - 1];
            let starts = match (place.checked_sub(2).map(|place| &tokens[place]), before) {
                // `.name`, but not the method in `.name.len()`.
                (Some(TokenTree::Ident(_) | TokenTree::Literal(_)), TokenTree::Punct(_)) => false,
                (_, TokenTree::Punct(punct)) => punct.as_char() == '.',
                _ => false,
            };
            let text = token.to_string();
            if starts || is_constant(&text) {
                mentioned.push(text);
            }
        }
        let in_mebibytes = tokens.iter().any(|token| token.to_string() == "mebibytes")
            || tokens
                .windows(2)
                .any(|pair| pair[0].to_string() == ">" && pair[1].to_string() == ">");
        for name in mentioned {
            if !is_constant(&name) {
                let name = if name == "0" { "value".into() } else { name };
                variant.variables.insert(name);
            } else if let Some(value) = self.constants.get(&name) {
                variant
                    .limits
                    .insert(if in_mebibytes { value >> 20 } else { *value });
            }
        }
    }
}

fn derives_serialize(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("derive")
            && attribute
                .parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated)
                .is_ok_and(|paths| paths.iter().any(|path| path.is_ident("Serialize")))
    })
}

fn has_serializer(attributes: &[Attribute]) -> bool {
    let mut attributes = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"));
    attributes.any(|attribute| {
        let tokens = attribute
            .meta
            .require_list()
            .map(|list| list.tokens.to_string());
        tokens.is_ok_and(|tokens| tokens.contains("serialize_with"))
    })
}

/// All names in a type: `Vec` and `Misfit` in `Vec<Misfit>`.
fn names(of: &Type) -> Vec<String> {
    let mut found = Vec::new();
    match of {
        Type::Path(path) => {
            let last = path.path.segments.last().unwrap();
            found.push(last.ident.to_string());
            if let PathArguments::AngleBracketed(arguments) = &last.arguments {
                for argument in &arguments.args {
                    if let GenericArgument::Type(inner) = argument {
                        found.extend(names(inner));
                    }
                }
            }
        }
        Type::Reference(reference) => found.extend(names(&reference.elem)),
        Type::Slice(slice) => found.extend(names(&slice.elem)),
        _ => {}
    }
    found
}

fn number(expression: &Expr) -> Option<u64> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        Expr::Binary(binary) => {
            let (left, right) = (number(&binary.left)?, number(&binary.right)?);
            match binary.op {
                syn::BinOp::Shl(_) => Some(left << right),
                syn::BinOp::Mul(_) => Some(left * right),
                _ => None,
            }
        }
        _ => None,
    }
}

fn is_constant(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_uppercase())
        && name
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter == '_')
}

/// The tokens with those of each group in its place. A comma stands for the bracket that opens it, a name for the one
/// that closes it, as what follows is a method of it.
fn flat(tokens: TokenStream) -> Vec<TokenTree> {
    let mut found = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                found.push(Punct::new(',', Spacing::Alone).into());
                found.extend(flat(group.stream()));
                found.push(Ident::new("closed", Span::call_site()).into());
            }
            token => found.push(token),
        }
    }
    found
}

/// The names in a format string.
fn placeholders(format: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in format.replace("{{", "").split('{').skip(1) {
        let name = piece.split(['}', ':']).next().unwrap();
        if !name.is_empty() {
            found.push(name.to_owned());
        }
    }
    found
}
