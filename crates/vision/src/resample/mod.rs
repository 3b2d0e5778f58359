//! Resizing as Pillow does it, to the last bit.
//!
//! The scheme is that of Pillow's `Resample.c`: the filter widened by the ratio when a picture shrinks, integer
//! weights with 22 bits after the point, one direction after the other, rounded to eight bits in between.
//! Networks were trained on what Pillow gives; resizers that round differently move one probability in six by more
//! than 0.01.

mod blend;
mod nearest;
mod source;
mod weights;

use std::ops::Range;

use crate::{Error, Filter, Limits, Picture};
use weights::Weights;

pub(crate) use source::{Border, Fill, Source};

/// Most pixels that a resized picture may have; the shape rules of a model never need so many.
const MOST_PIXELS: u64 = 4096 * 4096;

/// Most pixels of a source with its border, which is never held in memory but has to be gone through.
const MOST_BORDERED_PIXELS: u64 = 400_000_000;

/// Resizes the whole picture, or the part inside `area` (left, top, right, bottom in pixels, fractions allowed), to
/// `width` x `height` pixels. Equal to Pillow's `Image.resize((width, height), filter, area)` bit by bit.
///
/// [`Error::Rule`] when the area is not inside the picture or the size is zero or above 4096 x 4096 pixels in all.
pub fn resize(
    picture: &Picture,
    width: u32,
    height: u32,
    filter: Filter,
    area: Option<[f32; 4]>,
) -> Result<Picture, Error> {
    let (right, bottom) = (picture.width() as f32, picture.height() as f32);
    let area = area.unwrap_or([0.0, 0.0, right, bottom]);
    let inside = |from: f32, to: f32, end: f32| from >= 0.0 && from < to && to <= end;
    if !inside(area[0], area[2], right) || !inside(area[1], area[3], bottom) {
        return Err(Error::Rule("the area to resize is not inside the picture".to_owned()));
    }
    let full = Size { width, height };
    let window = Window { left: 0, top: 0, width, height };
    resize_window(&Source::whole(picture), area, full, window, filter)
}

/// Width and height of a resized picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// A rectangle in a resized picture; it may reach beyond, and is black there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) left: i64,
    pub(crate) top: i64,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Window {
    /// The rows (or columns) of a picture of `length` that the window shows, and where they begin in the window.
    fn shown(offset: i64, extent: u32, length: u32) -> (Range<u32>, usize) {
        let from = offset.clamp(0, i64::from(length));
        let to = (offset + i64::from(extent)).clamp(from, i64::from(length));
        (from as u32..to as u32, (from - offset) as usize)
    }
}

/// Resizes to `full`, but computes only what `window` shows of it.
///
/// A picture of 1 x 50,000 pixels brought to a short side of 256 would have 12 million rows; a centre crop needs 256
/// of them. The result is the same to the bit because every resized pixel depends on the source alone.
pub(crate) fn resize_window(
    source: &Source<'_>,
    area: [f32; 4],
    full: Size,
    window: Window,
    filter: Filter,
) -> Result<Picture, Error> {
    let pixels = u64::from(window.width) * u64::from(window.height);
    if pixels > MOST_PIXELS
        || window.width.max(window.height) > Limits::LONGEST_SIDE
        || source.width() * source.height() > MOST_BORDERED_PIXELS
    {
        return Err(source.too_thin());
    }
    let (columns, left) = Window::shown(window.left, window.width, full.width);
    let (rows, top) = Window::shown(window.top, window.height, full.height);
    let stride = window.width as usize * 3;
    let mut canvas = vec![0; stride * window.height as usize];
    if !columns.is_empty() && !rows.is_empty() {
        let span = left * 3..(left + columns.len()) * 3;
        let lines = canvas[top * stride..]
            .chunks_exact_mut(stride)
            .take(rows.len())
            .map(|line| &mut line[span.clone()]);
        let across =
            Axis { from: area[0], to: area[2], source: source.width(), full: full.width, shown: columns };
        let down =
            Axis { from: area[1], to: area[3], source: source.height(), full: full.height, shown: rows };
        if filter == Filter::Nearest {
            nearest::pick(source, &across, &down, lines);
        } else {
            filtered(source, &across, &down, filter, lines);
        }
    }
    Picture::new(window.width, window.height, canvas)
        .ok_or_else(|| Error::Rule("a resized picture must have pixels".to_owned()))
}

/// One direction of a resize.
struct Axis {
    /// Where the source area begins and ends, in source pixels.
    from: f32,
    to: f32,
    /// Pixels of the source, border included.
    source: u64,
    /// Pixels of the whole resized picture.
    full: u32,
    /// Pixels of it to compute.
    shown: Range<u32>,
}

/// Both passes, in Pillow's order. Neither holds a whole picture between the passes.
fn filtered<'a>(
    source: &Source<'_>,
    across: &Axis,
    down: &Axis,
    filter: Filter,
    lines: impl Iterator<Item = &'a mut [u8]>,
) {
    let columns_weights = Weights::new(across, filter);
    let columns = blend::Columns::new(&columns_weights, source.width() as usize);
    let rows = Weights::new(down, filter);
    if rows_come_first(across, down) {
        shorten_then_narrow(source, &columns, &rows, lines);
    } else {
        narrow_then_shorten(source, &columns, &rows, lines);
    }
}

/// Pillow 13 takes the rows first where that drops far more of the picture; earlier versions never did. The two orders
/// round differently, by one at most.
fn rows_come_first(across: &Axis, down: &Axis) -> bool {
    let over = |axis: &Axis| axis.source as i64 - i64::from(axis.full);
    over(down) > 0 && over(down) > 2 * over(across)
}

/// Columns first: a ring holds as many narrowed rows as one output row needs.
fn narrow_then_shorten<'a>(
    source: &Source<'_>,
    columns: &blend::Columns<'_>,
    rows: &Weights,
    lines: impl Iterator<Item = &'a mut [u8]>,
) {
    let stride = columns.len() * 3;
    let slots = rows.longest();
    let mut ring = vec![0; stride * slots];
    let mut scratch = source.scratch_row();
    let mut next = 0;
    for (index, line) in lines.enumerate() {
        let (start, weights) = rows.of(index);
        next = next.max(start);
        while next < start + weights.len() {
            let narrowed = &mut ring[next % slots * stride..][..stride];
            match source.row(next) {
                Some(row) => columns.resize(source.bordered(row, &mut scratch), narrowed),
                None => narrowed.fill(0),
            }
            next += 1;
        }
        blend::rows(|tap| Some(&ring[(start + tap) % slots * stride..][..stride]), weights, line);
    }
}

/// Rows first: the source rows are summed where they stand.
fn shorten_then_narrow<'a>(
    source: &Source<'_>,
    columns: &blend::Columns<'_>,
    rows: &Weights,
    lines: impl Iterator<Item = &'a mut [u8]>,
) {
    let mut shortened = source.plain_row();
    let mut scratch = source.scratch_row();
    for (index, line) in lines.enumerate() {
        let (start, weights) = rows.of(index);
        blend::rows(|tap| source.row(start + tap), weights, &mut shortened);
        columns.resize(source.bordered(&shortened, &mut scratch), line);
    }
}
