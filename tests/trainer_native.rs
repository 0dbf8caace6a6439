//! Whole runs on flex, natively: how they end, what is frozen meanwhile, and what is refused.

mod golden;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

use burn::module::{Module, Param};
use burn::tensor::{Device, Gradients, Tensor};
use golden::{Of, read_parameters, runs};
use pollster::block_on;
use tabtune::data::{Part, Target};
use tabtune::eval::score::Metric;
use tabtune::eval::{FeatureCache, HiddenStateCache, SpillFile, SpillStore};
use tabtune::model::encoder::BatchTensors;
use tabtune::model::parameters::ParameterVisitor;
use tabtune::model::{TextClassifier, has_int8};
use tabtune::text::{EncodedExample, TokenBatch};
use tabtune::train::config::{
    ClassWeights, EarlyStoppingConfig, FgmConfig, Method, Sampling, TargetModule, TrainConfig,
};
use tabtune::train::record::RunEnd;
use tabtune::train::{Progress, SetupError, Trainer};

fn weights(trainer: &Trainer) -> BTreeMap<String, Vec<f32>> {
    let model = trainer.session().trained_model();
    block_on(read_parameters(model, Of::Value))
}

/// A run that has done all its steps was not stopped early, even if patience ends with them.
#[test]
fn patience_that_ends_with_the_last_epoch_stops_nothing() {
    let config = TrainConfig {
        epochs: 3,
        // Hardly anything moves: no validation is better than the first.
        learning_rate: 1e-9,
        metric_for_best_model: Metric::Accuracy,
        early_stopping: Some(EarlyStoppingConfig { patience: 2 }),
        ..runs::config()
    };
    let mut trainer = runs::trainer(&runs::dataset(), config);
    let outcome = block_on(runs::run(&mut trainer, |_, _| {}));
    assert_eq!(outcome.validations.len(), 3);
    assert_eq!(outcome.finished.unwrap().end, RunEnd::Completed);
}

/// The best weights are put back, tested, and those of the validation with the least loss; the run ends once patience does.
#[test]
fn early_stopping_leaves_the_best_weights() {
    let config = TrainConfig {
        epochs: 40,
        learning_rate: 0.05,
        early_stopping: Some(EarlyStoppingConfig { patience: 2 }),
        load_best_model_at_end: true,
        ..runs::config()
    };
    let dataset = runs::dataset();
    let mut trainer = runs::trainer(&dataset, config);
    let mut validated = BTreeMap::new();
    let outcome = block_on(runs::run(&mut trainer, |trainer, progress| {
        if let Progress::Validated(record) = progress {
            validated.insert(record.step, weights(trainer));
        }
    }));
    let finished = outcome.finished.unwrap();
    assert_eq!(finished.end, RunEnd::EarlyStopped);

    let losses: Vec<f64> = outcome.validations.iter().map(|it| it.loss).collect();
    let best = (0..losses.len())
        .min_by(|&a, &b| losses[a].total_cmp(&losses[b]))
        .unwrap();
    assert_eq!(losses.len(), best + 3, "two in a row without a new best");
    let step = outcome.validations[best].step;
    assert_eq!(finished.best_step, Some(step));
    assert_eq!(weights(&trainer), validated[&step]);
    assert_ne!(
        weights(&trainer),
        validated[validated.keys().max().unwrap()]
    );

    let test = finished.test.unwrap();
    let pipeline = trainer.pipeline();
    for (&index, outputs) in dataset.split.test.iter().zip(&test.outcome.outputs) {
        let answer = block_on(pipeline.ask(&dataset.examples[index as usize].text)).unwrap();
        for (found, expected) in answer.outputs.iter().zip(outputs) {
            assert!((found - expected).abs() < 1e-5, "{found} {expected}");
        }
    }
}

