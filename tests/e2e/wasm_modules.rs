//! The built WebAssembly modules themselves.

use std::collections::HashMap;
use std::env;
use std::path::PathBuf;

use wasmparser::{ExternalKind, Operator, Parser, Payload};

use crate::page::Result;

/// Without an explicit call to `__wasm_call_ctors`, the linker takes a module for a command and wraps each of
/// its exports: every call from JavaScript then runs all static constructors again. A wrapper calls the
/// constructors first, so a function that many exports call first gives the wrappers away.
#[test]
fn no_export_runs_the_constructors() -> Result {
    let dist = PathBuf::from(env::var("TABTUNE_DIST")?);
    let mut modules = 0;
    for entry in std::fs::read_dir(&dist)? {
        let path = entry?.path();
        // The module for encodings, the only one without wasm-bindgen, has no constructors.
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with("_bg.wasm") {
            let (exports, most) = first_calls(&std::fs::read(&path)?)?;
            assert!(exports > 2, "{}: {exports} exports", path.display());
            assert!(
                most <= exports / 2,
                "{}: {most} of {exports} exports call one function first",
                path.display()
            );
            modules += 1;
        }
    }
    assert_eq!(
        modules, 5,
        "the page, three that compute and one that stores"
    );
    Ok(())
}

/// How many functions a module exports, and how many of them begin with a call to the same function without
/// arguments.
fn first_calls(module: &[u8]) -> Result<(usize, usize)> {
    let mut imported = 0;
    let mut exported = Vec::new();
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if matches!(import?.ty, wasmparser::TypeRef::Func(_)) {
                        imported += 1;
                    }
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        exported.push(export.index);
                    }
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body),
            _ => {}
        }
    }
    let mut counts: HashMap<u32, usize> = HashMap::new();
    for &index in &exported {
        let Some(body) = (index as usize)
            .checked_sub(imported)
            .and_then(|index| bodies.get(index))
        else {
            continue;
        };
        if let Operator::Call { function_index } = body.get_operators_reader()?.read()? {
            *counts.entry(function_index).or_default() += 1;
        }
    }
    Ok((exported.len(), counts.values().copied().max().unwrap_or(0)))
}
