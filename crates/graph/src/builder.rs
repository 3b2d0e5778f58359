//! Writes a graph layer by layer.
//!
//! Nodes and values are called after the parameters of their layer: the convolution with the constant
//! `features.0.0.weight` is `features.0.0`. What has no parameters is called after its operator, with a number.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{Attribute, Dimension, ElementType, Error, Graph, Node, Port, Tensor, order};

/// Version of the ONNX operators that the builder writes.
const OPSET: i64 = 17;

/// A value in a graph that is being built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value(String);

impl Value {
    /// Its name in the graph.
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// How a convolution walks over its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Convolution {
    /// Step down and to the right.
    pub strides: [usize; 2],
    /// Rows and columns of zeros: top, left, bottom, right.
    pub padding: [usize; 4],
    /// Distance between the kernel's cells.
    pub dilations: [usize; 2],
    /// Number of groups that the channels are divided into.
    pub groups: usize,
}

impl Default for Convolution {
    fn default() -> Self {
        Self { strides: [1, 1], padding: [0; 4], dilations: [1, 1], groups: 1 }
    }
}

/// How a pooling window walks over its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    /// Height and width of the window.
    pub kernel: [usize; 2],
    /// Step down and to the right.
    pub strides: [usize; 2],
    /// Rows and columns added: top, left, bottom, right.
    pub padding: [usize; 4],
}

/// A graph that is being written.
#[derive(Debug)]
pub struct Builder {
    graph: Graph,
    taken: HashSet<String>,
    /// How many nodes without parameters each operator has so far.
    numbers: HashMap<String, usize>,
    /// What outputs are called in the finished graph, by the name of the value.
    outputs: Vec<(String, Port)>,
}

impl Builder {
    /// An empty graph of that name.
    pub fn new(name: &str) -> Self {
        let opsets = BTreeMap::from([(String::new(), OPSET)]);
        Self {
            graph: Graph { name: name.into(), opsets, ..Graph::default() },
            taken: HashSet::new(),
            numbers: HashMap::new(),
            outputs: Vec::new(),
        }
    }

    /// Something that must be given to run the graph.
    pub fn input(&mut self, name: &str, element: ElementType, shape: &[Dimension]) -> Value {
        self.taken.insert(name.into());
        self.graph.inputs.push(Port { name: name.into(), element, shape: Some(shape.to_vec()) });
        Value(name.into())
    }

    /// A constant under exactly this name. The same name again is the same constant and must mean the same numbers.
    pub fn constant(&mut self, name: &str, tensor: Tensor) -> Value {
        self.taken.insert(name.into());
        self.graph.constants.insert(name.into(), tensor);
        Value(name.into())
    }

    /// Makes `value` an output of the finished graph under this name.
    pub fn output(&mut self, name: &str, value: &Value, element: ElementType, shape: &[Dimension]) {
        let port = Port { name: name.into(), element, shape: Some(shape.to_vec()) };
        self.outputs.push((value.0.clone(), port));
    }

    /// The graph, checked.
    pub fn finish(mut self) -> Result<Graph, Error> {
        let computed: HashSet<&String> = self.graph.nodes.iter().flat_map(|node| &node.outputs).collect();
        let mut renames = HashMap::new();
        let mut copies = Vec::new();
        for (value, port) in self.outputs {
            // An input, a constant or what is an output already keeps its name and is passed on.
            if computed.contains(&value) && !renames.contains_key(&value) {
                renames.insert(value, port.name.clone());
            } else {
                copies.push((value, port.name.clone()));
            }
            self.graph.outputs.push(port);
        }
        for (value, name) in copies {
            self.graph.nodes.push(Node {
                name: name.clone(),
                operator: "Identity".into(),
                inputs: vec![value],
                outputs: vec![name],
                ..Node::default()
            });
        }
        self.graph.redirect(&renames);
        for output in self.graph.nodes.iter_mut().flat_map(|node| &mut node.outputs) {
            if let Some(name) = renames.get(output) {
                output.clone_from(name);
            }
        }
        order::check_and_sort(&mut self.graph)?;
        Ok(self.graph)
    }

    /// Any operator with one output, called `name` or after its operator.
    pub fn node(
        &mut self,
        operator: &str,
        name: Option<&str>,
        inputs: &[&Value],
        attributes: &[(&str, Attribute)],
    ) -> Value {
        let name = self.free_name(operator, name);
        self.graph.nodes.push(Node {
            name: name.clone(),
            operator: operator.into(),
            domain: String::new(),
            inputs: inputs.iter().map(|value| value.0.clone()).collect(),
            outputs: vec![name.clone()],
            attributes: attributes.iter().map(|(name, value)| ((*name).into(), value.clone())).collect(),
        });
        Value(name)
    }