#[test]
fn a_loss_that_is_no_number_ends_the_run_with_the_last_good_weights() {
    let mut trainer = runs::trainer(&runs::numbers(), runs::exploding());
    let mut before = vec![weights(&trainer)];
    let outcome = block_on(runs::run(&mut trainer, |trainer, progress| {
        if matches!(progress, Progress::Steps(_)) {
            before.push(weights(trainer));
        }
    }));
    let finished = outcome.finished.unwrap();
    let steps = outcome.steps.len();
    let RunEnd::NotFinite { step, loss } = finished.end else {
        panic!("{:?}", finished.end);
    };
    assert_eq!(step as usize, steps + 1);
    assert!(!loss.is_finite() || outcome.steps[steps - 1].grad_norm > 1e10);
    assert!(outcome.steps.iter().all(|record| record.loss.is_finite()));
    // The last weights are those that the loss failed with; the ones before gave the last finite one.
    assert_eq!(weights(&trainer), before[steps - 1]);
    assert!(
        weights(&trainer)
            .values()
            .flatten()
            .all(|it| it.is_finite())
    );
    assert!(finished.test.unwrap().outcome.is_finite());
}

#[test]
fn a_validation_that_gives_no_numbers_ends_the_run_too() {
    let mut dataset = runs::numbers();
    let held_out = dataset.split.validation[0] as usize;
    dataset.examples[held_out].target = Target::Value(1e300);
    let mut trainer = runs::trainer(&dataset, runs::config());
    let outcome = block_on(runs::run(&mut trainer, |_, _| ()));
    let finished = outcome.finished.unwrap();
    let end = RunEnd::NotFinite {
        step: 3,
        loss: f64::INFINITY,
    };
    assert_eq!((outcome.steps.len(), finished.end), (3, end));
    assert!(finished.test.unwrap().outcome.is_finite());
}

/// Stops a run as soon as `at` holds.
fn stopped(at: impl Fn(&Progress) -> bool) -> runs::Outcome {
    let mut trainer = runs::trainer(&runs::dataset(), runs::config());
    let outcome = block_on(runs::run(&mut trainer, |trainer, progress| {
        if at(progress) {
            trainer.stop();
        }
    }));
    // What is over stays over.
    trainer.stop();
    let again = block_on(trainer.advance()).unwrap();
    assert!(matches!(again, Progress::Finished(finished) if finished.test.is_none()));
    outcome
}

#[test]
fn a_run_can_be_stopped_at_any_time() {
    let training =
        stopped(|progress| matches!(progress, Progress::Steps(steps) if steps[0].step == 2));
    assert_eq!((training.steps.len(), training.validations.len()), (2, 0));
    let finished = training.finished.unwrap();
    assert_eq!(finished.end, RunEnd::Stopped);
    assert!(finished.test.is_some());

    let is = |progress: &Progress, wanted| matches!(progress, Progress::Evaluating { part, .. } if *part == wanted);
    let validating = stopped(|progress| is(progress, Part::Validation));
    assert_eq!(
        (validating.steps.len(), validating.validations.len()),
        (3, 0)
    );
    let finished = validating.finished.unwrap();
    assert_eq!(finished.end, RunEnd::Stopped);
    assert!(finished.test.is_some());

    let testing = stopped(|progress| is(progress, Part::Test));
    assert_eq!((testing.steps.len(), testing.validations.len()), (9, 3));
    let finished = testing.finished.unwrap();
    assert_eq!(finished.end, RunEnd::Completed);
    assert!(finished.test.is_none());
}

