//! The layers that networks are made of: a builder's operators joined with the weights of a file.

use graph::{Builder, Convolution, ElementType, Pool, Tensor, Value};

use super::Built;
use super::weights::Weights;
use crate::import::StateDict;
use crate::{Error, Output};

/// A network that is being built.
pub(super) struct Layers<'a> {
    pub(super) graph: Builder,
    weights: Weights<'a>,
    /// What batch norms add to the variance.
    pub(super) epsilon: f32,
    /// Rows of the last dense layer so far.
    classes: usize,
}

/// A 3 x 3 window with step 2 and one row and column of padding, as in the stem of a ResNet.
pub(super) const STEM_POOL: Pool = Pool { kernel: [3, 3], strides: [2, 2], padding: [1; 4] };

impl<'a> Layers<'a> {
    pub(super) fn new(name: &str, weights: &'a StateDict) -> Self {
        Self { graph: Builder::new(name), weights: Weights::new(weights), epsilon: 1e-5, classes: 0 }
    }

    /// The finished network with its last layer's scores as its output.
    pub(super) fn finish(mut self, scores: &Value, output: Output) -> Result<Built, Error> {
        let name = match output {
            Output::Logits => "logits",
            Output::Probabilities => "probabilities",
        };
        self.graph.output(name, scores, ElementType::F32, &["batch".into(), self.classes.into()]);
        Ok(Built { graph: self.graph.finish()?, output, unused: self.weights.unused() })
    }

    /// A constant of the graph under its name in the file.
    pub(super) fn parameter(&mut self, name: &str, shape: &[usize]) -> Result<Value, Error> {
        let shape: Vec<_> = shape.iter().copied().map(Some).collect();
        let tensor = self.weights.take(name, &shape)?;
        Ok(self.graph.constant(name, tensor))
    }

    /// A weight that is changed on its way into the graph.
    pub(super) fn changed_parameter(
        &mut self,
        name: &str,
        shape: &[Option<usize>],
        change: impl FnOnce(&Tensor) -> Option<Tensor>,
    ) -> Result<Value, Error> {
        let tensor = self.weights.take(name, shape)?;
        let changed = change(&tensor)
            .ok_or_else(|| Error::Import(format!("the weight \"{name}\" cannot be laid out")))?;
        Ok(self.graph.constant(name, changed))
    }

    /// PyTorch's `Conv2d` without bias; `shape` is that of its weight: out, in per group, height, width.
    pub(super) fn conv(
        &mut self,
        x: &Value,
        name: &str,
        shape: [usize; 4],
        how: Convolution,
    ) -> Result<Value, Error> {
        let weight = self.parameter(&format!("{name}.weight"), &shape)?;
        Ok(self.graph.conv(x, &weight, None, how))
    }

    /// PyTorch's `BatchNorm2d` as it is in evaluation.
    pub(super) fn norm(&mut self, x: &Value, name: &str, channels: usize) -> Result<Value, Error> {
        let scale = self.parameter(&format!("{name}.weight"), &[channels])?;
        let shift = self.parameter(&format!("{name}.bias"), &[channels])?;
        let mean = self.parameter(&format!("{name}.running_mean"), &[channels])?;
        let variance = self.parameter(&format!("{name}.running_var"), &[channels])?;
        Ok(self.graph.batch_norm(x, [&scale, &shift, &mean, &variance], self.epsilon))
    }

    /// `max(0, min(x, 6))`.
    pub(super) fn relu6(&mut self, x: &Value) -> Value {
        self.graph.clip(x, 0.0, 6.0)
    }

    /// PyTorch's `Linear` as the last layer; its rows are the classes.
    pub(super) fn classifier(&mut self, x: &Value, name: &str, inputs: usize) -> Result<Value, Error> {
        let weight = format!("{name}.weight");
        let tensor = self.weights.take(&weight, &[None, Some(inputs)])?;
        self.classes = tensor.shape()[0];
        let weight = self.graph.constant(&weight, tensor);
        let bias = self.parameter(&format!("{name}.bias"), &[self.classes])?;
        Ok(self.graph.gemm(x, &weight, Some(&bias)))
    }

    /// Mean of each channel as a row of `[batch, channels]`.
    pub(super) fn pooled_row(&mut self, x: &Value) -> Value {
        let pooled = self.graph.global_average_pool(x);
        self.graph.flatten(&pooled)
    }

    /// Says how many classes there are, where the last layer is not [`Layers::classifier`].
    pub(super) fn set_classes(&mut self, classes: usize) {
        self.classes = classes;
    }
}

/// A square convolution with this step and the same padding on all sides.
pub(super) fn square(stride: usize, padding: usize) -> Convolution {
    Convolution { strides: [stride; 2], padding: [padding; 4], ..Convolution::default() }
}
