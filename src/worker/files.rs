//! The page's own files: the list of encoders, their folders, the samples.

use super::fetch::{FetchError, fetch, fetch_verified};
use super::port::post;
use crate::model::{FolderFiles, PretrainedEncoder};
use crate::protocol::{EncoderEntry, Event, RequestId, WireError};
use burn::tensor::Device;

/// The encoders that the page offers: `models/index.json`.
pub async fn encoders(base_url: &str) -> Result<Vec<EncoderEntry>, FetchError> {
    let file = "models/index.json";
    let bytes = fetch(&format!("{base_url}{file}"), file, |_| ()).await?;
    serde_json::from_slice(&bytes).map_err(|detail| FetchError::Unreadable {
        file: file.to_owned(),
        detail,
    })
}

/// A sample table.
pub async fn sample(base_url: &str, name: &str) -> Result<Vec<u8>, FetchError> {
    let file = format!("samples/{name}.csv");
    fetch(&format!("{base_url}{file}"), &file, |_| ()).await
}

/// Fetches an encoder's folder and puts it on the device.
pub async fn encoder(
    base_url: &str,
    entry: &EncoderEntry,
    id: RequestId,
    device: &Device,
) -> Result<PretrainedEncoder, WireError> {
    let total: f64 = entry.files.iter().map(|file| f64::from(file.bytes)).sum();
    let mut before = 0.0;
    let mut shown = 0.0;
    let mut contents: [Vec<u8>; 3] = Default::default();
    for (name, content) in ["config.json", "tokenizer.json", "model.safetensors"]
        .iter()
        .zip(&mut contents)
    {
        let Some(file) = entry.files.iter().find(|file| file.name == *name) else {
            continue;
        };
        let url = format!("{base_url}models/{}/{name}", entry.id);
        *content = fetch_verified(&url, file, |loaded| {
            let loaded = before + loaded as f64;
            // A hundredth at a time: more cannot be seen.
            if loaded - shown >= total / 100.0 {
                shown = loaded;
                post(&Event::EncoderProgress { id, loaded, total });
            }
        })
        .await?;
        before += f64::from(file.bytes);
    }
    let [config, tokenizer, weights] = &contents;
    Ok(PretrainedEncoder::load(
        &FolderFiles {
            config,
            tokenizer,
            weights,
        },
        device,
    )?)
}
