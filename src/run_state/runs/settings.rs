//! What sets a run's settings apart.

use serde_json::Value;

use crate::train::config::TrainConfig;

/// The settings that are not what they are by default: their names, `lora.rank` among them, and their values, in the order
/// of their names.
pub fn changed_settings(config: &TrainConfig) -> Vec<(String, String)> {
    let mut changed = Vec::new();
    // Settings are numbers, names and lists, of which JSON can always be made.
    if let (Ok(settings), Ok(defaults)) = (
        serde_json::to_value(config),
        serde_json::to_value(TrainConfig::default()),
    ) {
        compare("", &settings, &defaults, &mut changed);
    }
    changed.sort();
    changed
}

fn compare(name: &str, value: &Value, default: &Value, changed: &mut Vec<(String, String)>) {
    if value == default {
        return;
    }
    match (value, default) {
        (Value::Object(fields), Value::Object(defaults)) => {
            for (field, value) in fields {
                let name = match name {
                    "" => field.clone(),
                    name => format!("{name}.{field}"),
                };
                let default = defaults.get(field).unwrap_or(&Value::Null);
                compare(&name, value, default, changed);
            }
        }
        _ => changed.push((name.to_owned(), words(value))),
    }
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(" "),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| format!("{name} {}", words(value)))
            .collect::<Vec<_>>()
            .join(", "),
        Value::Null => "none".into(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::config::{FgmConfig, LoraConfig, Method, TargetModule};

    #[test]
    fn defaults_are_left_out() {
        assert_eq!(changed_settings(&TrainConfig::default()), []);
        let config = TrainConfig {
            epochs: 2,
            method: Method::LastLayers {
                layers: 1,
                unfreeze_every: None,
            },
            lora: LoraConfig {
                target_modules: vec![TargetModule::Query, TargetModule::Output],
                ..LoraConfig::default()
            },
            adversarial: Some(FgmConfig { epsilon: 0.5 }),
            max_grad_norm: None,
            ..TrainConfig::default()
        };
        let found = changed_settings(&config);
        let found: Vec<_> = found
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(
            found,
            [
                ("adversarial", "epsilon 0.5"),
                ("epochs", "2"),
                ("lora.target_modules", "query output"),
                ("max_grad_norm", "none"),
                ("method", "last_layers layers 1, unfreeze_every none"),
            ]
        );
    }
}
