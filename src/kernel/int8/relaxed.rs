//! The loop with relaxed SIMD of WebAssembly. Not every browser has it, and one that has not refuses the whole of a module
//! that uses it. So the loop is a module of its own, `relaxed/module.rs`, which `build.rs` compiles. It works on this
//! module's memory, and is called through this module's table of functions: no call goes through JavaScript.

use std::cell::OnceCell;

use js_sys::WebAssembly::{Instance, Module, Table};
use js_sys::{Function, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::strip::Multiply;

/// The module.
const MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/relaxed.wasm"));

thread_local! {
    /// Each thread is an instance of this module, with a table of its own.
    static MULTIPLY: OnceCell<Option<Multiply>> = const { OnceCell::new() };
}

/// The loop, where the browser has relaxed SIMD.
pub(super) fn multiply() -> Option<Multiply> {
    MULTIPLY.with(|multiply| *multiply.get_or_init(|| instantiate().ok()))
}

/// Compiles the module, which takes a millisecond, and puts its function into the table.
fn instantiate() -> Result<Multiply, JsValue> {
    let module = Module::new(&Uint8Array::new_from_slice(MODULE))?;
    let env = Object::new();
    Reflect::set(&env, &"memory".into(), &wasm_bindgen::memory())?;
    let imports = Object::new();
    Reflect::set(&imports, &"env".into(), &env)?;
    let instance = Instance::new(&module, &imports)?;
    let function = Reflect::get(&instance.exports(), &"multiply".into())?;
    let table: Table = wasm_bindgen::function_table().dyn_into()?;
    let place = table.grow(1)?;
    table.set(place, &function.dyn_into::<Function>()?)?;
    // SAFETY: a function pointer is a place in the table, and the function there is of this type.
    Ok(unsafe { core::mem::transmute::<usize, Multiply>(place as usize) })
}