#[test]
fn what_does_not_fit_is_refused() {
    let refusal = |dataset: &_, config| runs::try_trainer(dataset, config).err();
    let long = TrainConfig {
        max_length: 65,
        ..runs::config()
    };
    let dataset = runs::dataset();
    assert!(matches!(
        refusal(&dataset, long),
        Some(SetupError::TooLong {
            found: 65,
            most: 64
        })
    ));
    let deep = TrainConfig {
        method: Method::LastLayers {
            layers: 3,
            unfreeze_every: None,
        },
        ..runs::config()
    };
    assert!(matches!(
        refusal(&dataset, deep),
        Some(SetupError::TooManyLayers {
            found: 3,
            layers: 2
        })
    ));
    let oversampled = TrainConfig {
        sampling: Sampling::Oversample,
        ..runs::config()
    };
    let smoothed = TrainConfig {
        label_smoothing_factor: 0.1,
        ..runs::config()
    };
    for (config, name) in [
        (oversampled, "Sampling by class"),
        (smoothed, "Label smoothing"),
    ] {
        assert!(refusal(&dataset, config.clone()).is_none());
        for other in [runs::numbers(), runs::several_labels()] {
            let refused = refusal(&other, config.clone());
            assert!(
                matches!(refused, Some(SetupError::NeedsClasses { setting }) if setting.0 == name)
            );
        }
    }
    let adversarial = TrainConfig {
        method: Method::HeadOnly,
        adversarial: Some(FgmConfig { epsilon: 1.0 }),
        ..runs::config()
    };
    let weighted = TrainConfig {
        class_weights: ClassWeights::Balanced,
        ..runs::config()
    };
    for (data, config) in [(dataset.clone(), adversarial), (runs::numbers(), weighted)] {
        assert!(matches!(
            refusal(&data, config),
            Some(SetupError::Conflict { .. })
        ));
    }
    let mut empty = runs::dataset();
    empty.split.train.clear();
    assert!(matches!(
        refusal(&empty, runs::config()),
        Some(SetupError::NoExamples)
    ));
    let wrong = TrainConfig {
        epochs: 0,
        ..runs::config()
    };
    assert!(matches!(
        refusal(&dataset, wrong),
        Some(SetupError::Config(_))
    ));
}

/// A metric that chooses the best weights is measured by the validation, or is refused.
#[test]
fn a_metric_is_of_the_problem_or_refused() {
    for dataset in [runs::dataset(), runs::numbers(), runs::several_labels()] {
        for metric in [
            Metric::Loss,
            Metric::Accuracy,
            Metric::MacroF1,
            Metric::MicroF1,
            Metric::MatthewsCorrelation,
            Metric::R2,
            Metric::Pearson,
            Metric::Spearman,
        ] {
            let config = TrainConfig {
                metric_for_best_model: metric,
                load_best_model_at_end: true,
                epochs: 1,
                ..runs::config()
            };
            match runs::try_trainer(&dataset, config) {
                Ok(mut trainer) => {
                    let outcome = block_on(runs::run(&mut trainer, |_, _| ()));
                    assert!(outcome.validations[0].score(metric).is_some(), "{metric:?}");
                }
                Err(error) => {
                    assert!(matches!(error, SetupError::Conflict { .. }), "{metric:?}");
                    assert!(!metric.fits(dataset.problem));
                }
            }
        }
    }
}

/// The paths of the parameters that the raw backward pass has gradients for, whoever asks for them.
struct Seen<'a> {
    gradients: &'a Gradients,
    found: Vec<String>,
}

impl ParameterVisitor for Seen<'_> {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        if param.val().grad(self.gradients).is_some() {
            self.found.push(path.join("."));
        }
    }
}

