//! adapter_config.json.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::ADAPTER_CONFIG;
use super::modules::{Targets, Task};
use crate::adapter::AdapterError;
use crate::train::config::{LoraConfig, Method, TrainConfig};

/// An adapter's settings, all of which are understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AdapterConfig {
    pub(super) task: Task,
    /// But for `target_modules`.
    pub(super) lora: LoraConfig,
    pub(super) targets: Targets,
    pub(super) modules_to_save: Vec<String>,
}

/// Fields that say nothing of what the adapter computes.
const WITHOUT_EFFECT: [&str; 8] = [
    "auto_mapping",
    "base_model_name_or_path",
    "inference_mode",
    "megatron_core",
    "peft_version",
    "qalora_group_size",
    "revision",
    "runtime_config",
];

/// Ways to initialise an adapter that leave the encoder as it is. Others, PiSSA for one, change its weights too.
const PLAIN_INIT: [&str; 2] = ["gaussian", "orthogonal"];

#[derive(Deserialize)]
struct Fields {
    peft_type: String,
    task_type: Option<String>,
    r: u32,
    lora_alpha: f64,
    #[serde(default)]
    lora_dropout: f64,
    #[serde(default)]
    use_rslora: bool,
    bias: Option<String>,
    target_modules: Value,
    modules_to_save: Option<Vec<String>>,
    init_lora_weights: Option<Value>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl AdapterConfig {
    /// Reads adapter_config.json.
    ///
    /// # Errors
    /// If it cannot be read, or a field asks for more than plain LoRA; the field is named.
    pub(super) fn from_json(bytes: &[u8]) -> Result<Self, AdapterError> {
        let json = |source| AdapterError::Json {
            file: ADAPTER_CONFIG,
            source,
        };
        let fields: Fields = serde_json::from_slice(bytes).map_err(json)?;
        let unsupported = |field: &str, found: Value| AdapterError::Unsupported {
            field: field.to_owned(),
            found: found.to_string(),
        };
        if fields.peft_type != "LORA" {
            return Err(unsupported("peft_type", fields.peft_type.into()));
        }
        let task = match fields.task_type.as_deref() {
            Some("SEQ_CLS") => Task::SequenceClassification,
            Some("FEATURE_EXTRACTION") | None => Task::FeatureExtraction,
            Some(other) => return Err(unsupported("task_type", other.into())),
        };
        if let Some(bias) = fields.bias.filter(|bias| bias != "none") {
            return Err(unsupported("bias", bias.into()));
        }
        if let Some(init) = fields.init_lora_weights.filter(|init| match init {
            Value::Null | Value::Bool(_) => false,
            Value::String(name) => !PLAIN_INIT.contains(&name.as_str()),
            _ => true,
        }) {
            return Err(unsupported("init_lora_weights", init));
        }
        // PEFT grows: what is not known here must at least be off.
        let on = |value: &Value| match value {
            Value::Null | Value::Bool(false) => false,
            Value::Array(items) => !items.is_empty(),
            Value::Object(fields) => !fields.is_empty(),
            Value::Bool(true) | Value::Number(_) | Value::String(_) => true,
        };
        let mut rest = fields.rest.into_iter();
        if let Some((field, found)) =
            rest.find(|(field, value)| !WITHOUT_EFFECT.contains(&field.as_str()) && on(value))
        {
            return Err(unsupported(&field, found));
        }
        let targets = match fields.target_modules {
            Value::String(name) if name.eq_ignore_ascii_case("all-linear") => Targets::AllLinear,
            // Any other string is a regular expression.
            Value::Array(names) if names.iter().all(Value::is_string) => {
                Targets::Names(serde_json::from_value(names.into()).map_err(json)?)
            }
            other => return Err(unsupported("target_modules", other)),
        };
        let config = Self {
            task,
            lora: LoraConfig {
                rank: fields.r,
                alpha: fields.lora_alpha,
                dropout: fields.lora_dropout,
                use_rslora: fields.use_rslora,
                ..LoraConfig::default()
            },
            targets,
            modules_to_save: fields.modules_to_save.unwrap_or_default(),
        };
        let settings = TrainConfig {
            method: Method::Lora,
            lora: config.lora.clone(),
            ..TrainConfig::default()
        };
        settings.validate()?;
        Ok(config)
    }

    /// adapter_config.json with the fields that every version of PEFT knows.
    pub(super) fn to_json(&self, base_model: &str) -> Result<Vec<u8>, AdapterError> {
        let fields = Written {
            base_model_name_or_path: base_model,
            bias: "none",
            fan_in_fan_out: false,
            inference_mode: true,
            init_lora_weights: true,
            layers_pattern: None,
            layers_to_transform: None,
            lora_alpha: number(self.lora.alpha),
            lora_dropout: self.lora.dropout,
            modules_to_save: Some(&self.modules_to_save).filter(|modules| !modules.is_empty()),
            peft_type: "LORA",
            r: self.lora.rank,
            revision: None,
            target_modules: match &self.targets {
                Targets::AllLinear => json!("all-linear"),
                Targets::Names(names) => json!(names),
            },
            task_type: match self.task {
                Task::SequenceClassification => "SEQ_CLS",
                Task::FeatureExtraction => "FEATURE_EXTRACTION",
            },
            use_rslora: self.lora.use_rslora,
        };
        serde_json::to_vec_pretty(&fields).map_err(|source| AdapterError::Json {
            file: ADAPTER_CONFIG,
            source,
        })
    }
}

#[derive(Serialize)]
struct Written<'a> {
    base_model_name_or_path: &'a str,
    bias: &'static str,
    fan_in_fan_out: bool,
    inference_mode: bool,
    init_lora_weights: bool,
    layers_pattern: Option<()>,
    layers_to_transform: Option<()>,
    lora_alpha: Value,
    lora_dropout: f64,
    modules_to_save: Option<&'a Vec<String>>,
    peft_type: &'static str,
    r: u32,
    revision: Option<()>,
    target_modules: Value,
    task_type: &'static str,
    use_rslora: bool,
}

