//! Saved models find their encoders, and open whatever form they have.

use burn::module::Module;
use pollster::block_on;
use tabtune::adapter::{
    AdapterError, BaseModel, EncoderPlace, Files, SavedModel, archive, export_peft,
    save_tabtune_model,
};
use tabtune::data::Problem;

use super::support::{Run, ask, cpu, difference, encoder, golden, settings};

fn run() -> Run {
    Run::new("tiny-bert", Problem::SingleLabel, settings())
}

/// An encoder of a name with the content of another.
fn named(name: &str, base: &BaseModel) -> BaseModel {
    BaseModel {
        name: name.to_owned(),
        ..base.clone()
    }
}

#[test]
fn both_forms_open_on_a_device_that_trains() {
    let (run, texts) = (run(), golden().texts);
    let trained = run.trained();
    let model = block_on(save_tabtune_model(&trained)).unwrap();
    let adapter = archive::pack(&block_on(export_peft(&trained)).unwrap()).unwrap();
    let device = cpu().autodiff();
    let (encoder, base) = encoder("tiny-bert", &device);
    for (bytes, is_tabtune) in [(model, true), (adapter, false)] {
        let saved = SavedModel::from_zip(&bytes).unwrap();
        let opened = saved.open(&encoder, &base, &device).unwrap();
        let mut pipeline = opened.pipeline;
        pipeline.model = pipeline.model.valid();
        pipeline.device = cpu();
        assert_eq!(*pipeline.labels, *run.pipeline.labels);
        assert_eq!(opened.other_encoder, None);
        assert_eq!(opened.manifest.is_some(), is_tabtune);
        let worst = difference(&ask(&pipeline, &texts), &ask(&run.pipeline, &texts));
        assert_eq!(worst, 0.0);
    }
}

#[test]
fn a_tabtune_model_knows_its_encoder_by_content() {
    let run = run();
    let bytes = block_on(save_tabtune_model(&run.trained())).unwrap();
    let find = |in_use: Option<&BaseModel>, on_offer: &[BaseModel]| {
        SavedModel::from_zip(&bytes)
            .unwrap()
            .find_encoder(in_use, on_offer)
    };
    let (_, stranger) = encoder("tiny-distilbert", &cpu());
    let namesake = named("owner/Tiny-BERT", &stranger);
    let renamed = named("mine", &run.base);
    assert_eq!(find(Some(&renamed), &[]).unwrap(), EncoderPlace::InUse);
    let offer = [namesake.clone(), run.base.clone()];
    assert_eq!(
        find(Some(&stranger), &offer).unwrap(),
        EncoderPlace::OnOffer(1)
    );
    assert_eq!(
        find(None, &[stranger]).unwrap_err().to_string(),
        "the model was made with the encoder tiny-bert, which is not loaded"
    );
    let error = find(Some(&namesake), &[]).unwrap_err();
    let AdapterError::OtherEncoder(difference) = error else {
        panic!("{error}");
    };
    assert_eq!(difference.other, "owner/Tiny-BERT");
}

#[test]
fn an_adapter_knows_its_encoder_by_name() {
    let run = run();
    let files = block_on(export_peft(&run.trained())).unwrap();
    let saved = || SavedModel::from_files(files.clone()).unwrap();
    let (_, stranger) = encoder("tiny-roberta", &cpu());
    let offer = [stranger.clone(), named("owner/tiny-bert", &run.base)];
    assert_eq!(
        saved().find_encoder(Some(&stranger), &offer).unwrap(),
        EncoderPlace::OnOffer(1)
    );
    assert_eq!(
        saved().find_encoder(Some(&stranger), &[]).unwrap(),
        EncoderPlace::InUse
    );
    assert!(matches!(
        saved().find_encoder(None, &[stranger]),
        Err(AdapterError::EncoderNeeded { .. })
    ));
    let base = named("mine", &run.base);
    let opened = saved().open(&run.encoder, &base, &cpu().autodiff());
    assert_eq!(opened.unwrap().other_encoder.as_deref(), Some("tiny-bert"));
}

#[test]
fn other_folders_are_no_models() {
    let files = Files::from([("config.json".to_owned(), b"{}".to_vec())]);
    assert!(matches!(
        SavedModel::from_files(files),
        Err(AdapterError::NoModel)
    ));
    let files = Files::from([("adapter_config.json".to_owned(), b"[".to_vec())]);
    assert!(matches!(
        SavedModel::from_files(files),
        Err(AdapterError::Json { .. })
    ));
}
