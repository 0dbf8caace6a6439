//! Whatever bytes are given, what comes back is a model or a message.

use pollster::block_on;
use proptest::prelude::*;
use tabtune::adapter::{BaseModel, Files, TabtuneModel, archive, import_peft, save_tabtune_model};
use tabtune::data::Problem;
use tabtune::model::PretrainedEncoder;

use super::support::{Run, cpu, encoder, read_folder, settings};

const MOST: u64 = 1 << 20;

struct Whole {
    encoder: PretrainedEncoder,
    base: BaseModel,
    adapter: Files,
    model: Vec<u8>,
}

impl Whole {
    fn new() -> Self {
        let run = Run::new("tiny-bert", Problem::SingleLabel, settings());
        let model = block_on(save_tabtune_model(&run.trained())).unwrap();
        let (encoder, base) = encoder("tiny-bert", &cpu());
        Self {
            encoder,
            base,
            adapter: read_folder("peft/mean"),
            model,
        }
    }
}

thread_local! {
    static WHOLE: &'static Whole = Box::leak(Box::new(Whole::new()));
}

/// What is damaged here, made once a test.
fn whole() -> &'static Whole {
    WHOLE.with(|whole| *whole)
}

fn use_zip(bytes: &[u8]) {
    let whole = whole();
    if let Ok(files) = archive::unpack(bytes, MOST) {
        use_adapter(&files);
    }
    match TabtuneModel::read(bytes) {
        Ok(model) => {
            if let Err(error) = model.open(&whole.encoder, &whole.base, &cpu()) {
                assert!(!error.to_string().is_empty() && !error.hint().is_empty());
            }
        }
        Err(error) => assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
    }
}

fn use_adapter(files: &Files) {
    if let Err(error) = import_peft(files, &whole().encoder, &cpu()) {
        assert!(!error.to_string().is_empty() && !error.hint().is_empty());
    }
}

#[test]
fn a_zip_that_ends_early_is_refused() {
    let bytes = &whole().model;
    for end in (0..bytes.len()).step_by(97) {
        assert!(TabtuneModel::read(&bytes[..end]).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        use_zip(&bytes);
        for name in whole().adapter.keys() {
            let mut files = whole().adapter.clone();
            files.insert(name.clone(), bytes.clone());
            use_adapter(&files);
        }
    }

    #[test]
    fn changed_bytes_are_answered(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = whole().model.clone();
        let place = at.index(bytes.len());
        bytes[place] = byte;
        use_zip(&bytes);
        use_zip(&bytes[..cut.index(bytes.len())]);
        for (name, bytes) in &whole().adapter {
            let mut files = whole().adapter.clone();
            let mut bytes = bytes.clone();
            let place = at.index(bytes.len());
            bytes[place] = byte;
            files.insert(name.clone(), bytes);
            use_adapter(&files);
        }
    }
}
