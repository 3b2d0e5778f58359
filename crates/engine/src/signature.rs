//! What a graph takes and gives, read from the ONNX file itself so that every engine names its inputs and
//! outputs alike and checks what it is given in the same words.

use prost::Message;

use crate::{ElementType, Error, Port, Tensor};

/// Inputs and outputs of a graph, in its order.
#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) inputs: Vec<Port>,
    pub(crate) outputs: Vec<Port>,
}

impl Signature {
    /// Reads the signature of a serialised model. Refuses what no engine could honour: weights kept in other
    /// files (the path in the model is a stranger's), inputs without a shape, element types without a
    /// [`ElementType`].
    pub(crate) fn read(engine: &'static str, model: &[u8]) -> Result<Self, Error> {
        let refuse = |reason: String| Error::Load { engine, reason };
        let model =
            Model::decode(model).map_err(|error| refuse(format!("it is not an ONNX file ({error})")))?;
        let graph =
            model.graph.ok_or_else(|| refuse("it is not an ONNX file (there is no graph in it)".into()))?;
        if graph.keeps_weights_elsewhere() {
            return Err(refuse(
                "its weights are in another file; save it again as one file with the weights inside".into(),
            ));
        }
        // Files of the first ONNX versions list the weights among the inputs too.
        let is_weight = |name: &str| graph.initializer.iter().any(|weight| weight.name == name);
        let inputs: Vec<Port> = graph
            .input
            .iter()
            .filter(|value| !is_weight(&value.name))
            .map(|value| {
                let port = value.port().map_err(refuse)?;
                if value.rank().is_none() {
                    return Err(refuse(format!("the input `{}` does not say its shape", value.name)));
                }
                Ok(port)
            })
            .collect::<Result<_, _>>()?;
        let outputs: Vec<Port> =
            graph.output.iter().map(|value| value.port().map_err(refuse)).collect::<Result<_, _>>()?;
        if outputs.is_empty() {
            return Err(refuse("it has no output".into()));
        }
        Ok(Self { inputs, outputs })
    }

    /// Puts named tensors into the order of the graph and checks names, element types, ranks and fixed sides.
    pub(crate) fn order<'a>(&self, given: &[(&str, &'a Tensor)]) -> Result<Vec<&'a Tensor>, Error> {
        if let Some((name, _)) =
            given.iter().find(|(name, _)| !self.inputs.iter().any(|port| port.name == *name))
        {
            let known: Vec<&str> = self.inputs.iter().map(|port| port.name.as_str()).collect();
            return Err(Error::Input(format!(
                "there is no input `{name}` (the model has {})",
                known.join(", ")
            )));
        }
        self.inputs
            .iter()
            .map(|port| {
                let mut same = given.iter().filter(|(name, _)| *name == port.name);
                match (same.next(), same.next()) {
                    (Some((_, tensor)), None) => fits(port, tensor).map(|()| *tensor),
                    (Some(_), Some(_)) => Err(Error::Input(format!("`{}` is given twice", port.name))),
                    (None, _) => Err(Error::Input(format!("`{}` is not given", port.name))),
                }
            })
            .collect()
    }
}

fn fits(port: &Port, tensor: &Tensor) -> Result<(), Error> {
    let name = &port.name;
    let element = tensor.data().element();
    if element != port.element {
        return Err(Error::Input(format!(
            "`{name}` holds {element:?} and the model wants {:?}",
            port.element
        )));
    }
    let shape = tensor.shape();
    let same = shape.len() == port.shape.len()
        && shape.iter().zip(&port.shape).all(|(side, wanted)| wanted.is_none_or(|wanted| wanted == *side));
    if !same {
        let wanted: Vec<String> =
            port.shape.iter().map(|side| side.map_or("any".into(), |side| side.to_string())).collect();
        return Err(Error::Input(format!(
            "`{name}` is {shape:?} and the model wants [{}]",
            wanted.join(", ")
        )));
    }
    if tensor.data().is_empty() {
        return Err(Error::Input(format!("`{name}` is empty ({shape:?})")));
    }
    Ok(())
}

// The few fields of onnx.proto3 needed here; prost steps over the others without copying them.

#[derive(Clone, PartialEq, prost::Message)]
struct Model {
    #[prost(message, optional, tag = "7")]
    graph: Option<Graph>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Graph {
    #[prost(message, repeated, tag = "1")]
    node: Vec<Node>,
    #[prost(message, repeated, tag = "5")]
    initializer: Vec<Weight>,
    #[prost(message, repeated, tag = "11")]
    input: Vec<Value>,
    #[prost(message, repeated, tag = "12")]
    output: Vec<Value>,
}

impl Graph {
    // Recursion is bounded by prost, which refuses messages nested more than 100 deep.
    fn keeps_weights_elsewhere(&self) -> bool {
        let attributes = || self.node.iter().flat_map(|node| &node.attribute);
        self.initializer
            .iter()
            .chain(attributes().flat_map(|attribute| &attribute.tensor))
            .any(Weight::is_elsewhere)
            || attributes().flat_map(|attribute| &attribute.graph).any(Self::keeps_weights_elsewhere)
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct Node {
    #[prost(message, repeated, tag = "5")]
    attribute: Vec<Attribute>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Attribute {
    #[prost(message, repeated, tag = "5")]
    tensor: Vec<Weight>,
    #[prost(message, repeated, tag = "6")]
    graph: Vec<Graph>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Weight {
    #[prost(string, tag = "8")]
    name: String,
    #[prost(int32, tag = "14")]
    data_location: i32,
}

impl Weight {
    fn is_elsewhere(&self) -> bool {
        const EXTERNAL: i32 = 1;
        self.data_location == EXTERNAL
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct Value {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "2")]
    kind: Option<ValueType>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ValueType {
    #[prost(message, optional, tag = "1")]
    tensor: Option<TensorType>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TensorType {
    #[prost(int32, tag = "1")]
    element: i32,
    #[prost(message, optional, tag = "2")]
    shape: Option<Shape>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Shape {
    #[prost(message, repeated, tag = "1")]
    sides: Vec<Side>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Side {
    // A symbolic side leaves this out; some exporters write 0 or -1 for a free one.
    #[prost(int64, tag = "1")]
    value: i64,
}

impl Value {
    fn tensor(&self) -> Option<&TensorType> {
        self.kind.as_ref()?.tensor.as_ref()
    }

    fn rank(&self) -> Option<usize> {
        Some(self.tensor()?.shape.as_ref()?.sides.len())
    }

    fn port(&self) -> Result<Port, String> {
        let name = self.name.clone();
        let tensor = self.tensor().ok_or_else(|| format!("`{name}` is not a tensor"))?;
        let element = element(tensor.element).map_err(|word| {
            format!("`{name}` holds {word} values, which are not supported at the border of a model")
        })?;
        let sides = tensor.shape.iter().flat_map(|shape| &shape.sides);
        let shape = sides.map(|side| usize::try_from(side.value).ok().filter(|&side| side > 0)).collect();
        Ok(Port { name, element, shape })
    }
}

/// The element type of an ONNX data type number, or its name when Pinhole has none for it.
fn element(number: i32) -> Result<ElementType, String> {
    match number {
        1 => Ok(ElementType::F32),
        2 => Ok(ElementType::U8),
        3 => Ok(ElementType::I8),
        6 => Ok(ElementType::I32),
        7 => Ok(ElementType::I64),
        9 => Ok(ElementType::Bool),
        10 => Err("16-bit float".into()),
        11 => Err("64-bit float".into()),
        8 => Err("text".into()),
        other => Err(format!("type {other}")),
    }
}
