//! OpenVINO, through a shared library opened at run time; `f32`, and `bf16` where the processor has it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ::openvino::{CompiledModel, Core, DeviceType, InferRequest, RwPropertyKey, Shape};
use ::openvino::{ElementType as OvElementType, Tensor as OvTensor};

use super::contain;
use crate::library;
use crate::places::{children, newest};
use crate::signature::Signature;
use crate::{Data, ElementType, Engine, Error, Kind, Options, Port, Precision, Session, Tensor};

const NAME: &str = Kind::OpenVino.name();

/// Before 2025.1 the numbers of the element types were others.
const OLDEST: (u32, u32) = (2025, 1);

/// Idle requests kept for the next runs; each holds its own inputs and outputs.
const KEPT_REQUESTS: usize = 2;

/// The one library that a process can have, kept until it ends.
static OPENED: Mutex<Option<OpenVino>> = Mutex::new(None);

#[derive(Clone)]
pub(crate) struct OpenVino {
    library: PathBuf,
    version: String,
    // Settings belong to the core, so they are made and used under one lock.
    core: Arc<Mutex<Core>>,
}

impl OpenVino {
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
        // The crate keeps whatever library it has opened, also one that it then refuses; so ask before.
        if let Some((year, release)) = version_in_name(&library).filter(|version| *version < OLDEST) {
            return Err(too_old(&format!("{year}.{release}")));
        }
        if !has_symbol(&library).map_err(|error| format!("cannot be read: {error}"))? {
            return Err("is not an OpenVINO library".into());
        }
        library.parent().map_or(Ok(()), check_parts)?;
        let (core, version) = contain(|| {
            openvino_sys::library::load_from(&library).map_err(|error| {
                if error.contains("too old") { too_old(&error) } else { format!("cannot be loaded: {error}") }
            })?;
            let core = Core::new().map_err(|error| format!("does not start: {error}"))?;
            Ok((core, ::openvino::version().build_number))
        })?;
        let version = version.split('-').next().unwrap_or_default().to_owned();
        let engine = Self { library, version, core: Arc::new(Mutex::new(core)) };
        Ok(opened.insert(engine).clone())
    }

    fn compile(&self, model: &[u8], options: &Options) -> Result<CompiledModel, String> {
        let mut core = self.core.lock().map_err(|_| "an earlier load panicked".to_owned())?;
        let threads = options.threads().to_string();
        let settings = [
            // OpenVINO takes bf16 by itself where the processor has it, so this is never left out.
            (RwPropertyKey::HintInferencePrecision, options.precision.id()),
            (RwPropertyKey::InferenceNumThreads, threads.as_str()),
            // One stream: one run uses all the threads. Batches are gathered before they come here.
            (RwPropertyKey::HintPerformanceMode, "LATENCY"),
            (RwPropertyKey::NumStreams, "1"),
            // The decoders run on the same cores.
            (RwPropertyKey::HintEnableCpuPinning, "NO"),
        ];
        core.set_properties(&DeviceType::CPU, settings).map_err(|error| error.to_string())?;
        let model = core.read_model_from_buffer(model, None).map_err(|error| error.to_string())?;
        core.compile_model(&model, DeviceType::CPU).map_err(|error| error.to_string())
    }
}

fn too_old(version: &str) -> String {
    format!("is too old ({version}; {}.{} is needed)", OLDEST.0, OLDEST.1)
}

/// `libopenvino_c.so.2641` and `libopenvino_c.so.2026.4.1` are both 2026.4.1.
fn version_in_name(library: &Path) -> Option<(u32, u32)> {
    let version = library.file_name()?.to_str()?.split_once(".so.")?.1;
    if let Some((year, rest)) = version.split_once('.') {
        return Some((year.parse().ok()?, rest.split('.').next()?.parse().ok()?));
    }
    let digits: Vec<u32> = version.chars().map(|digit| digit.to_digit(10)).collect::<Option<_>>()?;
    (digits.len() == 4).then(|| (2000 + digits[0] * 10 + digits[1], digits[2]))
}

/// Whether the name of the first function that is called stands in the file (of under half a megabyte).
fn has_symbol(library: &Path) -> io::Result<bool> {
    const SYMBOL: &[u8] = b"\0ov_get_openvino_version\0";
    const MOST_BYTES: u64 = 64 << 20;
    let mut bytes = Vec::new();
    File::open(library)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes.windows(SYMBOL.len()).any(|window| window == SYMBOL))
}

/// Checks the libraries that this one loads, some only when the first model comes. They lie beside it; Linux
/// distributions keep plugins one folder deeper.
fn check_parts(folder: &Path) -> Result<(), String> {
    let folders: Vec<PathBuf> = [folder.to_owned()]
        .into_iter()
        .chain(children(folder, |name| name.starts_with("openvino-")))
        .collect();
    for part in ["libopenvino.so", "libopenvino_onnx_frontend.so", "libopenvino_intel_cpu_plugin.so"] {
        let found = folders.iter().find_map(|folder| newest(folder, part));
        let found = found.ok_or_else(|| format!("lacks its part {part}"))?;
        library::inspect(&found).map_err(|fault| format!("needs {}, which {fault}", found.display()))?;
    }
    newest(folder, "libtbb.so").map_or(Ok(()), |threads| {
        library::inspect(&threads).map_err(|fault| format!("needs {}, which {fault}", threads.display()))
    })
}

