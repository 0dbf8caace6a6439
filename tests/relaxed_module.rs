//! The module with relaxed SIMD works on its caller's memory: it must have nothing that would lie there.

#[path = "../build/relaxed.rs"]
mod relaxed;

use std::env;
use std::error::Error;
use std::path::Path;

use wasmparser::{Operator, Parser, Payload, TypeRef};

#[test]
fn it_has_no_memory_data_or_stack_of_its_own() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    for is_shared in [false, true] {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("relaxed-{is_shared}.wasm"));
        relaxed::compile(&rustc, root, is_shared, &path)?;
        check(&std::fs::read(path)?, is_shared)?;
    }
    Ok(())
}

fn check(module: &[u8], is_shared: bool) -> Result<(), Box<dyn Error>> {
    let mut memories = Vec::new();
    let mut exports = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    match import.ty {
                        TypeRef::Memory(memory) => {
                            memories.push((
                                import.module.to_owned(),
                                import.name.to_owned(),
                                memory,
                            ));
                        }
                        other => return Err(format!("it imports {other:?}").into()),
                    }
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    exports.push(export?.name.to_owned());
                }
            }
            // A global says where a stack begins. The linker makes it in any case.
            Payload::CodeSectionEntry(body) => {
                for operator in body.get_operators_reader()? {
                    let operator = operator?;
                    let asks = matches!(
                        operator,
                        Operator::GlobalGet { .. } | Operator::GlobalSet { .. }
                    );
                    assert!(!asks, "it has a stack: {operator:?}");
                }
            }
            Payload::MemorySection(_) => return Err("it has a memory".into()),
            Payload::StartSection { .. } => return Err("it does something at its start".into()),
            Payload::DataSection(section) => assert_eq!(section.count(), 0, "it has data"),
            _ => {}
        }
    }
    let [(module, name, memory)] = &memories[..] else {
        return Err(format!("it imports {} memories", memories.len()).into());
    };
    assert_eq!((module.as_str(), name.as_str()), ("env", "memory"));
    assert_eq!(memory.shared, is_shared);
    assert!(exports.contains(&"multiply".to_owned()), "{exports:?}");
    Ok(())
}
