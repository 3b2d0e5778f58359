//! rten: compiled in, always there, `f32` only.

mod spelling;

use std::sync::Arc;

use ::rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{Tensor as RtenTensor, TensorView};

use super::contain;
use crate::signature::Signature;
use crate::{Data, ElementType, Engine, Error, Kind, Options, Port, Precision, Session, Tensor};

const NAME: &str = Kind::Rten.name();

/// The version in Cargo.toml; the crate does not tell it.
const VERSION: &str = "0.27";

pub(crate) struct Rten;

impl Rten {
    pub(crate) fn new() -> Self {
        Self
    }
}

impl Engine for Rten {
    fn kind(&self) -> Kind {
        Kind::Rten
    }

    fn version(&self) -> &str {
        VERSION
    }

    fn supports(&self, precision: Precision) -> bool {
        precision == Precision::F32
    }

    fn load(&self, model: &[u8], options: &Options) -> Result<Arc<dyn Session>, Error> {
        if !self.supports(options.precision) {
            return Err(Error::Precision { engine: NAME, precision: options.precision.id() });
        }
        let signature = Signature::read(NAME, model)?;
        let load = || {
            let model = spelling::spell_out(model).map_err(|error| error.to_string())?;
            // Packing the weights once costs memory but saves the work in every run.
            let model = ModelOptions::with_all_ops()
                .prepack_weights(true)
                .load(model)
                .map_err(|error| error.to_string())?;
            let nodes = |ports: &[Port]| -> Result<Vec<NodeId>, String> {
                let node = |port: &Port| model.node_id(&port.name).map_err(|error| error.to_string());
                ports.iter().map(node).collect()
            };
            let (inputs, outputs) = (nodes(&signature.inputs)?, nodes(&signature.outputs)?);
            Ok((model, inputs, outputs))
        };
        let (model, inputs, outputs) =
            contain(load).map_err(|reason| Error::Load { engine: NAME, reason })?;
        let threads = Arc::new(ThreadPool::with_num_threads(options.threads()));
        Ok(Arc::new(RtenSession { model, inputs, outputs, signature, threads }))
    }
}

struct RtenSession {
    model: Model,
    inputs: Vec<NodeId>,
    outputs: Vec<NodeId>,
    signature: Signature,
    threads: Arc<ThreadPool>,
}

impl Session for RtenSession {
    fn inputs(&self) -> &[Port] {
        &self.signature.inputs
    }

    fn outputs(&self) -> &[Port] {
        &self.signature.outputs
    }

    fn run(&self, inputs: &[(&str, &Tensor)]) -> Result<Vec<(String, Tensor)>, Error> {
        let tensors = self.signature.order(inputs)?;
        let values: Vec<(NodeId, ValueOrView)> = self
            .inputs
            .iter()
            .zip(tensors)
            .map(|(&node, tensor)| value(tensor).map(|value| (node, value)))
            .collect::<Result<_, _>>()?;
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.threads)));
        // A model is only read while it runs, so it stays sound after a panic.
        let run = || {
            let outputs =
                self.model.run(values, &self.outputs, Some(options)).map_err(|error| error.to_string())?;
            let ports = self.signature.outputs.iter();
            ports
                .zip(outputs)
                .map(|(port, value)| Ok((port.name.clone(), tensor(value, port.element)?)))
                .collect()
        };
        contain(run).map_err(|reason| Error::Run { engine: NAME, reason })
    }
}

/// rten has one kind of whole number: `i64` and `bool` become `i32`.
fn value(tensor: &Tensor) -> Result<ValueOrView<'_>, Error> {
    let shape = tensor.shape();
    Ok(match tensor.data() {
        Data::F32(values) => TensorView::from_data(shape, values.as_slice()).into(),
        Data::I32(values) => TensorView::from_data(shape, values.as_slice()).into(),
        Data::U8(values) => TensorView::from_data(shape, values.as_slice()).into(),
        Data::I8(values) => TensorView::from_data(shape, values.as_slice()).into(),
        Data::I64(values) => {
            let narrow = |value: &i64| {
                i32::try_from(*value)
                    .map_err(|_| Error::Input(format!("{value} is too large a number for {NAME}")))
            };
            let values: Vec<i32> = values.iter().map(narrow).collect::<Result<_, _>>()?;
            RtenTensor::from_data(shape, values).into()
        }
        Data::Bool(values) => {
            let values: Vec<i32> = values.iter().copied().map(i32::from).collect();
            RtenTensor::from_data(shape, values).into()
        }
    })
}

fn tensor(value: Value, wanted: ElementType) -> Result<Tensor, String> {
    let (shape, data) = match value {
        Value::FloatTensor(tensor) => (tensor.shape().to_vec(), Data::F32(tensor.into_data())),
        Value::UInt8Tensor(tensor) => (tensor.shape().to_vec(), Data::U8(tensor.into_data())),
        Value::Int8Tensor(tensor) => (tensor.shape().to_vec(), Data::I8(tensor.into_data())),
        Value::Int32Tensor(tensor) => {
            let shape = tensor.shape().to_vec();
            let values = tensor.into_data();
            let data = match wanted {
                ElementType::I64 => Data::I64(values.into_iter().map(i64::from).collect()),
                ElementType::Bool => Data::Bool(values.into_iter().map(|value| value != 0).collect()),
                _ => Data::I32(values),
            };
            (shape, data)
        }
        _ => return Err("an output is not a tensor".into()),
    };
    let found = data.element();
    if found != wanted {
        return Err(format!("an output holds {found:?} where the model says {wanted:?}"));
    }
    Tensor::new(shape, data).ok_or_else(|| "an output does not fill its shape".into())
}
