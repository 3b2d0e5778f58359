//! One constant of a file, however it is stored, to the one form that Pinhole keeps.

use prost::bytes::Bytes;

use crate::schema;
use crate::tensor::little_endian;
use crate::{ElementType, Error, Tensor};

/// Name and content of a stored tensor.
pub(super) fn read(mut stored: schema::Tensor) -> Result<(String, Tensor), Error> {
    let name = std::mem::take(&mut stored.name);
    if stored.location == schema::EXTERNAL || !stored.external_data.is_empty() {
        return Err(Error::Invalid(format!(
            "the constant \"{name}\" is kept in another file; save the model as a single file \
             (in Python: onnx.save(model, path, save_as_external_data=False))"
        )));
    }
    let element = element(stored.element.unwrap_or_default(), &name)?;
    let shape: Option<Vec<usize>> =
        stored.dimensions.iter().map(|&side| usize::try_from(side).ok()).collect();
    let shape =
        shape.ok_or_else(|| Error::Invalid(format!("the constant \"{name}\" has a negative side")))?;
    let bytes = match stored.raw_data.take() {
        Some(raw) if !raw.is_empty() => raw,
        _ => typed_bytes(&stored, element, &name)?,
    };
    let found = bytes.len();
    let wanted = format!("{element}{shape:?}");
    let tensor = Tensor::new(element, shape, bytes).ok_or_else(|| {
        Error::Invalid(format!("the constant \"{name}\" has {found} bytes, which do not make {wanted}"))
    })?;
    Ok((name, tensor))
}

/// The element type with this number, or a sentence that names the one that Pinhole does not carry.
pub(super) fn element(code: i32, name: &str) -> Result<ElementType, Error> {
    ElementType::from_code(code).ok_or_else(|| {
        let what = match code {
            0 => "has no element type".to_owned(),
            8 => "holds strings".to_owned(),
            14 | 15 => "holds complex numbers".to_owned(),
            17..=20 | 24 => "holds 8-bit floats".to_owned(),
            21..=23 | 25..=28 => "holds numbers of less than 8 bits".to_owned(),
            other => format!("has the unknown element type {other}"),
        };
        Error::Invalid(format!("\"{name}\" {what}, which Pinhole does not run"))
    })
}

/// Numbers stored in the field of their type: each type has one, small integers and half floats share `int32_data`.
fn typed_bytes(stored: &schema::Tensor, element: ElementType, name: &str) -> Result<Bytes, Error> {
    let bytes = match element {
        ElementType::F32 => Some(little_endian(&stored.float_data, f32::to_le_bytes)),
        ElementType::F64 => Some(little_endian(&stored.double_data, f64::to_le_bytes)),
        ElementType::I64 => Some(little_endian(&stored.int64_data, i64::to_le_bytes)),
        ElementType::U64 => Some(little_endian(&stored.uint64_data, u64::to_le_bytes)),
        ElementType::I32 => Some(little_endian(&stored.int32_data, i32::to_le_bytes)),
        ElementType::U32 => narrow::<_, u32, 4>(&stored.uint64_data, u32::to_le_bytes),
        ElementType::I16 => narrow::<_, i16, 2>(&stored.int32_data, i16::to_le_bytes),
        // Half floats are stored by their bits.
        ElementType::U16 | ElementType::F16 | ElementType::Bf16 => {
            narrow::<_, u16, 2>(&stored.int32_data, u16::to_le_bytes)
        }
        ElementType::I8 => narrow::<_, i8, 1>(&stored.int32_data, i8::to_le_bytes),
        ElementType::U8 => narrow::<_, u8, 1>(&stored.int32_data, u8::to_le_bytes),
        ElementType::Bool => Some(little_endian(&stored.int32_data, |value| [u8::from(value != 0)])),
    };
    bytes.map(Bytes::from).ok_or_else(|| {
        Error::Invalid(format!("the constant \"{name}\" holds a number that does not fit {element}"))
    })
}

/// Wide integers to the narrow ones that they stand for; `None` when one does not fit.
fn narrow<Wide: Copy, Narrow: TryFrom<Wide>, const N: usize>(
    values: &[Wide],
    bytes: impl Fn(Narrow) -> [u8; N],
) -> Option<Vec<u8>> {
    let mut all = Vec::with_capacity(values.len() * N);
    for &value in values {
        all.extend_from_slice(&bytes(Narrow::try_from(value).ok()?));
    }
    Some(all)
}
