//! What a run is compared with once it is over.

use std::sync::Arc;

use burn::module::Module;

use super::config::{Method, TrainConfig};
use super::trainer::Trainer;
use crate::data::Problem;
use crate::eval::baseline::Baseline;
use crate::eval::metrics::MetricsError;
use crate::eval::{Embedded, EmbeddingCache, FeatureCache, Untrained};
use crate::model::{PretrainedEncoder, TextClassifier};
use crate::text::EncodedExample;

impl Trainer {
    /// The evaluation of the encoder as it was before training, on the test examples; `None` where texts do not have one
    /// label each. Vectors that the run knows are taken along: it is over. `encoder` is the one that it began with.
    pub fn untrained(&mut self, encoder: &PretrainedEncoder) -> Option<Untrained> {
        if self.scale.problem != Problem::SingleLabel {
            return None;
        }
        let config = TrainConfig {
            method: Method::HeadOnly,
            encoder_dropout: 0.0,
            ..self.session.config().clone()
        };
        let model = TextClassifier::init(
            encoder.model.clone(),
            &encoder.config,
            self.session.objective.outputs(),
            &config,
            &self.session.device,
        );
        let part = |examples: Arc<[EncodedExample]>, known: Option<FeatureCache>| Embedded {
            vectors: known
                .and_then(FeatureCache::into_embeddings)
                .unwrap_or_else(|| EmbeddingCache::new(&examples, config.batch_size as usize)),
            examples,
        };
        let train = part(self.session.examples.clone(), self.session.features.take());
        let test = part(self.test.examples.clone(), self.test.features.take());
        let pad_id = self.tokenizer.pad_id();
        Some(Untrained::new(model.valid(), train, test, pad_id))
    }

    /// What the most frequent label reaches on the test examples; `None` where texts do not have one label each.
    ///
    /// # Errors
    /// If a target does not fit the labels.
    pub fn majority(&self) -> Result<Option<Baseline>, MetricsError> {
        let classes = |examples: &[EncodedExample]| -> Option<Vec<u32>> {
            examples.iter().map(|it| it.target.class()).collect()
        };
        let parts = classes(&self.session.examples).zip(classes(&self.test.examples));
        parts
            .map(|(train, test)| Baseline::majority(&self.labels, &train, &test))
            .transpose()
    }
}
