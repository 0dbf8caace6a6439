//! What PEFT calls the linear layers of a model, and which of them an adapter's settings mean.

use std::collections::BTreeSet;

use crate::model::names::Names;
use crate::model::{EncoderConfig, Family};
use crate::train::config::TargetModule;

/// What an adapter is made for; PEFT's `task_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::adapter) enum Task {
    /// `SEQ_CLS`: the family's `ForSequenceClassification`.
    SequenceClassification,
    /// `FEATURE_EXTRACTION`: the bare encoder.
    FeatureExtraction,
}

/// A linear layer that can have an adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LinearModule {
    /// Its name in transformers' model.
    pub(super) name: String,
    pub(super) place: Place,
    /// `[d_output, d_input]`
    pub(super) shape: [usize; 2],
}

/// Where a linear layer is in our model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Layer(usize, TargetModule),
    /// The dense layer of BERT's head.
    Dense,
    /// A pooler that nothing depends on.
    Unused,
}

/// Which linear layers get an adapter; PEFT's `target_modules`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Targets {
    /// `all-linear`
    AllLinear,
    /// Names, or ends of names that begin behind a dot.
    Names(BTreeSet<String>),
}

/// Names of the head's layers in the family's `ForSequenceClassification`.
#[derive(Debug, Clone, Copy)]
pub(in crate::adapter) struct HeadNames {
    /// The dense layer.
    pub(in crate::adapter) dense: &'static str,
    /// The last layer.
    pub(in crate::adapter) classifier: &'static str,
    /// The modules that hold both, as PEFT's `modules_to_save` names them.
    pub(super) modules_to_save: &'static [&'static str],
    /// All names that mean the dense layer there.
    dense_names: &'static [&'static str],
}

impl HeadNames {
    pub(in crate::adapter) fn of(family: Family) -> Self {
        match family {
            Family::Bert => Self {
                dense: "bert.pooler.dense",
                classifier: "classifier",
                modules_to_save: &["classifier", "pooler"],
                dense_names: &["pooler", "bert.pooler", "pooler.dense", "bert.pooler.dense"],
            },
            // PEFT saves every module whose name ends in one of the given ones: "classifier" means the dense layer too.
            Family::DistilBert => Self {
                dense: "pre_classifier",
                classifier: "classifier",
                modules_to_save: &["classifier", "pre_classifier"],
                dense_names: &["classifier", "pre_classifier"],
            },
            Family::Roberta | Family::XlmRoberta => Self {
                dense: "classifier.dense",
                classifier: "classifier.out_proj",
                modules_to_save: &["classifier"],
                dense_names: &["classifier", "classifier.dense", "classifier.out_proj"],
            },
        }
    }

    /// From `dense.weight` to the family's name, for example.
    pub(in crate::adapter) fn rename(self, name: &str) -> String {
        match name.split_once('.') {
            Some(("dense", leaf)) => format!("{}.{leaf}", self.dense),
            Some((_, leaf)) => format!("{}.{leaf}", self.classifier),
            None => name.to_owned(),
        }
    }

    /// Whether the dense layer is saved with an adapter of these `modules_to_save`, and whether all of them are known.
    /// PEFT adds `classifier` and `score` to every adapter for classification.
    pub(super) fn saved(self, modules_to_save: &[String]) -> Result<bool, &str> {
        let known = |name: &str| {
            ["classifier", "score"].contains(&name) || self.dense_names.contains(&name)
        };
        match modules_to_save.iter().find(|name| !known(name)) {
            Some(unknown) => Err(unknown),
            None => Ok(self.dense_names.contains(&"classifier")
                || modules_to_save
                    .iter()
                    .any(|name| self.dense_names.contains(&name.as_str()))),
        }
    }
}

/// The name of a target within a layer.
fn part(names: &Names, target: TargetModule) -> &'static str {
    match target {
        TargetModule::Query => names.query,
        TargetModule::Key => names.key,
        TargetModule::Value => names.value,
        TargetModule::AttentionOutput => names.attention_output,
        TargetModule::Intermediate => names.intermediate,
        TargetModule::Output => names.output,
    }
}

/// Every linear layer of a model but those that are saved whole.
pub(super) fn linear_modules(
    config: &EncoderConfig,
    task: Task,
    modules_to_save: &[String],
) -> Vec<LinearModule> {
    let names = config.family.names();
    let (hidden, inner) = (config.hidden_size, config.intermediate_size);
    let classifies = task == Task::SequenceClassification;
    let prefix = if classifies { names.prefix } else { "" };
    let mut modules = Vec::new();
    for layer in 0..config.num_hidden_layers {
        for &target in TargetModule::ALL {
            modules.push(LinearModule {
                name: format!("{prefix}{}", names.in_layer(layer, part(names, target))),
                place: Place::Layer(layer, target),
                shape: match target {
                    TargetModule::Intermediate => [inner, hidden],
                    TargetModule::Output => [hidden, inner],
                    _ => [hidden, hidden],
                },
            });
        }
    }
    // In classification RoBERTa has no pooler, and DistilBERT's dense layer is always saved whole.
    let place = match (task, config.family) {
        (Task::SequenceClassification, Family::Bert) => Some(Place::Dense),
        (Task::SequenceClassification, _) => None,
        (Task::FeatureExtraction, _) => Some(Place::Unused),
    };
    if let (Some(name), Some(place)) = (names.pooler, place) {
        modules.push(LinearModule {
            name: format!("{prefix}{name}"),
            place,
            shape: [hidden, hidden],
        });
    }
    modules.retain(|module| !is_within(&module.name, modules_to_save));
    modules
}

