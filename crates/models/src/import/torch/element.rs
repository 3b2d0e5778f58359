//! The element types of `PyTorch` storages, and their conversion to what a graph carries.

use graph::ElementType;
use half::{bf16, f16};

use crate::import::pickle::ClassName;

/// Element type of a storage class, such as `torch.FloatStorage`.
pub(super) fn of_storage(class: &ClassName) -> Option<ElementType> {
    if !matches!(&*class.module, "torch" | "torch.cuda" | "torch.storage") {
        return None;
    }
    Some(match &*class.name {
        "FloatStorage" => ElementType::F32,
        "DoubleStorage" => ElementType::F64,
        "HalfStorage" => ElementType::F16,
        "BFloat16Storage" => ElementType::Bf16,
        "CharStorage" => ElementType::I8,
        "ShortStorage" => ElementType::I16,
        "IntStorage" => ElementType::I32,
        "LongStorage" => ElementType::I64,
        "ByteStorage" | "UntypedStorage" | "_UntypedStorage" => ElementType::U8,
        "BoolStorage" => ElementType::Bool,
        _ => return None,
    })
}

/// Element type of a dtype, such as `torch.float32`.
pub(super) fn of_dtype(class: &ClassName) -> Option<ElementType> {
    if &*class.module != "torch" {
        return None;
    }
    Some(match &*class.name {
        "float32" => ElementType::F32,
        "float64" => ElementType::F64,
        "float16" => ElementType::F16,
        "bfloat16" => ElementType::Bf16,
        "int8" => ElementType::I8,
        "int16" => ElementType::I16,
        "int32" => ElementType::I32,
        "int64" => ElementType::I64,
        "uint8" => ElementType::U8,
        "uint16" => ElementType::U16,
        "uint32" => ElementType::U32,
        "uint64" => ElementType::U64,
        "bool" => ElementType::Bool,
        _ => return None,
    })
}

/// The type in which an element leaves the importer: every floating-point type becomes 32 bits wide.
pub(super) fn imported(element: ElementType) -> ElementType {
    match element {
        ElementType::F64 | ElementType::F16 | ElementType::Bf16 => ElementType::F32,
        other => other,
    }
}

/// Converts packed little-endian elements to their [`imported`] type.
pub(super) fn convert(element: ElementType, bytes: Vec<u8>) -> Vec<u8> {
    match element {
        ElementType::F16 => widen(&bytes, |word| f16::from_le_bytes(word).to_f32()),
        ElementType::Bf16 => widen(&bytes, |word| bf16::from_le_bytes(word).to_f32()),
        ElementType::F64 => widen(&bytes, |word| f64::from_le_bytes(word) as f32),
        _ => bytes,
    }
}

fn widen<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Vec<u8> {
    bytes.as_chunks::<N>().0.iter().flat_map(|&word| number(word).to_le_bytes()).collect()
}
