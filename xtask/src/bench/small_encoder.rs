//! An encoder of two layers and width 128 with random weights, for what is counted and not timed.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Value, json};

use crate::models::encoders::EMBEDDED;
use crate::tools::Workspace;

/// Its folder's name.
pub const NAME: &str = "two-layers-of-128";

const LAYERS: usize = 2;
const WIDTH: usize = 128;
const INNER: usize = 512;

/// Writes it to a folder of its own in `folder`.
pub fn write(workspace: &Workspace, folder: &Path) -> Result<()> {
    let template = workspace.models().join(EMBEDDED);
    let target = folder.join(NAME);
    fs::create_dir_all(&target)
        .with_context(|| format!("cannot make the folder {}", target.display()))?;
    fs::copy(
        template.join("tokenizer.json"),
        target.join("tokenizer.json"),
    )?;
    let mut config: Value = serde_json::from_slice(&fs::read(template.join("config.json"))?)?;
    config["num_hidden_layers"] = json!(LAYERS);
    config["hidden_size"] = json!(WIDTH);
    config["intermediate_size"] = json!(INNER);
    config["num_attention_heads"] = json!(2);
    let size = |field: &str| {
        let found = config[field].as_u64().map(|size| size as usize);
        found.with_context(|| format!("config.json has no {field}"))
    };
    let shapes = shapes(size("vocab_size")?, size("max_position_embeddings")?);
    fs::write(target.join("config.json"), config.to_string())?;

    let mut random = 1_u32;
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = shapes
        .into_iter()
        .map(|(name, shape)| {
            let values = (0..shape.iter().product()).flat_map(|_| {
                // Marsaglia's xorshift, scaled to ±0.05.
                random ^= random << 13;
                random ^= random >> 17;
                random ^= random << 5;
                let value = random as f32 / u32::MAX as f32;
                ((value - 0.5) * 0.1).to_le_bytes()
            });
            let bytes = values.collect();
            (name, shape, bytes)
        })
        .collect();
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>>>()?;
    let weights = safetensors::serialize(views, None)?;
    fs::write(target.join("model.safetensors"), weights)?;
    Ok(())
}

/// BERT's tensors.
fn shapes(vocabulary: usize, positions: usize) -> Vec<(String, Vec<usize>)> {
    let mut all = Vec::new();
    for (table, rows) in [
        ("word", vocabulary),
        ("position", positions),
        ("token_type", 2),
    ] {
        all.push((
            format!("embeddings.{table}_embeddings.weight"),
            vec![rows, WIDTH],
        ));
    }
    let mut norm = |name: &str| {
        for part in ["weight", "bias"] {
            all.push((format!("{name}.LayerNorm.{part}"), vec![WIDTH]));
        }
    };
    norm("embeddings");
    for layer in 0..LAYERS {
        norm(&format!("encoder.layer.{layer}.attention.output"));
        norm(&format!("encoder.layer.{layer}.output"));
    }
    for layer in 0..LAYERS {
        for (module, from, to) in [
            ("attention.self.query", WIDTH, WIDTH),
            ("attention.self.key", WIDTH, WIDTH),
            ("attention.self.value", WIDTH, WIDTH),
            ("attention.output.dense", WIDTH, WIDTH),
            ("intermediate.dense", WIDTH, INNER),
            ("output.dense", INNER, WIDTH),
        ] {
            let name = format!("encoder.layer.{layer}.{module}");
            all.push((format!("{name}.weight"), vec![to, from]));
            all.push((format!("{name}.bias"), vec![to]));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_every_tensor_of_a_bert_once() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("tabtune-small-{}", std::process::id()));
        write(&Workspace::find()?, &folder)?;
        let weights = fs::read(folder.join(NAME).join("model.safetensors"))?;
        fs::remove_dir_all(&folder)?;
        let tensors = safetensors::SafeTensors::deserialize(&weights)?;
        // Three tables and a norm, and in each layer two norms and six linear layers.
        assert_eq!(tensors.len(), 3 + 2 + LAYERS * (4 + 12));
        let query = tensors.tensor("encoder.layer.1.attention.self.query.weight")?;
        assert_eq!(query.shape(), [WIDTH, WIDTH]);
        Ok(())
    }
}
