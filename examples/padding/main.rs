//! What padding would cost the CPU, which leaves it out, and what grouping texts by length spares a device that computes it.
//!
//! ```text
//! cargo run --release --example padding -- --model www/models/all-MiniLM-L6-v2 --train www/samples/uci.csv
//! ```
//!
//! It counts the tokens of a first epoch as the sampler draws it, by itself and with `group_by_length`, and takes the same
//! training steps (the forward pass and the gradients of LoRA) with padding and without, in turn.

#[path = "../shared/mod.rs"]
#[allow(dead_code, reason = "the other examples use more of it")]
mod shared;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use burn::nn::loss::CrossEntropyLossConfig;
use burn::tensor::{Device, Int, Tensor, TensorData};
use clap::Parser;
use tabtune::model::encoder::BatchTensors;
use tabtune::model::pooling::pool;
use tabtune::text::{EncodedExample, TokenBatch};
use tabtune::train::config::{LoraConfig, Method, Pooling, TrainConfig};
use tabtune::train::{Sampler, Trainer, set_up};

use shared::{Result, load, read, training_examples};

/// Counts padding and measures what it costs
#[derive(Parser)]
struct Arguments {
    /// Hugging Face folder of the encoder
    #[arg(long)]
    model: PathBuf,
    /// Table with the columns text and label
    #[arg(long)]
    train: PathBuf,
    /// Longest text in tokens
    #[arg(long, default_value_t = TrainConfig::default().max_length)]
    max_length: u32,
    #[arg(long, default_value_t = TrainConfig::default().batch_size)]
    batch_size: u32,
    /// Steps that are taken both ways
    #[arg(long, default_value_t = 40)]
    steps: usize,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let device = tabtune::device::cpu().autodiff();
    let encoder = load(&arguments.model, &device)?.encoder;
    // Without dropout, so that both ways compute the same.
    let config = TrainConfig {
        method: Method::Lora,
        lora: LoraConfig {
            dropout: 0.0,
            ..LoraConfig::default()
        },
        head_dropout: 0.0,
        max_length: arguments.max_length,
        batch_size: arguments.batch_size,
        ..TrainConfig::default()
    };
    let dataset = training_examples(&read(&arguments.train)?)?;
    let tokenizer = encoder.tokenizer.truncating(config.max_length as usize)?;
    let examples = dataset.examples.iter();
    let examples: Vec<EncodedExample> = examples
        .map(|example| EncodedExample::new(example, &tokenizer))
        .collect::<std::result::Result<_, _>>()?;
    let lengths: Vec<u32> = examples.iter().map(|text| text.ids.len() as u32).collect();
    let batch_size = config.batch_size as usize;

    let drawn = Sampler::uniform(lengths.len(), config.seed);
    let grouped = drawn
        .clone()
        .grouped_by_length(lengths.as_slice().into(), batch_size);
    let order = drawn.epoch(0);
    let real: u32 = lengths.iter().sum();
    println!("tokens of an epoch: {real}");
    for (name, order) in [
        ("as drawn", &order),
        ("grouped by length", &grouped.epoch(0)),
    ] {
        let padded = padded(order, &lengths, batch_size);
        let share = 100.0 * f64::from(padded - real) / f64::from(padded);
        println!("padded, {name}: {padded}, of which padding {share:.1} %");
    }

    let steps = Steps {
        pooling: config.pooling,
        trainer: set_up(&encoder, &dataset, config, &device)?,
        device,
    };
    let mut taken = [0.0; 2];
    let mut apart = 0f32;
    // The first one also warms up.
    for (step, indices) in order
        .chunks(batch_size)
        .take(arguments.steps + 1)
        .enumerate()
    {
        let batch = TokenBatch::of(&examples, indices, tokenizer.pad_id());
        let batch = BatchTensors::new(&batch, &steps.device);
        let classes = indices
            .iter()
            .filter_map(|&index| examples[index as usize].target.class())
            .map(|class| class.cast_signed())
            .collect::<Vec<_>>();
        let shape = [classes.len()];
        let classes = Tensor::from_data(TensorData::new(classes, shape), &steps.device);
        let mut losses = [0f32; 2];
        for (way, loss) in losses.iter_mut().enumerate() {
            let begun = Instant::now();
            *loss = steps.loss(&batch, &classes, way == 0)?;
            if step > 0 {
                taken[way] += begun.elapsed().as_secs_f64();
            }
        }
        apart = apart.max((losses[0] - losses[1]).abs());
    }
    let [with, without] = taken.map(|seconds| 1000.0 * seconds / arguments.steps as f64);
    println!(
        "a step with padding: {with:.1} ms, without: {without:.1} ms, {:.2} times as fast",
        with / without
    );
    println!("greatest difference of a loss: {apart:.1e}");
    Ok(())
}

/// Cells of an epoch's batches, each as wide as its longest text.
fn padded(order: &[u32], lengths: &[u32], batch_size: usize) -> u32 {
    let batches = order.chunks(batch_size);
    let cells = batches.map(|batch| {
        let longest = batch.iter().map(|&index| lengths[index as usize]).max();
        batch.len() as u32 * longest.unwrap_or_default()
    });
    cells.sum()
}

/// What steps are taken with.
struct Steps {
    trainer: Trainer,
    pooling: Pooling,
    device: Device,
}

impl Steps {
    /// The loss of a batch, once its gradients are computed.
    fn loss(
        &self,
        batch: &BatchTensors,
        classes: &Tensor<1, Int>,
        keeps_padding: bool,
    ) -> Result<f32> {
        let model = self.trainer.session().trained_model();
        let logits = if keeps_padding {
            // Of all hidden states, as a device computes them that does not leave padding out.
            let hidden = model.encoder.hidden_states(batch).pop();
            let hidden = hidden.ok_or("the encoder has no hidden state")?;
            let pooled = pool(self.pooling, hidden, batch.padding.clone());
            model.head.forward(pooled)
        } else {
            model.forward(batch)
        };
        let loss = CrossEntropyLossConfig::new()
            .init(&self.device)
            .forward(logits, classes.clone());
        drop(loss.backward());
        Ok(loss.into_scalar())
    }
}
