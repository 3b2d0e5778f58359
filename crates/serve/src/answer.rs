//! The answer of the synchronous routes.

use serde::Serialize;
use utoipa::ToSchema;

use crate::pipeline;

/// Predictions that are given when nobody says how many.
pub(crate) const TOP: usize = 5;

/// What the model said: the most probable label, and the runners-up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Answer {
    /// The most probable label.
    #[schema(examples("tabby cat"))]
    label: String,
    /// Its probability.
    #[schema(minimum = 0, maximum = 1)]
    probability: f32,
    /// The most probable labels, most probable first.
    predictions: Vec<Prediction>,
}

/// One label with its probability.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Prediction {
    label: String,
    #[schema(minimum = 0, maximum = 1)]
    probability: f32,
}

impl Answer {
    /// The answer with its `top` most probable labels, at least one.
    pub(crate) fn new(answer: &pipeline::Answer, top: usize) -> Self {
        let predictions: Vec<Prediction> = answer
            .top(top.max(1))
            .into_iter()
            .map(|models::classify::Prediction { label, probability }| Prediction { label, probability })
            .collect();
        let (label, probability) =
            predictions.first().map(|best| (best.label.clone(), best.probability)).unwrap_or_default();
        Self { label, probability, predictions }
    }
}
