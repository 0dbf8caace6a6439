//! Whether the page's module makes elements of strings, which the page's policy forbids.
//!
//! Erased views (`--cfg erase_components`) always keep one call that sets markup: tachys empties an element whose attribute
//! `inner_html` goes away. No view has that attribute, and an empty string makes no element. What this refuses is a call that
//! could set any other string. A view whose element holds nothing but literals makes one; `tests/views.rs` names it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use wasmparser::{ElementItems, ExternalKind, FunctionBody, Operator, Parser, Payload, TypeRef};

/// How wasm-bindgen's glue sets markup, and how it names the import that does.
const IN_SCRIPT: &str = ".innerHTML";
const IMPORT: &str = "__wbg_set_innerHTML_";

/// What is looked at of a module.
#[derive(Default)]
struct Module<'m> {
    /// How many parameters each type of function has.
    types: Vec<u32>,
    /// Each function's type, those of imports first.
    functions: Vec<u32>,
    imports: u32,
    /// The imports that set markup.
    setters: Vec<u32>,
    bodies: Vec<FunctionBody<'m>>,
    /// Functions that may be called from where nobody sees it.
    exposed: BTreeSet<u32>,
}

/// Refuses a module, given with its glue, that may make elements of a string.
pub fn refuse(script: &str, module: &[u8]) -> Result<()> {
    let module = Module::read(module).context("cannot read the page's module")?;
    ensure!(
        script.matches(IN_SCRIPT).count() == module.setters.len()
            && module.sets_nothing_but_empty()?,
        "a view makes elements of a string, which the page's policy forbids: run `cargo test --release --test views` to \
         see which"
    );
    Ok(())
}

