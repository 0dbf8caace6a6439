//! PEFT's adapters in, ours out, and merged models.

use pollster::block_on;
use safetensors::SafeTensors;
use tabtune::adapter::{
    DataFingerprint, Files, Trained, archive, export_merged, export_peft, import_peft,
};
use tabtune::data::Problem;
use tabtune::eval::Pipeline;
use tabtune::model::{FolderFiles, PretrainedEncoder, PretrainedError, TextClassifier};
use tabtune::train::config::{LoraConfig, Method, Pooling, TargetModule, TrainConfig};

use super::support::{
    Run, ask, cpu, difference, encoder, encoder_of, golden, pipeline, read_folder, settings,
};

/// float32 on both sides.
const TOLERANCE: f32 = 2e-5;

#[test]
fn what_is_written_is_what_peft_wrote() {
    // Those whose every tensor has a place of its own here.
    for name in [
        "pooler",
        "distilbert",
        "roberta",
        "one-layer",
        "mean",
        "max",
    ] {
        let (encoder, base) = encoder(&golden().cases[name].encoder, &cpu());
        let files = read_folder(&format!("peft/{name}"));
        let adapter = import_peft(&files, &encoder, &cpu()).unwrap();
        let data = DataFingerprint {
            name: "none".to_owned(),
            examples: [0; 3],
            sha256: String::new(),
        };
        let written = block_on(export_peft(&Trained {
            encoder: &encoder,
            base: &base,
            model: &adapter.model,
            config: &adapter.config,
            labels: &adapter.labels,
            scale: adapter.scale,
            data: &data,
            report: None,
        }))
        .unwrap();
        for file in ["adapter_model.safetensors", "head.safetensors"] {
            assert_eq!(written.get(file), files.get(file), "{name}: {file}");
        }
        assert_same_settings(name, &written, &files);
    }
}

/// Every field that is written says what PEFT's does.
fn assert_same_settings(name: &str, written: &Files, files: &Files) {
    let read = |files: &Files| -> serde_json::Map<String, serde_json::Value> {
        serde_json::from_slice(&files["adapter_config.json"]).unwrap()
    };
    let (written, expected) = (read(written), read(files));
    for (field, value) in &written {
        match field.as_str() {
            // PEFT appends its own; DistilBERT's dense layer is meant by "classifier" already.
            "modules_to_save" => assert_eq!(value.is_null(), expected[field].is_null()),
            _ => assert_eq!(value, &expected[field], "{name}: {field}"),
        }
    }
}

#[test]
fn names_with_the_adapters_own_are_read() {
    let (encoder, _) = encoder("tiny-bert", &cpu());
    let mut files = read_folder("peft/pooler");
    let bytes = files["adapter_model.safetensors"].clone();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let renamed = tensors.tensors().into_iter().map(|(name, view)| {
        let name = name
            .replace("lora_A.", "lora_A.default.")
            .replace("lora_B.", "lora_B.default.")
            .replace(
                "model.classifier.",
                "model.classifier.modules_to_save.default.",
            )
            .replace("bert.pooler.", "bert.pooler.modules_to_save.default.");
        (name, view)
    });
    let renamed = safetensors::serialize(renamed.collect::<Vec<_>>(), None).unwrap();
    files.insert("adapter_model.safetensors".to_owned(), renamed);
    let adapter = import_peft(&files, &encoder, &cpu()).unwrap();
    let golden = golden();
    let found = ask(&pipeline(adapter, &encoder), &golden.texts);
    assert!(difference(&found, &golden.cases["pooler"].logits) < TOLERANCE);
}

#[test]
fn all_linear_may_stay_unresolved() {
    let (encoder, _) = encoder("tiny-bert", &cpu());
    let mut files = read_folder("peft/all-linear");
    let mut config: serde_json::Value =
        serde_json::from_slice(&files["adapter_config.json"]).unwrap();
    config["target_modules"] = "all-linear".into();
    let config = serde_json::to_vec(&config).unwrap();
    files.insert("adapter_config.json".to_owned(), config);
    let adapter = import_peft(&files, &encoder, &cpu()).unwrap();
    let golden = golden();
    let found = ask(&pipeline(adapter, &encoder), &golden.texts);
    assert!(difference(&found, &golden.cases["all-linear"].logits) < TOLERANCE);
}