/// A gradient is computed for what a method trains in an epoch, and for nothing else.
#[test]
fn nothing_frozen_gets_a_gradient() {
    let last = |layers| Method::LastLayers {
        layers,
        unfreeze_every: None,
    };
    let full = |unfreeze_every| Method::Full { unfreeze_every };
    // Method, epoch, and what paths begin with.
    let cases: [(Method, u32, &[&str]); 8] = [
        (Method::HeadOnly, 0, &[]),
        (last(1), 0, &["encoder.layers.1."]),
        (last(2), 0, &["encoder.layers."]),
        (full(None), 0, &["encoder.layers.", "encoder.embeddings."]),
        (full(Some(2)), 1, &["encoder.layers.1."]),
        (full(Some(2)), 2, &["encoder.layers."]),
        (
            full(Some(2)),
            4,
            &["encoder.layers.", "encoder.embeddings."],
        ),
        (Method::Lora, 0, &[".lora."]),
    ];
    let device = tabtune::device::cpu().autodiff();
    let batch = TokenBatch::pad(&[vec![2, 10, 20, 3], vec![2, 3]], 0);
    let batch = BatchTensors::new(&batch, &device);
    for (method, epoch, trained) in cases {
        let mut config = TrainConfig {
            method,
            ..runs::config()
        };
        config.lora.target_modules = TargetModule::ALL.to_vec();
        let trainer = runs::trainer(&runs::dataset(), config);
        let model = trainer.session().trained_model().clone();
        let model = model.trained_in(method, epoch);
        let gradients = model.forward(&batch).square().mean().backward();
        let mut seen = Seen {
            gradients: &gradients,
            found: Vec::new(),
        };
        model.visit_parameters(&mut seen);

        let all = block_on(read_parameters(&model, Of::Value));
        let expected = |path: &&String| {
            let in_trained = trained
                .iter()
                .any(|part| path.starts_with(part) || (*part == ".lora." && path.contains(part)));
            path.starts_with("head.") || in_trained
        };
        let mut expected: Vec<String> = all.keys().filter(expected).cloned().collect();
        expected.sort_unstable();
        seen.found.sort_unstable();
        assert_eq!(seen.found, expected, "{method:?} in epoch {epoch}");
    }
}

/// Frozen products are in integers while a run trains, and nowhere else: it learns as in floating point, to within a few
/// hundredths, and what it leaves is in floating point.
#[test]
fn a_run_in_8_bits_learns_as_in_floating_point() {
    let config = |load_in_8bit| TrainConfig {
        load_in_8bit,
        ..runs::config()
    };
    let run = |config| {
        let mut trainer = runs::trainer(&runs::dataset(), config);
        let outcome = block_on(runs::run(&mut trainer, |_, _| ()));
        (trainer, outcome)
    };
    if !has_int8(&tabtune::device::cpu()) {
        return;
    }
    let ((trainer, found), (_, expected)) = (run(config(true)), run(config(false)));
    assert_ne!(found.steps[0].loss, expected.steps[0].loss);
    for (found, expected) in found.steps.iter().zip(&expected.steps) {
        let off = (found.loss - expected.loss).abs();
        assert!(off < 0.05, "off by {off} at step {}", found.step);
    }

    let texts = texts();
    let texts: Vec<&EncodedExample> = texts.iter().collect();
    let session = trainer.session();
    let in_8_bits = logits(&session.trained_model().valid(), &texts, trainer.device());
    let left = logits(&session.model(), &texts, trainer.device());
    assert_ne!(in_8_bits, left, "what is left is in floating point");
    for (found, expected) in in_8_bits.into_iter().zip(left) {
        assert!((found - expected).abs() < 0.1, "{found} is not {expected}");
    }
}

fn texts() -> Vec<EncodedExample> {
    let text = |length: u32| EncodedExample {
        ids: [2]
            .into_iter()
            .chain((0..length).map(|place| 10 + 7 * place % 40))
            .chain([3])
            .collect(),
        target: Target::Class(0),
    };
    [4, 0, 9, 2, 9, 1, 7].map(text).to_vec()
}

fn logits(model: &TextClassifier, texts: &[&EncodedExample], device: &Device) -> Vec<f32> {
    let ids: Vec<&[u32]> = texts.iter().map(|text| text.ids.as_slice()).collect();
    let batch = BatchTensors::new(&TokenBatch::pad(&ids, 0), device);
    model.forward(&batch).into_data().iter::<f32>().collect()
}

