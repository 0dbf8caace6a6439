//! What is reached without any training, to see a trained model beside.

use serde::{Deserialize, Serialize};

use super::metrics::{MetricsError, classification_report};

/// How texts are told apart without training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaselineMethod {
    /// By the label whose training texts the untrained encoder puts nearest, on the mean.
    NearestCentroid,
    /// All by the training examples' most frequent label.
    MajorityClass,
}

/// What a method without training reaches on the test examples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// The method.
    pub method: BaselineMethod,
    /// Share of the test examples that it gives their label, 0 to 1.
    pub accuracy: f64,
    /// Unweighted mean over the labels of its F1.
    pub macro_f1: f64,
    /// Share of the test examples that have the training examples' most frequent label: what blind guessing reaches.
    pub majority_share: f64,
}

impl Baseline {
    /// What the training examples' most frequent label reaches; of several, the first.
    ///
    /// # Errors
    /// If a class is not one of `labels`.
    pub fn majority(labels: &[String], train: &[u32], test: &[u32]) -> Result<Self, MetricsError> {
        let most_frequent = majority_class(labels.len(), train);
        let predicted = vec![most_frequent; test.len()];
        let report = classification_report(labels, test, &predicted)?;
        Ok(Self {
            method: BaselineMethod::MajorityClass,
            accuracy: report.accuracy,
            macro_f1: report.macro_average.f1,
            majority_share: report.accuracy,
        })
    }

    /// What the nearest centroid of the training examples' vectors reaches. `train` and `test` hold each example's vector
    /// and class.
    ///
    /// # Errors
    /// If a class is not one of `labels`.
    pub fn nearest_centroid(
        labels: &[String],
        train: &[(&[f32], u32)],
        test: &[(&[f32], u32)],
    ) -> Result<Self, MetricsError> {
        let class = |examples: &[(&[f32], u32)]| -> Vec<u32> {
            examples.iter().map(|(_, class)| *class).collect()
        };
        let (train_classes, test_classes) = (class(train), class(test));
        let centroids = Centroids::of(labels.len(), train);
        let predicted: Vec<u32> = test
            .iter()
            .map(|(vector, _)| centroids.nearest(vector))
            .collect();
        let report = classification_report(labels, &test_classes, &predicted)?;
        Ok(Self {
            method: BaselineMethod::NearestCentroid,
            accuracy: report.accuracy,
            macro_f1: report.macro_average.f1,
            majority_share: Self::majority(labels, &train_classes, &test_classes)?.accuracy,
        })
    }
}

fn majority_class(labels: usize, classes: &[u32]) -> u32 {
    let mut counts = vec![0_u32; labels];
    for &class in classes {
        if let Some(count) = counts.get_mut(class as usize) {
            *count += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    let first = counts.iter().position(|&count| count == most);
    first.unwrap_or(0) as u32
}

/// The mean vector of each class; `None` for a class without examples.
///
/// Source: `NearestCentroid` of scikit-learn, with the Euclidean metric and no shrinking.
#[derive(Debug, Clone, PartialEq)]
pub struct Centroids {
    means: Vec<Option<Vec<f64>>>,
}

impl Centroids {
    /// Of examples, each with its vector and class; all vectors are of one length.
    pub fn of(labels: usize, examples: &[(&[f32], u32)]) -> Self {
        let mut sums: Vec<(Vec<f64>, u32)> = vec![(Vec::new(), 0); labels];
        for (vector, class) in examples {
            let Some((sum, count)) = sums.get_mut(*class as usize) else {
                continue;
            };
            sum.resize(vector.len(), 0.0);
            for (sum, &value) in sum.iter_mut().zip(*vector) {
                *sum += f64::from(value);
            }
            *count += 1;
        }
        let mean = |(sum, count): (Vec<f64>, u32)| {
            let mean = sum.iter().map(|sum| sum / f64::from(count)).collect();
            (count > 0).then_some(mean)
        };
        Self {
            means: sums.into_iter().map(mean).collect(),
        }
    }

    /// The mean vector of a class, if it has examples.
    pub fn mean(&self, class: u32) -> Option<&[f64]> {
        self.means.get(class as usize)?.as_deref()
    }

    /// The class whose centroid is the nearest; the first of equals.
    pub fn nearest(&self, vector: &[f32]) -> u32 {
        let distance = |mean: &[f64]| -> f64 {
            mean.iter()
                .zip(vector)
                .map(|(mean, &value)| (mean - f64::from(value)).powi(2))
                .sum()
        };
        let distances = (0..)
            .zip(&self.means)
            .filter_map(|(class, mean)| Some((class, distance(mean.as_ref()?))));
        distances
            .min_by(|(_, a), (_, b)| a.total_cmp(b))
            .map_or(0, |(class, _)| class)
    }
}
