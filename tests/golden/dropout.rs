//! Dropout in the encoder: what it must and must not change.

use burn::tensor::Device;
use tabtune::model::Encoder;
use tabtune::model::encoder::BatchTensors;

use super::Subject;
use super::encoders::Folder;
use super::fixture::{Golden, assert_close, read, without_padding};

/// Its masks are drawn on the device, so that no reference has the same: it is held to what transformers' dropout does.
pub async fn check_encoder_dropout(subject: &Subject) {
    let golden = Golden::open(include_bytes!("../fixtures/golden/tiny-bert.safetensors"));
    let batch = golden.batch("batch.0.", 0);
    let (_, encoder) = Folder::tiny_bert().load(&subject.device);
    let (_, learning) = Folder::tiny_bert().load(&subject.device.clone().autodiff());
    let [encoder, learning] = [encoder, learning].map(|it| it.in_float16(subject.fp16));
    let states = async |encoder: Encoder, device: &Device| {
        subject.device.seed(1);
        let hidden = encoder.forward(&BatchTensors::new(&batch, device));
        without_padding(&read(hidden).await, &batch)
    };
    let expected = states(encoder.clone(), &subject.device).await;

    let used = states(encoder.with_dropout(0.5), &subject.device).await;
    assert_eq!(used, expected, "a model in use drops nothing");

    // It takes another way through attention, which drops nothing as good as always.
    let training = subject.device.clone().autodiff();
    let rare = states(learning.clone().with_dropout(1e-9), &training).await;
    assert_close("rare", &rare, &expected, subject.tolerance.hidden);

    let dropped = states(learning.clone().with_dropout(0.5), &training).await;
    assert!(dropped.iter().all(|value| value.is_finite()));
    let moved = dropped.iter().zip(&expected).filter(|(a, b)| a != b);
    assert!(moved.count() > expected.len() / 2, "training drops");
    let again = states(learning.with_dropout(0.5), &training).await;
    assert_eq!(again, dropped, "the device's seed decides what");
}
