//! The two passes of weighted sums, written so that the compiler makes vector code of them: each is compiled for
//! several instruction sets, and the processor's best is taken.
#![expect(clippy::inline_always, reason = "only inlined code gets the wider instructions")]

use pulp::{Arch, Simd, WithSimd};

use super::weights::{PRECISION, Weights};

/// Half a unit, so that cutting the fraction off rounds to nearest.
const HALF: i32 = 1 << (PRECISION - 1);

/// Samples summed side by side in the pass over rows.
const LANES: usize = 48;

/// Bytes of a block in the pass over columns: eight RGB pixels, a whole number of vectors and of pixels.
const BLOCK: usize = 24;

/// Resized pixels whose sources are few are faster one sample at a time.
const FEW_TAPS: usize = 6;

/// The pass along a row.
pub(super) struct Columns<'a> {
    arch: Arch,
    weights: &'a Weights,
    blocks: Option<Blocks>,
}

/// Weights spread over the bytes of RGB pixels, in whole blocks, every resized pixel having as many.
struct Blocks {
    /// First byte of the source row.
    starts: Vec<usize>,
    /// Bytes for each resized pixel.
    length: usize,
    weights: Vec<i32>,
}

impl<'a> Columns<'a> {
    pub(super) fn new(weights: &'a Weights, source_width: usize) -> Self {
        let pixels = weights.longest().next_multiple_of(BLOCK / 3);
        let worth_it = weights.longest() > FEW_TAPS && pixels <= source_width;
        Self {
            arch: Arch::new(),
            weights,
            blocks: worth_it.then(|| Blocks::new(weights, pixels, source_width)),
        }
    }

    /// Number of resized pixels.
    pub(super) fn len(&self) -> usize {
        self.weights.len()
    }

    /// Resizes one row of RGB.
    pub(super) fn resize(&self, source: &[u8], resized: &mut [u8]) {
        match &self.blocks {
            Some(blocks) => self.arch.dispatch(RowPass { blocks, source, resized }),
            None => self.resize_plainly(source, resized),
        }
    }

    fn resize_plainly(&self, source: &[u8], resized: &mut [u8]) {
        for (index, pixel) in resized.chunks_exact_mut(3).enumerate() {
            let (start, weights) = self.weights.of(index);
            let mut sums = [HALF; 3];
            for (from, &weight) in source[start * 3..].chunks_exact(3).zip(weights) {
                for (sum, &sample) in sums.iter_mut().zip(from) {
                    *sum += i32::from(sample) * weight;
                }
            }
            pixel.copy_from_slice(&sums.map(rounded));
        }
    }
}

/// One row through [`Blocks::resize`], as the dispatcher wants it.
struct RowPass<'a> {
    blocks: &'a Blocks,
    source: &'a [u8],
    resized: &'a mut [u8],
}

impl WithSimd for RowPass<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.blocks.resize(self.source, self.resized);
    }
}

/// Rows through [`sum_rows`], as the dispatcher wants them.
struct RowsPass<'a> {
    taps: &'a [(&'a [u8], i32)],
    resized: &'a mut [u8],
}

impl WithSimd for RowsPass<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        sum_rows(self.taps, self.resized);
    }
}

impl Blocks {
    fn new(weights: &Weights, pixels: usize, source_width: usize) -> Self {
        let length = pixels * 3;
        let mut blocks = Self { starts: Vec::new(), length, weights: vec![0; weights.len() * length] };
        for (index, spread) in blocks.weights.chunks_exact_mut(length).enumerate() {
            let (first, row) = weights.of(index);
            // At the right edge the window moves to the left, with weights of zero in front.
            let start = first.min(source_width - pixels);
            blocks.starts.push(start * 3);
            for (three, &weight) in spread[(first - start) * 3..].chunks_exact_mut(3).zip(row) {
                three.fill(weight);
            }
        }
        blocks
    }

    #[inline(always)]
    fn resize(&self, source: &[u8], resized: &mut [u8]) {
        let weights = self.weights.chunks_exact(self.length);
        for ((pixel, &start), weights) in resized.chunks_exact_mut(3).zip(&self.starts).zip(weights) {
            let mut sums = [0; BLOCK];
            let (samples, _) = source[start..start + self.length].as_chunks::<BLOCK>();
            let (weights, _) = weights.as_chunks::<BLOCK>();
            for (samples, weights) in samples.iter().zip(weights) {
                for lane in 0..BLOCK {
                    sums[lane] += i32::from(samples[lane]) * weights[lane];
                }
            }
            let mut pixel_sums = [HALF; 3];
            for three in sums.chunks_exact(3) {
                for (total, sum) in pixel_sums.iter_mut().zip(three) {
                    *total += sum;
                }
            }
            pixel.copy_from_slice(&pixel_sums.map(rounded));
        }
    }
}

/// The pass over rows: a weighted sum of whole rows, given by their number; `None` is a black one.
pub(super) fn rows<'a>(row: impl Fn(usize) -> Option<&'a [u8]>, weights: &[i32], resized: &mut [u8]) {
    let taps: Vec<(&[u8], i32)> =
        weights.iter().enumerate().filter_map(|(tap, &weight)| Some((row(tap)?, weight))).collect();
    Arch::new().dispatch(RowsPass { taps: &taps, resized });
}

#[inline(always)]
fn sum_rows(taps: &[(&[u8], i32)], resized: &mut [u8]) {
    let (blocks, rest) = resized.as_chunks_mut::<LANES>();
    for (index, block) in blocks.iter_mut().enumerate() {
        let mut sums = [HALF; LANES];
        for &(row, weight) in taps {
            let samples = &row[index * LANES..][..LANES];
            for lane in 0..LANES {
                sums[lane] += i32::from(samples[lane]) * weight;
            }
        }
        for lane in 0..LANES {
            block[lane] = rounded(sums[lane]);
        }
    }
    let done = blocks.len() * LANES;
    for (index, sample) in rest.iter_mut().enumerate() {
        let sum = taps.iter().fold(HALF, |sum, &(row, weight)| sum + i32::from(row[done + index]) * weight);
        *sample = rounded(sum);
    }
}

#[inline(always)]
fn rounded(sum: i32) -> u8 {
    (sum >> PRECISION).clamp(0, 255) as u8
}