    fn free_name(&mut self, operator: &str, name: Option<&str>) -> String {
        let stem = name.map_or_else(|| operator.to_lowercase(), str::to_owned);
        if name.is_some() && self.taken.insert(stem.clone()) {
            return stem;
        }
        let number = self.numbers.entry(stem.clone()).or_default();
        loop {
            *number += 1;
            let name = format!("{stem}_{number}");
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }

    /// Convolution of `[batch, channels, height, width]` with weights `[out, channels / groups, height, width]`.
    pub fn conv(&mut self, x: &Value, weight: &Value, bias: Option<&Value>, how: Convolution) -> Value {
        let mut inputs = vec![x, weight];
        inputs.extend(bias);
        let name = layer(weight);
        let kernel = self.graph.constants.get(weight.name()).map_or(&[][..], |weight| weight.shape());
        let kernel = Attribute::Ints(kernel.iter().skip(2).map(|&side| side as i64).collect());
        self.node(
            "Conv",
            name.as_deref(),
            &inputs,
            &[
                ("kernel_shape", kernel),
                ("strides", ints(&how.strides)),
                ("pads", ints(&how.padding)),
                ("dilations", ints(&how.dilations)),
                ("group", Attribute::Int(how.groups as i64)),
            ],
        )
    }

    /// Batch normalisation with fixed statistics: `[scale, shift, mean, variance]`, one number per channel each.
    pub fn batch_norm(&mut self, x: &Value, statistics: [&Value; 4], epsilon: f32) -> Value {
        let [scale, shift, mean, variance] = statistics;
        let name = layer(scale);
        let epsilon = ("epsilon", Attribute::Float(epsilon));
        self.node("BatchNormalization", name.as_deref(), &[x, scale, shift, mean, variance], &[epsilon])
    }

    /// `max(x, 0)`.
    pub fn relu(&mut self, x: &Value) -> Value {
        self.node("Relu", None, &[x], &[])
    }

    /// `x` cut to `low..=high`.
    pub fn clip(&mut self, x: &Value, low: f32, high: f32) -> Value {
        let low = self.number(low);
        let high = self.number(high);
        self.node("Clip", None, &[x, &low, &high], &[])
    }

    /// `1 / (1 + exp(-x))`.
    pub fn sigmoid(&mut self, x: &Value) -> Value {
        self.node("Sigmoid", None, &[x], &[])
    }

    /// Sum, element by element, broadcast.
    pub fn add(&mut self, left: &Value, right: &Value) -> Value {
        self.node("Add", None, &[left, right], &[])
    }

    /// Product, element by element, broadcast.
    pub fn mul(&mut self, left: &Value, right: &Value) -> Value {
        self.node("Mul", None, &[left, right], &[])
    }

    /// Largest number in each window.
    pub fn max_pool(&mut self, x: &Value, how: Pool) -> Value {
        self.node("MaxPool", None, &[x], &window(&how))
    }

    /// Mean of each window; padding counts as zeros.
    pub fn average_pool(&mut self, x: &Value, how: Pool) -> Value {
        let mut attributes = window(&how).to_vec();
        attributes.push(("count_include_pad", Attribute::Int(1)));
        self.node("AveragePool", None, &[x], &attributes)
    }

    /// Mean of each channel: `[batch, channels, 1, 1]`.
    pub fn global_average_pool(&mut self, x: &Value) -> Value {
        self.node("GlobalAveragePool", None, &[x], &[])
    }

    /// All sides but the batch as one.
    pub fn flatten(&mut self, x: &Value) -> Value {
        self.node("Flatten", None, &[x], &[("axis", Attribute::Int(1))])
    }

    /// A dense layer: `[batch, in]` times weights `[out, in]`, plus a bias `[out]`.
    pub fn gemm(&mut self, x: &Value, weight: &Value, bias: Option<&Value>) -> Value {
        let mut inputs = vec![x, weight];
        inputs.extend(bias);
        let name = layer(weight);
        self.node("Gemm", name.as_deref(), &inputs, &[("transB", Attribute::Int(1))])
    }

    /// Values one after the other along the channels.
    pub fn concat(&mut self, values: &[Value]) -> Value {
        let values: Vec<&Value> = values.iter().collect();
        self.node("Concat", None, &values, &[("axis", Attribute::Int(1))])
    }

    /// Drops a share of the numbers in training; does nothing otherwise.
    pub fn dropout(&mut self, x: &Value, share: f32) -> Value {
        let share = self.number(share);
        self.node("Dropout", None, &[x, &share], &[])
    }

    /// Probabilities over the last side.
    pub fn softmax(&mut self, x: &Value) -> Value {
        self.node("Softmax", None, &[x], &[("axis", Attribute::Int(-1))])
    }

    /// A number as a constant that all who need the same number share.
    fn number(&mut self, value: f32) -> Value {
        self.constant(&format!("number_{value}"), Tensor::scalar(value))
    }
}

/// The layer that a parameter belongs to: all of its name but the last part.
fn layer(parameter: &Value) -> Option<String> {
    parameter.0.rsplit_once(['.', '/']).map(|(layer, _)| layer.to_owned())
}

fn ints(values: &[usize]) -> Attribute {
    Attribute::Ints(values.iter().map(|&value| value as i64).collect())
}

fn window(how: &Pool) -> [(&'static str, Attribute); 3] {
    [("kernel_shape", ints(&how.kernel)), ("strides", ints(&how.strides)), ("pads", ints(&how.padding))]
}

impl From<&str> for Dimension {
    fn from(name: &str) -> Self {
        Self::Free(name.into())
    }
}

impl From<usize> for Dimension {
    fn from(side: usize) -> Self {
        Self::Fixed(side)
    }
}
