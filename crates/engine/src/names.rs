//! Names as users read and write them.

use std::fmt::{Display, Formatter, Result};

use crate::{Kind, Precision};

impl Display for Kind {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter.write_str(match self {
            Self::Rten => "rten",
            Self::OnnxRuntime => "onnxruntime",
            Self::OpenVino => "openvino",
        })
    }
}

impl Display for Precision {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter.write_str(match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
        })
    }
}
