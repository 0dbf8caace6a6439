//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, ValueEnum};
use serde::de::{DeserializeOwned, IntoDeserializer, value::Error};
use tabtune::data::Problem;
use tabtune::eval::score::Metric;
use tabtune::train::config::{
    ClassWeights, EarlyStoppingConfig, FgmConfig, LoraConfig, Method, OptimizerName, Pooling,
    Sampling, SchedulerType, TargetModule, TrainConfig,
};

use crate::shared::DeviceName;

/// Fine-tune a text encoder on labelled CSV files.
#[derive(Parser)]
pub struct Arguments {
    /// Hugging Face folder: config.json, tokenizer.json, model.safetensors
    #[arg(long)]
    pub model: PathBuf,
    /// Examples to learn from
    #[arg(long)]
    pub train: PathBuf,
    /// Examples to follow training with
    #[arg(long)]
    pub val: PathBuf,
    /// Examples for the final report
    #[arg(long)]
    pub test: PathBuf,
    #[arg(long, default_value = "text")]
    pub text_column: String,
    #[arg(long, default_value = "label")]
    pub label_column: String,
    /// What the label column holds
    #[arg(long, value_enum, default_value_t = ProblemName::Single)]
    problem: ProblemName,
    /// What stands between the labels of a cell, with --problem multi
    #[arg(long, default_value = "|")]
    label_separator: char,
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    how: How,
    #[arg(long, value_enum, default_value_t = DeviceName::Cpu)]
    pub device: DeviceName,
    /// Where to write settings, losses, report and predictions
    #[arg(long)]
    pub json: PathBuf,
    #[command(flatten)]
    pub export: Export,
}

/// Files of the trained model.
#[derive(Args)]
#[command(next_help_heading = "Where the trained model goes")]
pub struct Export {
    /// Folder for a PEFT adapter
    #[arg(long, value_name = "DIR")]
    pub export_peft: Option<PathBuf>,
    /// Zip of a Hugging Face folder, adapters merged
    #[arg(long, value_name = "FILE.zip")]
    pub export_merged: Option<PathBuf>,
    /// Everything in one file, which predict opens again
    #[arg(long, value_name = "FILE.tabtune-model")]
    pub save_tabtune: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum ProblemName {
    /// One label
    Single,
    /// Several labels
    Multi,
    /// A number
    Regression,
}

#[derive(Clone, Copy, ValueEnum)]
enum MethodName {
    /// The head on fixed embeddings
    Head,
    /// The head and the last --layers layers
    Last,
    /// The head and low-rank adapters
    Lora,
    /// Everything
    Full,
}

/// What is trained.
#[derive(Args)]
#[command(next_help_heading = "What is trained")]
struct What {
    #[arg(long, value_enum, default_value_t = MethodName::Lora)]
    method: MethodName,
    /// With --method last
    #[arg(long, default_value_t = 1)]
    layers: u32,
    /// Epochs after which one layer more is trained, with --method last or full
    #[arg(long)]
    unfreeze_every: Option<u32>,
    /// mean, cls, max or pooler
    #[arg(long, default_value = "mean", value_parser = name::<Pooling>)]
    pooling: Pooling,
    #[arg(long, default_value_t = LoraConfig::default().rank)]
    lora_rank: u32,
    #[arg(long, default_value_t = LoraConfig::default().alpha)]
    lora_alpha: f64,
    #[arg(long, default_value_t = LoraConfig::default().dropout)]
    lora_dropout: f64,
    /// Of query, key, value, attention_output, intermediate, output
    #[arg(long, value_delimiter = ',', default_value = "query,value", value_parser = name::<TargetModule>)]
    lora_targets: Vec<TargetModule>,
    /// Scale adapters by alpha / √rank
    #[arg(long)]
    rslora: bool,
    /// Learning rate of the adapters' B as a multiple of A's
    #[arg(long, default_value_t = LoraConfig::default().loraplus_lr_ratio)]
    loraplus_ratio: f64,
    #[arg(long, default_value_t = TrainConfig::default().head_dropout)]
    head_dropout: f64,
    /// Compute frozen layers in 8-bit integers, with --method lora
    #[arg(long)]
    load_in_8bit: bool,
    /// Compute the encoder's layers on 16-bit numbers, with --device gpu
    #[arg(long)]
    fp16: bool,
    /// In the encoder's layers, as transformers' configurations have it
    #[arg(long, default_value_t = TrainConfig::default().encoder_dropout)]
    encoder_dropout: f64,
    /// Longest text in tokens
    #[arg(long, default_value_t = TrainConfig::default().max_length)]
    max_length: u32,
}

/// How it is trained.
#[derive(Args)]
#[command(next_help_heading = "How it is trained")]
struct How {
    #[arg(long, default_value_t = TrainConfig::default().epochs)]
    epochs: u32,
    /// Examples of a forward pass
    #[arg(long, default_value_t = TrainConfig::default().batch_size)]
    batch: u32,
    /// Forward passes a step
    #[arg(long, default_value_t = TrainConfig::default().gradient_accumulation_steps)]
    accumulate: u32,
    /// shuffle, oversample or undersample
    #[arg(long, default_value = "shuffle", value_parser = name::<Sampling>)]
    sampling: Sampling,
    /// Make batches of texts of like length
    #[arg(long)]
    group_by_length: bool,
    /// adamw, adam, sgd, rmsprop or adagrad
    #[arg(long, default_value = "adamw", value_parser = name::<OptimizerName>)]
    optimizer: OptimizerName,
    /// Peak learning rate; without, one that suits method and encoder
    #[arg(long)]
    lr: Option<f64>,
    /// Of sgd
    #[arg(long, default_value_t = TrainConfig::default().momentum)]
    momentum: f64,
    #[arg(long, default_value_t = TrainConfig::default().weight_decay)]
    weight_decay: f64,
    /// constant, linear or cosine
    #[arg(long, default_value = "linear", value_parser = name::<SchedulerType>)]
    scheduler: SchedulerType,
    /// Share of the steps in which the learning rate rises
    #[arg(long, default_value_t = TrainConfig::default().warmup_ratio)]
    warmup: f64,
    /// Clip gradients to this global norm; 0 leaves them alone
    #[arg(long, default_value_t = TrainConfig::default().max_grad_norm.unwrap_or(0.0))]
    max_grad_norm: f64,
    #[arg(long, default_value_t = TrainConfig::default().label_smoothing_factor)]
    label_smoothing: f64,
    /// uniform or balanced
    #[arg(long, default_value = "uniform", value_parser = name::<ClassWeights>)]
    class_weights: ClassWeights,
    /// Length of the adversarial move of a text's word embeddings
    #[arg(long)]
    fgm_epsilon: Option<f64>,
    /// Validations without a new best after which the run ends
    #[arg(long)]
    patience: Option<u32>,
    /// End with the weights that validated best
    #[arg(long)]
    load_best: bool,
    /// loss, accuracy, macro_f1, micro_f1, matthews_correlation, r2, pearson or spearman
    #[arg(long, default_value = "loss", value_parser = name::<Metric>)]
    metric: Metric,
    #[arg(long, default_value_t = TrainConfig::default().seed)]
    seed: u32,
}

/// A name as the JSON has it; the error lists those that there are.
fn name<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    T::deserialize(text.into_deserializer())
}

