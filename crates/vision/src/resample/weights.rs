//! Which source pixels make a resized pixel, and how much of each.

use super::Axis;
use crate::Filter;

/// Bits after the point of a weight: 32, less 8 for the pixel and 2 for filters that overshoot (Pillow's choice).
pub(super) const PRECISION: u32 = 22;

/// For each resized pixel the first source pixel and the weights from there on.
pub(super) struct Weights {
    starts: Vec<usize>,
    /// Where the weights of a pixel begin in `values`; one entry more than pixels.
    bounds: Vec<usize>,
    values: Vec<i32>,
}

impl Weights {
    pub(super) fn new(axis: &Axis, filter: Filter) -> Self {
        let (support, curve): (f64, fn(f64) -> f64) = match filter {
            Filter::Nearest | Filter::Bilinear => (1.0, triangle),
            Filter::Bicubic => (2.0, cubic),
            Filter::Lanczos => (3.0, lanczos),
        };
        // The length is taken in 32 bits, as Pillow's box is.
        let scale = f64::from(axis.to - axis.from) / f64::from(axis.full);
        let widening = scale.max(1.0);
        let support = support * widening;

        let mut table = Self { starts: Vec::new(), bounds: vec![0], values: Vec::new() };
        let mut exact = Vec::new();
        for position in axis.shown.clone() {
            let center = f64::from(axis.from) + (f64::from(position) + 0.5) * scale;
            // Truncated after clamping at zero, like a conversion to `int` in C.
            let start = (center - support + 0.5).max(0.0) as u64;
            let end = ((center + support + 0.5).max(0.0) as u64).min(axis.source);
            exact.clear();
            exact.extend((start..end).map(|pixel| curve((pixel as f64 - center + 0.5) * (1.0 / widening))));
            let total: f64 = exact.iter().sum();
            table.starts.push(start as usize);
            table.values.extend(
                exact.iter().map(|&weight| fixed_point(if total == 0.0 { weight } else { weight / total })),
            );
            table.bounds.push(table.values.len());
        }
        table
    }

    /// Number of resized pixels.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Most source pixels that one resized pixel needs, at least one.
    pub(super) fn longest(&self) -> usize {
        self.bounds.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0).max(1)
    }

    /// The first source pixel and the weights of a resized pixel.
    pub(super) fn of(&self, index: usize) -> (usize, &[i32]) {
        (self.starts[index], &self.values[self.bounds[index]..self.bounds[index + 1]])
    }
}

/// Rounds half away from zero.
fn fixed_point(weight: f64) -> i32 {
    let scaled = weight * f64::from(1 << PRECISION);
    (if scaled < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as i32
}

fn triangle(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 { 1.0 - x } else { 0.0 }
}

/// Keys' cubic convolution with a = -0.5.
fn cubic(x: f64) -> f64 {
    const A: f64 = -0.5;
    let x = x.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

/// A sinc under a window of a sinc three times as wide.
fn lanczos(x: f64) -> f64 {
    if (-3.0..3.0).contains(&x) { sinc(x) * sinc(x / 3.0) } else { 0.0 }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    let x = x * std::f64::consts::PI;
    x.sin() / x
}