impl Engine for OpenVino {
    fn kind(&self) -> Kind {
        Kind::OpenVino
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn supports(&self, precision: Precision) -> bool {
        match precision {
            Precision::F32 => true,
            // Every processor with AMX in bf16 has this too.
            #[cfg(target_arch = "x86_64")]
            Precision::Bf16 => std::is_x86_feature_detected!("avx512bf16"),
            #[cfg(not(target_arch = "x86_64"))]
            Precision::Bf16 => false,
        }
    }

    fn load(&self, model: &[u8], options: &Options) -> Result<Arc<dyn Session>, Error> {
        if !self.supports(options.precision) {
            return Err(Error::Precision { engine: NAME, precision: options.precision.id() });
        }
        let signature = Signature::read(NAME, model)?;
        let load = || {
            let compiled = self.compile(model, options)?;
            let count =
                |count: Result<usize, ::openvino::InferenceError>| count.map_err(|error| error.to_string());
            if count(compiled.get_input_size())? != signature.inputs.len()
                || count(compiled.get_output_size())? != signature.outputs.len()
            {
                return Err("it has other inputs or outputs than the file says".into());
            }
            Ok(compiled)
        };
        let compiled = contain(load).map_err(|reason| Error::Load { engine: NAME, reason })?;
        Ok(Arc::new(OpenVinoSession {
            signature,
            compiled: Mutex::new(compiled),
            idle: Mutex::new(Vec::new()),
        }))
    }
}

/// Each run borrows a request and makes one when none is idle: the library shares the weights among them.
struct OpenVinoSession {
    signature: Signature,
    compiled: Mutex<CompiledModel>,
    idle: Mutex<Vec<InferRequest>>,
}

impl OpenVinoSession {
    fn request(&self) -> Result<InferRequest, String> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(request) = idle {
            return Ok(request);
        }
        let mut compiled = self.compiled.lock().map_err(|_| "an earlier run panicked".to_owned())?;
        compiled.create_infer_request().map_err(|error| error.to_string())
    }

    fn keep(&self, request: InferRequest) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT_REQUESTS {
            idle.push(request);
        }
    }
}

impl Session for OpenVinoSession {
    fn inputs(&self) -> &[Port] {
        &self.signature.inputs
    }

    fn outputs(&self) -> &[Port] {
        &self.signature.outputs
    }

    fn run(&self, inputs: &[(&str, &Tensor)]) -> Result<Vec<(String, Tensor)>, Error> {
        let tensors = self.signature.order(inputs)?;
        let run = || {
            let mut request = self.request()?;
            for (index, given) in tensors.into_iter().enumerate() {
                let value = value(given)?;
                request.set_input_tensor_by_index(index, &value).map_err(|error| error.to_string())?;
            }
            request.infer().map_err(|error| error.to_string())?;
            let outputs = self.signature.outputs.iter().enumerate().map(|(index, port)| {
                let value = request.get_output_tensor_by_index(index).map_err(|error| error.to_string())?;
                Ok((port.name.clone(), tensor(&value, port.element)?))
            });
            let outputs = outputs.collect::<Result<_, String>>()?;
            self.keep(request);
            Ok(outputs)
        };
        contain(run).map_err(|reason| Error::Run { engine: NAME, reason })
    }
}

fn value(tensor: &Tensor) -> Result<OvTensor, String> {
    fn filled<T: Copy>(tensor: &Tensor, element: OvElementType, values: &[T]) -> Result<OvTensor, String> {
        let sides: Vec<i64> = tensor.shape().iter().map(|&side| side as i64).collect();
        let fill = || {
            let mut value = OvTensor::new(element, &Shape::new(&sides)?)?;
            value.get_data_mut::<T>()?.copy_from_slice(values);
            Ok(value)
        };
        fill().map_err(|error: ::openvino::InferenceError| error.to_string())
    }
    match tensor.data() {
        Data::F32(values) => filled(tensor, OvElementType::F32, values),
        Data::I64(values) => filled(tensor, OvElementType::I64, values),
        Data::I32(values) => filled(tensor, OvElementType::I32, values),
        Data::U8(values) => filled(tensor, OvElementType::U8, values),
        Data::I8(values) => filled(tensor, OvElementType::I8, values),
        Data::Bool(values) => {
            let bytes: Vec<u8> = values.iter().copied().map(u8::from).collect();
            filled(tensor, OvElementType::Boolean, &bytes)
        }
    }
}

fn tensor(value: &OvTensor, wanted: ElementType) -> Result<Tensor, String> {
    let read = || {
        let shape = value.get_shape()?;
        let shape: Option<Vec<usize>> =
            shape.get_dimensions().iter().map(|&side| usize::try_from(side).ok()).collect();
        let data = match value.get_element_type()? {
            OvElementType::F32 => Some(Data::F32(value.get_data()?.to_vec())),
            OvElementType::I64 => Some(Data::I64(value.get_data()?.to_vec())),
            OvElementType::I32 => Some(Data::I32(value.get_data()?.to_vec())),
            OvElementType::U8 => Some(Data::U8(value.get_data()?.to_vec())),
            OvElementType::I8 => Some(Data::I8(value.get_data()?.to_vec())),
            OvElementType::Boolean => {
                Some(Data::Bool(value.get_data::<u8>()?.iter().map(|byte| *byte != 0).collect()))
            }
            _ => None,
        };
        Ok((shape, data))
    };
    let (shape, data) = read().map_err(|error: ::openvino::InferenceError| error.to_string())?;
    let data = data
        .filter(|data| data.element() == wanted)
        .ok_or("an output holds other values than the model says")?;
    shape.and_then(|shape| Tensor::new(shape, data)).ok_or_else(|| "an output does not fill its shape".into())
}
