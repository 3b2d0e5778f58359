//! From the numbers at the end of a classifier to an answer.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

/// One label with its probability.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prediction {
    /// The label.
    pub label: String,
    /// Between 0 and 1.
    pub probability: f32,
}

/// The answer of a classifier to one picture, with what it cost.
#[derive(Debug, Clone)]
pub struct Classification {
    labels: Arc<[String]>,
    probabilities: Vec<f32>,
    /// Time in the model's queue.
    pub waited: Duration,
    /// Time of the engine for the whole batch.
    pub computed: Duration,
    /// Pictures in the batch.
    pub batch: usize,
}

impl Classification {
    /// Pairs labels with probabilities of the same length.
    pub(crate) fn new(
        labels: Arc<[String]>,
        probabilities: Vec<f32>,
        waited: Duration,
        computed: Duration,
        batch: usize,
    ) -> Self {
        Self { labels, probabilities, waited, computed, batch }
    }

    /// Probability of each label, in the order of the model.
    pub fn probabilities(&self) -> &[f32] {
        &self.probabilities
    }

    /// The `count` most probable labels, most probable first; equal ones in the order of the model.
    pub fn top(&self, count: usize) -> Vec<Prediction> {
        let mut ranked: Vec<(&String, f32)> =
            self.labels.iter().zip(self.probabilities.iter().copied()).collect();
        ranked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        ranked
            .into_iter()
            .take(count)
            .map(|(label, probability)| Prediction { label: label.clone(), probability })
            .collect()
    }
}

/// Softmax over one row of logits, in 64-bit floats, shifted by the largest so that nothing overflows.
pub(crate) fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exponentials: Vec<f64> = logits.iter().map(|&logit| f64::from(logit - largest).exp()).collect();
    let sum: f64 = exponentials.iter().sum();
    exponentials.iter().map(|value| (value / sum) as f32).collect()
}
