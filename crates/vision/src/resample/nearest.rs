//! The nearest source pixel, found as Pillow finds it: positions are summed up step by step in 64 bits.

use super::{Axis, Source};

/// Fills the lines; what lies outside the source is left as it is.
pub(super) fn pick<'a>(
    source: &Source<'_>,
    across: &Axis,
    down: &Axis,
    lines: impl Iterator<Item = &'a mut [u8]>,
) {
    let columns = positions(across);
    let mut scratch = source.scratch_row();
    for (row, line) in positions(down).into_iter().zip(lines) {
        let Some(row) = row.and_then(|row| source.row(row)) else { continue };
        let row = source.bordered(row, &mut scratch);
        for (column, pixel) in columns.iter().zip(line.chunks_exact_mut(3)) {
            if let Some(from) = column.and_then(|column| row.get(column * 3..column * 3 + 3)) {
                pixel.copy_from_slice(from);
            }
        }
    }
}

fn positions(axis: &Axis) -> Vec<Option<usize>> {
    let step = f64::from(axis.to - axis.from) / f64::from(axis.full);
    let mut at = f64::from(axis.from) + step * 0.5;
    let mut positions = Vec::with_capacity(axis.shown.len());
    // From the first pixel on even when only later ones are shown: a product would round differently.
    for index in 0..axis.shown.end {
        if index >= axis.shown.start {
            positions.push((at >= 0.0 && (at as u64) < axis.source).then_some(at as usize));
        }
        at += step;
    }
    positions
}
