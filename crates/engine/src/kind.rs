//! Names of the engines and of their arithmetic.

use std::fmt;

/// The engines that Pinhole knows. [`crate::Places::select`] ranks them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Kind {
    Rten,
    OnnxRuntime,
    OpenVino,
}

impl Kind {
    /// Every engine; the built-in one first.
    pub const ALL: [Self; 3] = [Self::Rten, Self::OnnxRuntime, Self::OpenVino];

    /// The word for configuration files and the command line, such as `onnxruntime`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Rten => "rten",
            Self::OnnxRuntime => "onnxruntime",
            Self::OpenVino => "openvino",
        }
    }

    /// The name for people, such as `ONNX Runtime`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rten => "rten",
            Self::OnnxRuntime => "ONNX Runtime",
            Self::OpenVino => "OpenVINO",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The precision of the arithmetic inside an engine. Always set explicitly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32-bit floats.
    #[default]
    F32,
    /// 16-bit brain floats where the engine and the processor have them.
    Bf16,
}

impl Precision {
    /// The word for configuration files and messages, such as `bf16`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.id())
    }
}