impl Arguments {
    pub fn problem(&self) -> Problem {
        match self.problem {
            ProblemName::Single => Problem::SingleLabel,
            ProblemName::Multi => Problem::MultiLabel {
                separator: self.label_separator,
            },
            ProblemName::Regression => Problem::Regression,
        }
    }

    /// The settings for an encoder with so many layers.
    pub fn config(&self, layers: u32) -> TrainConfig {
        let (what, how) = (&self.what, &self.how);
        let unfreeze_every = what.unfreeze_every;
        let method = match what.method {
            MethodName::Head => Method::HeadOnly,
            MethodName::Last => Method::LastLayers {
                layers: what.layers,
                unfreeze_every,
            },
            MethodName::Lora => Method::Lora,
            MethodName::Full => Method::Full { unfreeze_every },
        };
        let config = TrainConfig {
            method,
            lora: LoraConfig {
                rank: what.lora_rank,
                alpha: what.lora_alpha,
                dropout: what.lora_dropout,
                target_modules: what.lora_targets.clone(),
                use_rslora: what.rslora,
                loraplus_lr_ratio: what.loraplus_ratio,
            },
            pooling: what.pooling,
            head_dropout: what.head_dropout,
            encoder_dropout: what.encoder_dropout,
            load_in_8bit: what.load_in_8bit,
            fp16: what.fp16,
            max_length: what.max_length,
            epochs: how.epochs,
            batch_size: how.batch,
            gradient_accumulation_steps: how.accumulate,
            sampling: how.sampling,
            group_by_length: how.group_by_length,
            optimizer: how.optimizer,
            momentum: how.momentum,
            weight_decay: how.weight_decay,
            lr_scheduler_type: how.scheduler,
            warmup_ratio: how.warmup,
            max_grad_norm: (how.max_grad_norm > 0.0).then_some(how.max_grad_norm),
            label_smoothing_factor: how.label_smoothing,
            class_weights: how.class_weights,
            adversarial: how.fgm_epsilon.map(|epsilon| FgmConfig { epsilon }),
            early_stopping: how
                .patience
                .map(|patience| EarlyStoppingConfig { patience }),
            load_best_model_at_end: how.load_best,
            metric_for_best_model: how.metric,
            seed: how.seed,
            ..TrainConfig::default()
        };
        let suited = config.suited_learning_rate(layers);
        TrainConfig {
            learning_rate: how.lr.unwrap_or(suited),
            ..config
        }
    }
}
