//! Tabtune models open again and predict the very same.

use pollster::block_on;
use tabtune::adapter::{AdapterError, Files, TabtuneModel, archive, save_tabtune_model};
use tabtune::data::Problem;
use tabtune::train::config::{Method, Pooling, TrainConfig};

use super::support::{Run, ask, cpu, encoder, golden, settings};

fn runs() -> Vec<Run> {
    let config = |method, pooling| TrainConfig {
        method,
        pooling,
        ..settings()
    };
    let last = Method::LastLayers {
        layers: 1,
        unfreeze_every: None,
    };
    let full = Method::Full {
        unfreeze_every: None,
    };
    let multi = Problem::MultiLabel { separator: '|' };
    vec![
        Run::new(
            "tiny-bert",
            Problem::SingleLabel,
            config(Method::Lora, Pooling::Mean),
        ),
        Run::new(
            "tiny-bert",
            Problem::Regression,
            config(Method::Lora, Pooling::Pooler),
        ),
        Run::new(
            "tiny-distilbert",
            multi,
            config(Method::HeadOnly, Pooling::Pooler),
        ),
        Run::new(
            "tiny-roberta",
            Problem::SingleLabel,
            config(last, Pooling::Cls),
        ),
        Run::new(
            "tiny-xlm-roberta",
            Problem::Regression,
            config(full, Pooling::Max),
        ),
    ]
}

#[test]
fn a_tabtune_model_predicts_the_same_to_the_bit() {
    let texts = golden().texts;
    for run in runs() {
        let bytes = block_on(save_tabtune_model(&run.trained())).unwrap();
        let model = TabtuneModel::read(&bytes).unwrap();
        assert_eq!(model.manifest.config, run.config);
        assert_eq!(model.manifest.labels, *run.pipeline.labels);
        assert_eq!(model.manifest.data, run.data);
        assert_eq!(model.manifest.encoder, run.base);
        assert_eq!(model.manifest.report.is_some(), run.report.is_some());
        // A fresh encoder, as in another session.
        let (encoder, base) = encoder(&run.base.name, &cpu());
        let opened = model.open(&encoder, &base, &cpu()).unwrap();
        assert_eq!(opened.scale(), run.pipeline.scale);
        let opened = opened.pipeline(&encoder, &cpu()).unwrap();
        assert_eq!(
            ask(&opened, &texts),
            ask(&run.pipeline, &texts),
            "{}",
            run.base.name
        );
    }
}

fn model() -> (Run, Files) {
    let run = Run::new("tiny-bert", Problem::Regression, settings());
    let bytes = block_on(save_tabtune_model(&run.trained())).unwrap();
    let files = archive::unpack(&bytes, 1 << 24).unwrap();
    (run, files)
}

fn open(run: &Run, files: &Files) -> Result<(), AdapterError> {
    let model = TabtuneModel::read(&archive::pack(files).unwrap())?;
    model.open(&run.encoder, &run.base, &cpu()).map(drop)
}

fn edited(files: &Files, edit: impl Fn(&mut serde_json::Value)) -> Files {
    let mut manifest = serde_json::from_slice(&files["manifest.json"]).unwrap();
    edit(&mut manifest);
    let mut files = files.clone();
    files.insert(
        "manifest.json".to_owned(),
        serde_json::to_vec(&manifest).unwrap(),
    );
    files
}

/// What the run computed its layers in goes for its steps alone.
#[test]
fn a_model_of_a_run_in_8_or_16_bits_predicts_the_same_to_the_bit() {
    let texts = golden().texts;
    let predicted = |setting: &str| {
        let (run, files) = model();
        let files = edited(&files, |manifest| manifest["config"][setting] = true.into());
        let model = TabtuneModel::read(&archive::pack(&files).unwrap()).unwrap();
        let (encoder, base) = encoder(&run.base.name, &cpu());
        let opened = model.open(&encoder, &base, &cpu()).unwrap();
        let opened = opened.pipeline(&encoder, &cpu()).unwrap();
        (ask(&opened, &texts), ask(&run.pipeline, &texts))
    };
    for setting in ["load_in_8bit", "fp16"] {
        let (opened, run) = predicted(setting);
        assert_eq!(opened, run, "{setting}");
    }
}

#[test]
fn another_version_or_encoder_is_refused() {
    let (mut run, files) = model();
    open(&run, &files).unwrap();
    let newer = edited(&files, |manifest| {
        manifest["version"] = 2.into();
        manifest["config"] = "another form".into();
    });
    assert_eq!(
        open(&run, &newer).unwrap_err().to_string(),
        "manifest.json is of version 2; this Tabtune reads version 1"
    );
    let sum = run.base.files.get_mut("model.safetensors").unwrap();
    let own = std::mem::replace(sum, "0".repeat(64));
    run.base.name = "mine".to_owned();
    assert_eq!(
        open(&run, &files).unwrap_err().to_string(),
        format!(
            "the model belongs to the encoder tiny-bert, whose model.safetensors has the SHA-256 {}…; \
             mine is another encoder: its file has 000000000000…",
            &own[..12]
        )
    );
}

#[test]
fn a_damaged_model_is_refused() {
    let (run, files) = model();
    for name in files.keys() {
        let mut files = files.clone();
        files.remove(name);
        let error = open(&run, &files).unwrap_err();
        assert!(matches!(error, AdapterError::MissingFile { .. }), "{error}");
        assert_eq!(error.to_string(), format!("{name} is missing"));
    }
    type Edit = fn(&mut serde_json::Value);
    let edits: [(Edit, &str); 6] = [
        (
            |manifest| manifest["config"]["lora"]["rank"] = 9999.into(),
            "LoRA rank",
        ),
        (
            |manifest| manifest["config"]["max_length"] = 65.into(),
            "65 tokens",
        ),
        (
            |manifest| manifest["config"]["lora"]["rank"] = 7.into(),
            "does not fit",
        ),
        (
            |manifest| manifest["standardisation"][1] = "0".into(),
            "\"0\"",
        ),
        (
            |manifest| manifest["standardisation"][0] = "inf".into(),
            "\"inf\"",
        ),
        (
            |manifest| manifest["problem"] = "SingleLabel".into(),
            "0 labels for 0 outputs",
        ),
    ];
    for (edit, message) in edits {
        let error = open(&run, &edited(&files, edit)).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}