/// On the CPU the layers never see padding: what is said of a text does not depend on those beside it, to the last bit where
/// the head takes no more than 512 numbers, which burn's product sums up in one piece.
#[test]
fn a_text_alone_has_the_logits_that_it_has_in_a_batch() {
    let trainer = runs::trainer(&runs::dataset(), runs::config());
    let (model, device) = (trainer.session().model(), trainer.device());
    let texts = texts();
    let alone = texts
        .iter()
        .flat_map(|text| logits(&model, &[text], device));
    let together = logits(&model, &texts.iter().collect::<Vec<_>>(), device);
    assert_eq!(alone.collect::<Vec<_>>(), together);
}

/// Hidden states that are kept, and those for which there is no room, lead to the logits of the whole model.
#[test]
fn kept_hidden_states_lead_to_the_same_logits() {
    let trainer = runs::trainer(&runs::dataset(), runs::config());
    let (model, device) = (trainer.session().model(), trainer.device());
    let texts = texts();
    let chosen = [2, 5, 0, 6];
    let expected = logits(
        &model,
        &chosen.map(|index: u32| &texts[index as usize]),
        device,
    );
    // Room for all, for the longest texts alone, and for none.
    let width = model.encoder.hidden_size();
    for bytes in [usize::MAX, 32 * width * 2, 0] {
        let cache = HiddenStateCache::new(&texts, 3, 1, width, bytes);
        let mut cache = FeatureCache::HiddenStates(cache);
        let mut seen = Vec::new();
        for _ in 0..2 {
            let features = block_on(cache.features(&chosen, &texts, 0, &model, device)).unwrap();
            let found = model.forward_features(features).into_data();
            let found: Vec<f32> = found.iter::<f32>().collect();
            for (found, expected) in found.iter().zip(&expected) {
                // What 16 bits round, where there is no room for 32.
                let most = if bytes == usize::MAX { 0.0 } else { 5e-3 };
                assert!(
                    (found - expected).abs() <= most,
                    "{found} is not {expected}"
                );
            }
            seen.push(found);
        }
        assert_eq!(seen[0], seen[1], "kept or not, they are the same");
    }
}

/// A store in memory that fails after so many writes or reads.
struct Failing {
    bytes: Vec<u8>,
    writes: usize,
    reads: usize,
}

impl Failing {
    fn after(writes: usize, reads: usize) -> Self {
        Self {
            bytes: vec![0; 1 << 20],
            writes,
            reads,
        }
    }
}

impl SpillStore for Failing {
    fn capacity(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.writes = self
            .writes
            .checked_sub(1)
            .ok_or(io::ErrorKind::StorageFull)?;
        self.bytes[at as usize..][..bytes.len()].copy_from_slice(bytes);
        Ok(())
    }

    fn read(&mut self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.reads = self.reads.checked_sub(1).ok_or(io::ErrorKind::Other)?;
        bytes.copy_from_slice(&self.bytes[at as usize..][..bytes.len()]);
        Ok(())
    }
}

/// A store that counts what is read of it.
struct Counting {
    file: SpillFile,
    reads: Rc<Cell<usize>>,
}

impl SpillStore for Counting {
    fn capacity(&self) -> u64 {
        self.file.capacity()
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write(at, bytes)
    }

    fn read(&mut self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.reads.set(self.reads.get() + 1);
        self.file.read(at, bytes)
    }
}