/// Adapters and merged models of short runs, in every pooling, problem and family.
fn runs() -> Vec<Run> {
    let six = LoraConfig {
        target_modules: TargetModule::ALL.to_vec(),
        use_rslora: true,
        ..LoraConfig::default()
    };
    let config = |pooling, lora: &LoraConfig| TrainConfig {
        pooling,
        lora: lora.clone(),
        ..settings()
    };
    let plain = LoraConfig::default();
    let multi = Problem::MultiLabel { separator: '|' };
    vec![
        Run::new(
            "tiny-bert",
            Problem::SingleLabel,
            config(Pooling::Mean, &plain),
        ),
        Run::new(
            "tiny-bert",
            Problem::Regression,
            config(Pooling::Pooler, &six),
        ),
        Run::new("tiny-distilbert", multi, config(Pooling::Pooler, &six)),
        Run::new(
            "tiny-roberta",
            Problem::SingleLabel,
            config(Pooling::Pooler, &plain),
        ),
        Run::new(
            "tiny-xlm-roberta",
            Problem::Regression,
            config(Pooling::Max, &six),
        ),
    ]
}

/// Logits, or numbers in their own unit, as an export gives them.
fn answers(pipeline: &Pipeline, texts: &[String]) -> Vec<Vec<f32>> {
    let rows = ask(pipeline, texts).into_iter();
    rows.map(|row| match pipeline.scale.standardisation {
        Some(_) => {
            let outputs = pipeline.scale.outputs(&row);
            outputs.into_iter().map(|value| value as f32).collect()
        }
        None => row,
    })
    .collect()
}

#[test]
fn adapters_go_out_and_come_in() {
    let texts = golden().texts;
    for run in runs() {
        let files = block_on(export_peft(&run.trained())).unwrap();
        let zipped = archive::unpack(&archive::pack(&files).unwrap(), 1 << 24).unwrap();
        assert_eq!(zipped, files);
        // Without autodiff: with it, dropout is at work.
        let (encoder, _) = encoder(&run.base.name, &cpu());
        let adapter = import_peft(&files, &encoder, &cpu()).unwrap();
        assert_eq!(
            adapter.config.lora,
            LoraConfig {
                loraplus_lr_ratio: 1.0,
                ..run.config.lora.clone()
            }
        );
        assert_eq!(adapter.config.max_length, run.config.max_length);
        assert_eq!(adapter.scale.problem, run.pipeline.scale.problem);
        let opened = adapter.pipeline(&encoder, &cpu()).unwrap();
        assert_eq!(opened.labels, run.pipeline.labels);
        let worst = difference(&ask(&opened, &texts), &answers(&run.pipeline, &texts));
        assert!(worst < TOLERANCE, "{}: {worst:e}", run.base.name);

        let card = String::from_utf8(files["README.md"].clone()).unwrap();
        assert!(card.starts_with("---\nbase_model: \"tiny-"), "{card}");
        assert!(card.contains("\n## Results\n") && card.contains(&run.data.sha256));
    }
}

#[test]
fn merged_models_compute_the_same() {
    let texts = golden().texts;
    let mut runs = runs();
    runs.push(Run::new(
        "tiny-bert",
        Problem::SingleLabel,
        TrainConfig {
            method: Method::Full {
                unfreeze_every: None,
            },
            pooling: Pooling::Cls,
            learning_rate: 1e-3,
            ..settings()
        },
    ));
    runs.push(prompted());
    for run in runs {
        let zip = block_on(export_merged(&run.trained(), &Files::new())).unwrap();
        let files = archive::unpack(&zip, 1 << 24).unwrap();
        let config: serde_json::Value = serde_json::from_slice(&files["config.json"]).unwrap();
        let outputs = run.pipeline.labels.len().max(1);
        assert_eq!(config["num_labels"], outputs);
        assert_eq!(config["id2label"].as_object().unwrap().len(), outputs);
        assert!(files.contains_key("tokenizer_config.json"));

        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        let folder =
            FolderFiles::read::<PretrainedError>(&names, |name| Ok(files[name].clone())).unwrap();
        let encoder = PretrainedEncoder::load(&folder, &cpu()).unwrap();
        let head = match run.config.pooling {
            Pooling::Pooler => &files["model.safetensors"],
            _ => &files["head.safetensors"],
        };
        let length = run.config.max_length as usize;
        let merged = Pipeline {
            model: with_head(&run, &encoder, head),
            tokenizer: encoder.tokenizer.truncating(length).unwrap(),
            ..run.pipeline.clone()
        };
        let worst = difference(&ask(&merged, &texts), &answers(&run.pipeline, &texts));
        assert!(worst < 1e-4, "{}: {worst:e}", run.base.name);
    }
}

