//! ONNX Runtime, through a shared library opened at run time; `f32` only on the CPU.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ort::environment::Environment;
use ort::session::builder::GraphOptimizationLevel;
use ort::session::{Session as OrtSession, SessionInputValue};
use ort::value::{DynValue, PrimitiveTensorElementType, TensorElementType, TensorRef};

use super::contain;
use crate::signature::Signature;
use crate::{Data, Engine, Error, Kind, Options, Port, Precision, Session, Tensor};

const NAME: &str = Kind::OnnxRuntime.name();

/// The one library and environment that a process can have, kept until it ends.
static OPENED: Mutex<Option<OnnxRuntime>> = Mutex::new(None);

#[derive(Clone)]
pub(crate) struct OnnxRuntime {
    library: PathBuf,
    version: String,
    environment: Environment,
}

impl OnnxRuntime {
    /// Opens the library at `path`. The error is the end of a sentence that begins with the path.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let library = path.canonicalize().map_err(|error| format!("cannot be read: {error}"))?;
        let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
        match opened.as_ref() {
            Some(engine) if engine.library == library => return Ok(engine.clone()),
            Some(engine) => {
                return Err(format!("is not used, because {} is already loaded", engine.library.display()));
            }
            None => {}
        }
        let environment = contain(|| {
            let builder = ort::init_from(&library).map_err(|error| match error {
                ort::LoadDynamicError::BadVersion { version_str, .. } => {
                    format!("is too old ({version_str}; 1.{} is needed)", ort::MINOR_VERSION)
                }
                ort::LoadDynamicError::Dlopen { error, .. } => format!("cannot be loaded: {error}"),
                _ => "is not an ONNX Runtime library".into(),
            })?;
            builder.with_telemetry(false).build().map_err(|error| format!("does not start: {error}"))
        })?;
        let engine = Self { version: version(&library), library, environment };
        Ok(opened.insert(engine).clone())
    }

    fn session(&self, model: &[u8], threads: usize) -> ort::Result<OrtSession> {
        let mut builder = OrtSession::builder(&self.environment)?
            .with_optimization_level(GraphOptimizationLevel::All)?
            .with_intra_threads(threads)?
            // Spinning threads would burn their cores after every run, which the decoders need.
            .with_intra_op_spinning(false)?
            // Patterns are planned for one shape; here the batch changes from run to run. The arena stays: giving
            // its memory back after every run made batches of 8 a quarter slower.
            .with_memory_pattern(false)?
            .with_inter_threads(1)?;
        builder.commit_from_memory(model)
    }
}

/// The version is part of the file's real name, or else of the branch it was built from.
fn version(library: &Path) -> String {
    let name = library.file_name().unwrap_or_default().to_string_lossy();
    let from_name = name.split_once(".so.").map(|(_, version)| version.to_owned());
    let from_branch = || Some(ort::info().split_once("git-branch=rel-")?.1.split(',').next()?.to_owned());
    from_name
        .filter(|version| version.contains('.'))
        .or_else(from_branch)
        .unwrap_or_else(|| "of unknown version".into())
}

impl Engine for OnnxRuntime {
    fn kind(&self) -> Kind {
        Kind::OnnxRuntime
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn supports(&self, precision: Precision) -> bool {
        precision == Precision::F32
    }

    fn load(&self, model: &[u8], options: &Options) -> Result<Arc<dyn Session>, Error> {
        if !self.supports(options.precision) {
            return Err(Error::Precision { engine: NAME, precision: options.precision.id() });
        }
        let signature = Signature::read(NAME, model)?;
        let session = contain(|| self.session(model, options.threads()).map_err(|error| error.to_string()))
            .map_err(|reason| Error::Load { engine: NAME, reason })?;
        Ok(Arc::new(OnnxRuntimeSession { signature, session: Mutex::new(session) }))
    }
}

/// Runs wait for each other: the crate wants `&mut`, because it holds the library's own `Run` not to be safe
/// from several threads. One run already uses all the threads it was given, and a second session would hold
/// the weights twice.
struct OnnxRuntimeSession {
    signature: Signature,
    session: Mutex<OrtSession>,
}

impl Session for OnnxRuntimeSession {
    fn inputs(&self) -> &[Port] {
        &self.signature.inputs
    }

    fn outputs(&self) -> &[Port] {
        &self.signature.outputs
    }

    fn run(&self, inputs: &[(&str, &Tensor)]) -> Result<Vec<(String, Tensor)>, Error> {
        let tensors = self.signature.order(inputs)?;
        let run = || {
            let names = self.signature.inputs.iter().map(|port| port.name.as_str());
            let values: Vec<(&str, SessionInputValue)> = names
                .zip(tensors)
                .map(|(name, tensor)| Ok((name, value(tensor)?)))
                .collect::<Result<_, String>>()?;
            let mut session = self.session.lock().map_err(|_| "an earlier run panicked".to_owned())?;
            let outputs = session.run(values).map_err(|error| error.to_string())?;
            let ports = self.signature.outputs.iter();
            ports
                .map(|port| {
                    let value = outputs
                        .get(&port.name)
                        .ok_or_else(|| format!("there is no output `{}`", port.name))?;
                    Ok((port.name.clone(), tensor(value)?))
                })
                .collect()
        };
        contain(run).map_err(|reason| Error::Run { engine: NAME, reason })
    }
}

/// A view; nothing is copied.
fn value(tensor: &Tensor) -> Result<SessionInputValue<'_>, String> {
    fn view<'a, T: PrimitiveTensorElementType + std::fmt::Debug + Clone + 'static>(
        tensor: &'a Tensor,
        values: &'a [T],
    ) -> Result<SessionInputValue<'a>, String> {
        let view = TensorRef::from_array_view((tensor.shape(), values)).map_err(|error| error.to_string())?;
        Ok(view.into())
    }
    match tensor.data() {
        Data::F32(values) => view(tensor, values),
        Data::I64(values) => view(tensor, values),
        Data::I32(values) => view(tensor, values),
        Data::U8(values) => view(tensor, values),
        Data::I8(values) => view(tensor, values),
        Data::Bool(values) => view(tensor, values),
    }
}

fn tensor(value: &DynValue) -> Result<Tensor, String> {
    fn owned<T: PrimitiveTensorElementType + Clone>(
        value: &DynValue,
        data: fn(Vec<T>) -> Data,
    ) -> Result<Tensor, String> {
        let (shape, values) = value.try_extract_tensor::<T>().map_err(|error| error.to_string())?;
        let shape = shape.iter().map(|&side| usize::try_from(side)).collect::<Result<_, _>>();
        shape
            .ok()
            .and_then(|shape| Tensor::new(shape, data(values.to_vec())))
            .ok_or_else(|| "an output does not fill its shape".into())
    }
    match value.dtype().tensor_type() {
        Some(TensorElementType::Float32) => owned(value, Data::F32),
        Some(TensorElementType::Int64) => owned(value, Data::I64),
        Some(TensorElementType::Int32) => owned(value, Data::I32),
        Some(TensorElementType::Uint8) => owned(value, Data::U8),
        Some(TensorElementType::Int8) => owned(value, Data::I8),
        Some(TensorElementType::Bool) => owned(value, Data::Bool),
        other => Err(format!("an output holds {other:?} values, which are not supported")),
    }
}