/// Hidden states that spill, that a store has no room for, or that it loses, train to the bit what those do that are
/// computed each time.
#[test]
fn spilled_hidden_states_train_the_same() {
    let last = |unfreeze_every: Option<u32>| Method::LastLayers {
        layers: if unfreeze_every.is_some() { 2 } else { 1 },
        unfreeze_every,
    };
    for method in [last(None), last(Some(2))] {
        let run = |room: [usize; 2], spill: &mut dyn FnMut(&mut Trainer)| {
            let config = TrainConfig {
                method,
                epochs: 4,
                ..runs::config()
            };
            let mut trainer = runs::trainer(&runs::dataset(), config);
            trainer.set_feature_room(room);
            spill(&mut trainer);
            let outcome = block_on(runs::run(&mut trainer, |_, _| ()));
            let told = (outcome.steps, outcome.validations, outcome.finished);
            (told, weights(&trainer))
        };
        for room in [[0, 0], [2500, 0]] {
            let expected = run(room, &mut |trainer| {
                let [train, validation] = trainer.overflow();
                assert!(train > 0 && validation > 0, "{train} {validation}");
            });
            let found = [
                run(room, &mut |trainer| {
                    trainer.spill_to(Failing::after(999, 999))
                }),
                run(room, &mut |trainer| trainer.spill_to(Failing::after(0, 0))),
                run(room, &mut |trainer| {
                    trainer.spill_to(Failing::after(1, 999))
                }),
                run(room, &mut |trainer| {
                    trainer.spill_to(Failing::after(999, 5))
                }),
            ];
            for (index, found) in found.iter().enumerate() {
                assert!(*found == expected, "{method:?} {room:?} {index}");
            }
            // Room for all, for all but the shortest texts, and for none.
            for thousandths in [1000, 900, 1] {
                let reads = Rc::new(Cell::new(0));
                let found = run(room, &mut |trainer| {
                    let all: u64 = trainer.overflow().iter().sum();
                    let file = SpillFile::create(all * thousandths / 1000).unwrap();
                    let reads = reads.clone();
                    trainer.spill_to(Counting { file, reads });
                });
                assert!(found == expected, "{method:?} {room:?} {thousandths}");
                assert_eq!(reads.get() > 0, thousandths > 1, "{thousandths}");
            }
        }
    }
}

/// Texts leave no trace: the store goes before the test, while the trainer lives on.
#[test]
fn a_store_is_gone_once_training_is_over() {
    let config = TrainConfig {
        method: Method::LastLayers {
            layers: 1,
            unfreeze_every: None,
        },
        ..runs::config()
    };
    let mut trainer = runs::trainer(&runs::dataset(), config);
    trainer.set_feature_room([0, 0]);
    let reads = Rc::new(Cell::new(0));
    trainer.spill_to(Counting {
        file: SpillFile::create(1 << 20).unwrap(),
        reads: reads.clone(),
    });
    block_on(runs::run(&mut trainer, |_, progress| {
        let over = matches!(
            progress,
            Progress::Evaluating {
                part: Part::Test,
                ..
            } | Progress::Finished(_)
        );
        assert_eq!(Rc::strong_count(&reads), if over { 1 } else { 2 });
    }));
    assert!(reads.get() > 0);
}

/// After a run the encoder as it was before it classifies the test examples; where the head alone was trained, the run's own
/// vectors say the same.
#[test]
fn the_untrained_encoder_is_compared_with() {
    let device = tabtune::device::cpu().autodiff();
    let encoder = runs::encoder(&device);
    let baseline = |method, dataset: &_| {
        let config = TrainConfig {
            method,
            ..runs::config()
        };
        let mut trainer = runs::trainer(dataset, config);
        block_on(runs::run(&mut trainer, |_, _| ()));
        let mut untrained = trainer.untrained(&encoder)?;
        let known = untrained.done();
        let plain = trainer.device();
        while block_on(untrained.step(plain)).unwrap() {}
        assert_eq!(untrained.done(), untrained.total());
        let baseline = untrained.finish(trainer.labels()).unwrap();
        let majority = trainer.majority().unwrap().unwrap();
        assert_eq!(baseline.majority_share, majority.accuracy);
        Some((known, baseline))
    };
    let dataset = runs::dataset();
    let full = Method::Full {
        unfreeze_every: None,
    };
    let (known, of_head) = baseline(Method::HeadOnly, &dataset).unwrap();
    assert_eq!(known, 15, "ten texts to learn from and five to test");
    for method in [Method::Lora, full] {
        let (known, other) = baseline(method, &dataset).unwrap();
        assert_eq!(known, 0);
        assert_eq!(other, of_head, "{method:?}");
    }
    assert!(baseline(Method::Lora, &runs::numbers()).is_none());
    assert!(baseline(Method::Lora, &runs::several_labels()).is_none());
}