/// Whether one of `modules` is a layer or holds it.
fn is_within(name: &str, modules: &[String]) -> bool {
    let dotted = format!(".{name}.");
    modules
        .iter()
        .any(|module| dotted.contains(&format!(".{module}.")))
}

impl Targets {
    /// Whether a linear layer of this name gets an adapter, by the rule of PEFT's `check_target_module_exists`.
    pub(super) fn matches(&self, name: &str) -> bool {
        match self {
            Self::AllLinear => true,
            Self::Names(names) => {
                let behind_dots = name.match_indices('.').map(|(dot, _)| &name[dot + 1..]);
                behind_dots.chain([name]).any(|end| names.contains(end))
            }
        }
    }

    /// The shortest names for adapters at these places, as PEFT's users write them; full names where short ones would
    /// mean more: `output.dense` is the end of `attention.output.dense` too.
    pub(super) fn naming(
        names: &Names,
        modules: &[LinearModule],
        adapted: &BTreeSet<&str>,
    ) -> Self {
        let targets = TargetModule::ALL.iter().filter(|&&target| {
            let own = |module: &&LinearModule| matches!(module.place, Place::Layer(_, own) if own == target);
            modules.iter().filter(own).any(|module| adapted.contains(module.name.as_str()))
        });
        let short = Self::Names(
            targets
                .map(|&target| {
                    let part = part(names, target);
                    let last = part.rsplit('.').next().unwrap_or(part);
                    if last == "dense" { part } else { last }.to_owned()
                })
                .collect(),
        );
        let exact = modules
            .iter()
            .all(|module| short.matches(&module.name) == adapted.contains(module.name.as_str()));
        if exact {
            short
        } else {
            Self::Names(adapted.iter().map(|&name| name.to_owned()).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EncoderConfig;

    fn tiny(family: &str) -> EncoderConfig {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        let bytes = std::fs::read(folder.join(format!("tiny-{family}/config.json"))).unwrap();
        EncoderConfig::from_json(&bytes).unwrap()
    }

    fn targets(names: &[&str]) -> Targets {
        Targets::Names(names.iter().map(|&name| name.to_owned()).collect())
    }

    #[test]
    fn names_match_at_dots() {
        let layer = "bert.encoder.layer.1.attention.output.dense";
        assert!(targets(&["dense"]).matches(layer));
        assert!(targets(&["output.dense"]).matches(layer));
        assert!(targets(&[layer]).matches(layer));
        assert!(Targets::AllLinear.matches(layer));
        assert!(!targets(&["tput.dense", "attention", "query", ""]).matches(layer));
    }

    #[test]
    fn short_names_are_written_where_they_mean_the_same() {
        let config = tiny("bert");
        let names = config.family.names();
        let modules = linear_modules(&config, Task::FeatureExtraction, &[]);
        let named = |chosen: &dyn Fn(Place) -> bool| {
            let adapted = modules.iter().filter(|module| chosen(module.place));
            let adapted = adapted.map(|module| module.name.as_str()).collect();
            Targets::naming(names, &modules, &adapted)
        };
        let of = |targets: &'static [TargetModule]| {
            named(&move |place| matches!(place, Place::Layer(_, own) if targets.contains(&own)))
        };
        use TargetModule::{AttentionOutput, Output, Query, Value};
        assert_eq!(of(&[Query, Value]), targets(&["query", "value"]));
        assert_eq!(
            of(&[AttentionOutput, Output]),
            targets(&["attention.output.dense", "output.dense"])
        );
        assert_eq!(
            of(&[Output]),
            targets(&[
                "encoder.layer.0.output.dense",
                "encoder.layer.1.output.dense"
            ])
        );
        assert_eq!(
            named(&|place| place == Place::Layer(1, Query)),
            targets(&["encoder.layer.1.attention.self.query"])
        );
    }

    #[test]
    fn what_is_saved_whole_gets_no_adapter() {
        let names = |family, task, saved: &[&str]| -> Vec<String> {
            let saved: Vec<String> = saved.iter().map(|&name| name.to_owned()).collect();
            let modules = linear_modules(&tiny(family), task, &saved).into_iter();
            modules.map(|module| module.name).skip(12).collect()
        };
        let task = Task::SequenceClassification;
        assert_eq!(names("bert", task, &["classifier"]), ["bert.pooler.dense"]);
        assert!(names("bert", task, &["pooler"]).is_empty());
        assert!(names("roberta", task, &["classifier"]).is_empty());
        assert!(names("distilbert", task, &["classifier"]).is_empty());
        let task = Task::FeatureExtraction;
        assert_eq!(names("roberta", task, &[]), ["pooler.dense"]);
    }
}
