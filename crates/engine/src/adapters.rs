//! One adapter for each library that runs graphs.

mod onnx_runtime;
mod openvino;
mod rten;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) use onnx_runtime::OnnxRuntime;
pub(crate) use openvino::OpenVino;
pub(crate) use rten::Rten;

/// Calls into a library and turns a panic there into its message. What the call was changing when it
/// panicked must not be used again, unless the library promises that it stays sound.
fn contain<T>(call: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| Err(message(panic.as_ref())))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let words =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("it panicked ({})", words.unwrap_or("without a message"))
}