/// PEFT declares alpha as a whole number; most are.
fn number(alpha: f64) -> Value {
    if alpha.fract() == 0.0 {
        json!(alpha as u64)
    } else {
        json!(alpha)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The settings of an adapter for query and value, with some fields changed.
    fn read(changes: Value) -> Result<AdapterConfig, AdapterError> {
        let mut config = json!({
            "peft_type": "LORA", "task_type": "SEQ_CLS", "r": 4, "lora_alpha": 8, "lora_dropout": 0.1,
            "bias": "none", "target_modules": ["query", "value"], "modules_to_save": ["classifier"],
        });
        for (field, value) in changes.as_object().unwrap() {
            config[field] = value.clone();
        }
        AdapterConfig::from_json(&serde_json::to_vec(&config).unwrap())
    }

    #[test]
    fn what_is_not_plain_lora_is_named() {
        for (field, value) in [
            ("peft_type", json!("LOHA")),
            ("task_type", json!("CAUSAL_LM")),
            ("bias", json!("lora_only")),
            ("init_lora_weights", json!("pissa")),
            ("init_lora_weights", json!("loftq")),
            ("target_modules", json!(".*query")),
            ("target_modules", json!(null)),
            ("target_modules", json!(["query", 1])),
            ("exclude_modules", json!(["key"])),
            ("fan_in_fan_out", json!(true)),
            ("use_dora", json!(true)),
            ("lora_bias", json!(true)),
            ("layers_to_transform", json!([0])),
            ("layers_pattern", json!("layer")),
            ("layer_replication", json!([[0, 1]])),
            ("rank_pattern", json!({"query": 2})),
            ("alpha_pattern", json!({"query": 2})),
            ("trainable_token_indices", json!([1])),
            ("target_parameters", json!(["x"])),
            ("eva_config", json!({"rho": 2.0})),
            ("a_feature_of_tomorrow", json!(true)),
        ] {
            let error = read(json!({field: value})).unwrap_err();
            let AdapterError::Unsupported { field: found, .. } = &error else {
                panic!("{field}: {error}");
            };
            assert_eq!(found, field);
            assert!(error.to_string().contains(&value.to_string()), "{error}");
        }
    }

    #[test]
    fn numbers_are_held_to_their_range() {
        for (changes, name) in [
            (json!({"r": 0}), "LoRA rank"),
            (json!({"r": 1_000_000}), "LoRA rank"),
            (json!({"lora_alpha": 0}), "LoRA alpha"),
            (json!({"lora_dropout": 1.5}), "LoRA dropout"),
        ] {
            let AdapterError::Config(error) = read(changes).unwrap_err() else {
                panic!("{name} is accepted");
            };
            assert_eq!(error.setting.0, name);
        }
        assert!(matches!(
            read(json!({"r": -1})),
            Err(AdapterError::Json { .. })
        ));
    }

    #[test]
    fn what_is_written_is_read() {
        let config = read(json!({
            "lora_alpha": 12.5, "use_rslora": true, "init_lora_weights": "gaussian", "rank_pattern": {},
            "megatron_core": "megatron.core", "loftq_config": {},
        }))
        .unwrap();
        assert_eq!(config.lora.scaling(), 12.5 / 2.0);
        let written = config.to_json("owner/name").unwrap();
        assert_eq!(AdapterConfig::from_json(&written).unwrap(), config);
        let all = read(json!({"target_modules": "All-Linear", "task_type": null})).unwrap();
        assert_eq!(all.targets, Targets::AllLinear);
        assert_eq!(all.task, Task::FeatureExtraction);
    }
}
