//! Constant numbers inside a graph: weights, mostly.

use std::fmt;

use prost::bytes::Bytes;

/// Element types of ONNX that Pinhole carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum ElementType {
    F32,
    F64,
    F16,
    Bf16,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    Bool,
}

impl ElementType {
    /// Every element type beside its number in ONNX (`TensorProto.DataType`) and its short name.
    const TABLE: [(Self, i32, &'static str); 13] = [
        (Self::F32, 1, "f32"),
        (Self::U8, 2, "u8"),
        (Self::I8, 3, "i8"),
        (Self::U16, 4, "u16"),
        (Self::I16, 5, "i16"),
        (Self::I32, 6, "i32"),
        (Self::I64, 7, "i64"),
        (Self::Bool, 9, "bool"),
        (Self::F16, 10, "f16"),
        (Self::F64, 11, "f64"),
        (Self::U32, 12, "u32"),
        (Self::U64, 13, "u64"),
        (Self::Bf16, 16, "bf16"),
    ];

    /// Bytes of one element.
    pub fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 | Self::U64 => 8,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::F16 | Self::Bf16 | Self::I16 | Self::U16 => 2,
            Self::I8 | Self::U8 | Self::Bool => 1,
        }
    }

    /// The number that ONNX gives this type.
    pub(crate) fn code(self) -> i32 {
        Self::TABLE.iter().find(|row| row.0 == self).map_or(0, |row| row.1)
    }

    /// The type that has this number in ONNX; `None` for those that Pinhole does not carry.
    pub(crate) fn from_code(code: i32) -> Option<Self> {
        Self::TABLE.iter().find(|row| row.1 == code).map(|row| row.0)
    }
}

impl fmt::Display for ElementType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::TABLE.iter().find(|row| row.0 == *self).map_or("?", |row| row.2);
        formatter.write_str(name)
    }
}

/// A dense constant, row-major, little-endian bytes. Clones share the bytes.
#[derive(Clone, PartialEq)]
pub struct Tensor {
    element: ElementType,
    shape: Vec<usize>,
    bytes: Bytes,
}

impl Tensor {
    /// A tensor over raw little-endian bytes; `None` when their number does not fit the shape.
    pub fn new(element: ElementType, shape: Vec<usize>, bytes: impl Into<Bytes>) -> Option<Self> {
        let bytes = bytes.into();
        let size = shape.iter().try_fold(element.size(), |product, &side| product.checked_mul(side))?;
        (size == bytes.len()).then_some(Self { element, shape, bytes })
    }

    /// A tensor of 32-bit floats; `None` when their number does not fit the shape.
    pub fn from_f32(shape: Vec<usize>, values: &[f32]) -> Option<Self> {
        Self::new(ElementType::F32, shape, little_endian(values, f32::to_le_bytes))
    }

    /// A tensor of 64-bit integers; `None` when their number does not fit the shape.
    pub fn from_i64(shape: Vec<usize>, values: &[i64]) -> Option<Self> {
        Self::new(ElementType::I64, shape, little_endian(values, i64::to_le_bytes))
    }

    /// A single 32-bit float, without sides.
    pub fn scalar(value: f32) -> Self {
        Self {
            element: ElementType::F32,
            shape: Vec::new(),
            bytes: Bytes::copy_from_slice(&value.to_le_bytes()),
        }
    }

    /// Type of each element.
    pub fn element(&self) -> ElementType {
        self.element
    }

    /// Sides, outermost first.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Raw little-endian bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same bytes, shared and not copied.
    pub(crate) fn shared_bytes(&self) -> Bytes {
        self.bytes.clone()
    }

    /// The numbers when they are 32-bit floats.
    pub fn to_f32(&self) -> Option<Vec<f32>> {
        let (words, rest) = self.bytes.as_chunks::<4>();
        (self.element == ElementType::F32 && rest.is_empty())
            .then(|| words.iter().map(|word| f32::from_le_bytes(*word)).collect())
    }

    /// The numbers when they are 64-bit integers.
    pub fn to_i64(&self) -> Option<Vec<i64>> {
        let (words, rest) = self.bytes.as_chunks::<8>();
        (self.element == ElementType::I64 && rest.is_empty())
            .then(|| words.iter().map(|word| i64::from_le_bytes(*word)).collect())
    }
}

impl fmt::Display for Tensor {
    /// Type and sides, such as `f32[64, 3, 7, 7]`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{:?}", self.element, self.shape)
    }
}

impl fmt::Debug for Tensor {
    /// Leaves the numbers out: there may be millions.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Tensor({self})")
    }
}

/// The bytes of `values`, one after the other.
pub(crate) fn little_endian<T: Copy, const N: usize>(values: &[T], bytes: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().map(|&value| bytes(value)).collect::<Vec<_>>().into_flattened()
}
