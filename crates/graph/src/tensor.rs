//! Constant numbers inside a graph: weights, mostly.

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
    /// Bytes of one element.
    pub fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 | Self::U64 => 8,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::F16 | Self::Bf16 | Self::I16 | Self::U16 => 2,
            Self::I8 | Self::U8 | Self::Bool => 1,
        }
    }
}

/// A dense constant, row-major, little-endian bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    element: ElementType,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Tensor {
    /// A tensor over raw little-endian bytes; `None` when their number does not fit the shape.
    pub fn new(element: ElementType, shape: Vec<usize>, bytes: Vec<u8>) -> Option<Self> {
        let size = shape.iter().try_fold(element.size(), |product, &side| product.checked_mul(side))?;
        (size == bytes.len()).then_some(Self { element, shape, bytes })
    }

    /// A tensor of 32-bit floats; `None` when their number does not fit the shape.
    pub fn from_f32(shape: Vec<usize>, values: &[f32]) -> Option<Self> {
        Self::new(ElementType::F32, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    /// A tensor of 64-bit integers; `None` when their number does not fit the shape.
    pub fn from_i64(shape: Vec<usize>, values: &[i64]) -> Option<Self> {
        Self::new(ElementType::I64, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect())
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

    /// The numbers when they are 32-bit floats.
    pub fn to_f32(&self) -> Option<Vec<f32>> {
        let (words, rest) = self.bytes.as_chunks::<4>();
        (self.element == ElementType::F32 && rest.is_empty())
            .then(|| words.iter().map(|word| f32::from_le_bytes(*word)).collect())
    }
}
