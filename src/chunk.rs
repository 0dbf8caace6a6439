//! Code in chunks, which are cut off a module and come behind it.
//!
//! A chunk is a function that gives the functions of a part of a program. Nothing else calls those, so they and all that only
//! they need make a file of their own, which `cargo xtask finish` cuts off the module.

pub(crate) use wasm_split_helpers::SplitLoaderError;
#[cfg(feature = "split")]
pub(crate) use wasm_split_helpers::wasm_split;

/// Declares a chunk. A build that is not cut has it at hand.
macro_rules! chunk {
    ($name:ident, $code:ident $fields:tt) => {
        #[cfg(feature = "split")]
        #[$crate::chunk::wasm_split($name, fallible)]
        fn $name() -> Result<$code, $crate::chunk::SplitLoaderError> {
            Ok($code $fields)
        }

        #[cfg(not(feature = "split"))]
        async fn $name() -> Result<$code, $crate::chunk::SplitLoaderError> {
            Ok($code $fields)
        }
    };
}

pub(crate) use chunk;