impl<'m> Module<'m> {
    fn read(bytes: &'m [u8]) -> Result<Self> {
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::TypeSection(types) => {
                    for kind in types.into_iter_err_on_gc_types() {
                        module.types.push(u32::try_from(kind?.params().len())?);
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        if let TypeRef::Func(kind) = import.ty {
                            if import.name.starts_with(IMPORT) {
                                module.setters.push(module.imports);
                            }
                            module.functions.push(kind);
                            module.imports += 1;
                        }
                    }
                }
                Payload::FunctionSection(kinds) => {
                    for kind in kinds {
                        module.functions.push(kind?);
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            module.exposed.insert(export.index);
                        }
                    }
                }
                Payload::ElementSection(segments) => {
                    for segment in segments {
                        match segment?.items {
                            ElementItems::Functions(functions) => {
                                for function in functions {
                                    module.exposed.insert(function?);
                                }
                            }
                            ElementItems::Expressions(_, expressions) => {
                                for expression in expressions {
                                    for operator in expression?.get_operators_reader() {
                                        if let Operator::RefFunc { function_index } = operator? {
                                            module.exposed.insert(function_index);
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => module.bodies.push(body),
                _ => {}
            }
        }
        Ok(module)
    }

    /// Whether each call that sets markup sets the empty string, wherever the string comes from.
    ///
    /// A string is passed as its address and its length, the length last: a constant 0, or the last parameter of the caller,
    /// whose own calls are looked at then.
    fn sets_nothing_but_empty(&self) -> Result<bool> {
        let mut waiting = self.setters.clone();
        let mut seen: BTreeSet<u32> = waiting.iter().copied().collect();
        let calls = self.calls()?;
        while let Some(setter) = waiting.pop() {
            if self.exposed.contains(&setter) {
                return Ok(false);
            }
            for &(caller, length) in calls.get(&setter).into_iter().flatten() {
                match length {
                    Length::Zero => {}
                    Length::Local(local) if Some(local) == self.last_parameter(caller) => {
                        if seen.insert(caller) {
                            waiting.push(caller);
                        }
                    }
                    Length::Local(_) | Length::Unknown => return Ok(false),
                }
            }
        }
        Ok(true)
    }

    fn last_parameter(&self, function: u32) -> Option<u32> {
        let kind = *self.functions.get(function as usize)?;
        self.types.get(kind as usize)?.checked_sub(1)
    }

    /// The callers of each function, with what each passes last.
    fn calls(&self) -> Result<BTreeMap<u32, Vec<(u32, Length)>>> {
        let mut calls: BTreeMap<u32, Vec<(u32, Length)>> = BTreeMap::new();
        for (caller, body) in (self.imports..).zip(&self.bodies) {
            let written = written(body)?;
            let mut last = Length::Unknown;
            for operator in body.get_operators_reader()? {
                let operator = operator?;
                if let Operator::Call { function_index } | Operator::ReturnCall { function_index } =
                    operator
                {
                    calls
                        .entry(function_index)
                        .or_default()
                        .push((caller, last));
                }
                last = match operator {
                    Operator::I32Const { value: 0 } => Length::Zero,
                    Operator::LocalGet { local_index } if !written.contains(&local_index) => {
                        Length::Local(local_index)
                    }
                    _ => Length::Unknown,
                };
            }
        }
        Ok(calls)
    }
}

/// A string's length, as the code says it right before a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Zero,
    /// A local variable that never changes.
    Local(u32),
    Unknown,
}

/// The local variables that a function writes to.
fn written(body: &FunctionBody) -> Result<BTreeSet<u32>> {
    let mut written = BTreeSet::new();
    for operator in body.get_operators_reader()? {
        if let Operator::LocalSet { local_index } | Operator::LocalTee { local_index } = operator? {
            written.insert(local_index);
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = "arg0.innerHTML = getStringFromWasm0(arg1, arg2);";

    /// A section or a body: its length, then its bytes.
    fn sized(bytes: &[u8]) -> Vec<u8> {
        [&[u8::try_from(bytes.len()).unwrap()], bytes].concat()
    }

    /// A module that imports the setter as function 0, passes it on as function 1, and calls that one as function 2.
    /// `forward` and `length` push what is passed, and a function may stand in its table.
    fn module(forward: &[u8], length: &[u8], table: Option<u8>) -> Vec<u8> {
        let name = format!("{IMPORT}0123456789abcdef");
        let import = [&[1, 1, b'a'], &*sized(name.as_bytes()), &[0, 0]].concat();
        let forward = [&[0], forward, &[0x10, 0, 0x0b]].concat();
        let caller = [&[0, 0x41, 7, 0x41, 1], length, &[0x10, 1, 0x0b]].concat();
        let code = [&[2], &*sized(&forward), &*sized(&caller)].concat();
        let table_sections = table.map(|function| {
            [
                (4, vec![1, 0x70, 0, 1]),
                (9, vec![1, 0, 0x41, 0, 0x0b, 1, function]),
            ]
        });
        let mut sections = vec![
            (1, vec![2, 0x60, 3, 0x7f, 0x7f, 0x7f, 0, 0x60, 0, 0]),
            (2, import),
            (3, vec![2, 0, 1]),
        ];
        sections.extend(table_sections.into_iter().flatten());
        sections.push((10, code));
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        for (id, content) in sections {
            module.push(id);
            module.extend(sized(&content));
        }
        module
    }

    /// `local.get` of all three parameters.
    const PARAMETERS: [u8; 6] = [0x20, 0, 0x20, 1, 0x20, 2];
    /// `i32.const`.
    const EMPTY: [u8; 2] = [0x41, 0];
    const LONG: [u8; 2] = [0x41, 5];

    #[test]
    fn only_the_empty_string_may_be_set() {
        refuse(GLUE, &module(&PARAMETERS, &EMPTY, None)).unwrap();
        refuse(GLUE, &module(&PARAMETERS, &LONG, None)).unwrap_err();
    }

    #[test]
    fn what_cannot_be_followed_is_refused() {
        // Another parameter, a parameter that was written to, and calls through the table.
        let other = [0x20, 0, 0x20, 1, 0x20, 1];
        refuse(GLUE, &module(&other, &EMPTY, None)).unwrap_err();
        let written = [&[0x41, 5, 0x21, 2], &PARAMETERS[..]].concat();
        refuse(GLUE, &module(&written, &EMPTY, None)).unwrap_err();
        for setter in [0, 1] {
            refuse(GLUE, &module(&PARAMETERS, &EMPTY, Some(setter))).unwrap_err();
        }
        refuse(GLUE, &module(&PARAMETERS, &EMPTY, Some(2))).unwrap();
    }

    #[test]
    fn glue_that_the_module_does_not_account_for_is_refused() {
        refuse(&GLUE.repeat(2), &module(&PARAMETERS, &EMPTY, None)).unwrap_err();
        refuse("", b"\0asm\x01\0\0\0").unwrap();
        refuse(GLUE, b"\0asm\x01\0\0\0").unwrap_err();
    }
}