const PROMPTS: &str = "config_sentence_transformers.json";

/// A run on an encoder that wants a prompt before every text, as E5 does.
fn prompted() -> Run {
    let mut folder = read_folder("tiny-bert");
    let prompts = br#"{"__version__": {"transformers": "4.39.3"}, "similarity_fn_name": "cosine",
        "prompts": {"query": "good \"food\": ", "passage": "bad "}, "default_prompt_name": "query"}"#;
    folder.insert(PROMPTS.to_owned(), prompts.to_vec());
    Run::on("tiny-bert", &folder, Problem::SingleLabel, settings())
}

#[test]
fn prompts_go_along() {
    let run = prompted();
    let zip = block_on(export_merged(&run.trained(), &Files::new())).unwrap();
    let files = archive::unpack(&zip, 1 << 24).unwrap();
    let (merged, _) = encoder_of("merged", &files, &cpu());
    assert_eq!(merged.tokenizer.prompt(), "good \"food\": ");
    let said: serde_json::Value = serde_json::from_slice(&files[PROMPTS]).unwrap();
    let expected = serde_json::json!({
        "prompts": {"query": "good \"food\": ", "passage": "bad "}, "default_prompt_name": "query"
    });
    assert_eq!(said, expected);
    let adapter = block_on(export_peft(&run.trained())).unwrap();
    for card in [&files["README.md"], &adapter["README.md"]] {
        let card = String::from_utf8(card.clone()).unwrap();
        let line = r#"    texts = ["good \"food\": " + text for text in texts]"#;
        assert!(card.lines().any(|found| found == line), "{card}");
    }

    let plain = Run::new("tiny-bert", Problem::SingleLabel, settings());
    let zip = block_on(export_merged(&plain.trained(), &Files::new())).unwrap();
    let files = archive::unpack(&zip, 1 << 24).unwrap();
    assert!(!files.contains_key(PROMPTS));
    assert!(!String::from_utf8_lossy(&files["README.md"]).contains("texts = ["));
}

/// A model of a merged encoder and the head in a file.
fn with_head(run: &Run, encoder: &PretrainedEncoder, file: &[u8]) -> TextClassifier {
    let plain = TrainConfig {
        method: Method::HeadOnly,
        ..run.config.clone()
    };
    let outputs = run.pipeline.labels.len().max(1);
    let shape = &encoder.config;
    let mut model = TextClassifier::init(encoder.model.clone(), shape, outputs, &plain, &cpu());
    let file = SafeTensors::deserialize(file).unwrap();
    let values = |name: &str| -> Vec<f32> {
        let view = file.tensor(name).unwrap();
        let fours = view.data().chunks_exact(4);
        fours
            .map(|four| f32::from_le_bytes(four.try_into().unwrap()))
            .collect()
    };
    let (dense, classifier) = match run.base.name.as_str() {
        "tiny-distilbert" => ("pre_classifier", "classifier"),
        "tiny-roberta" => ("classifier.dense", "classifier.out_proj"),
        _ => ("bert.pooler.dense", "classifier"),
    };
    let fill = |linear: &mut burn::nn::Linear, name: &str| {
        let [d_input, d_output] = linear.weight.val().dims();
        let weight = values(&format!("{name}.weight"));
        let swapped = (0..d_input)
            .flat_map(|input| (0..d_output).map(move |output| output * d_input + input))
            .map(|at| weight[at]);
        let weight = burn::tensor::TensorData::new(swapped.collect(), [d_input, d_output]);
        let bias = burn::tensor::TensorData::new(values(&format!("{name}.bias")), [d_output]);
        linear.weight = burn::module::Param::from_data(weight, &cpu());
        linear.bias = Some(burn::module::Param::from_data(bias, &cpu()));
    };
    fill(&mut model.head.classifier, classifier);
    if let Some(head) = &mut model.head.dense {
        fill(&mut head.linear, dense);
    }
    model
}
