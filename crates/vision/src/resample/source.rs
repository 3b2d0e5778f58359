//! A part of a picture with a border around it, as a resize reads it. Neither is copied.

use crate::{Error, Picture};

/// What a border shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    /// Black.
    Zeros,
    /// The outermost pixel again (numpy's "edge").
    Edge,
    /// The picture mirrored, its outermost pixel not repeated (numpy's "reflect").
    Reflect,
}

/// Pixels added on each side.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Border {
    pub(crate) left: u32,
    pub(crate) top: u32,
    pub(crate) right: u32,
    pub(crate) bottom: u32,
    pub(crate) fill: Fill,
}

/// A rectangle of a picture, with a border.
pub(crate) struct Source<'a> {
    picture: &'a Picture,
    left: u32,
    top: u32,
    width: u32,
    height: u32,
    border: Border,
}

impl<'a> Source<'a> {
    /// The whole picture without a border.
    pub(crate) fn whole(picture: &'a Picture) -> Self {
        let border = Border { left: 0, top: 0, right: 0, bottom: 0, fill: Fill::Zeros };
        Self { picture, left: 0, top: 0, width: picture.width(), height: picture.height(), border }
    }

    /// A rectangle, cut to what the picture has but at least one pixel, and a border around it.
    pub(crate) fn part(
        picture: &'a Picture,
        left: u32,
        top: u32,
        width: u32,
        height: u32,
        border: Border,
    ) -> Self {
        let left = left.min(picture.width() - 1);
        let top = top.min(picture.height() - 1);
        let width = width.clamp(1, picture.width() - left);
        let height = height.clamp(1, picture.height() - top);
        Self { picture, left, top, width, height, border }
    }

    /// Width with the border.
    pub(crate) fn width(&self) -> u64 {
        u64::from(self.width) + u64::from(self.border.left) + u64::from(self.border.right)
    }

    /// Height with the border.
    pub(crate) fn height(&self) -> u64 {
        u64::from(self.height) + u64::from(self.border.top) + u64::from(self.border.bottom)
    }

    pub(crate) fn too_thin(&self) -> Error {
        Error::TooThin { width: self.picture.width(), height: self.picture.height() }
    }

    /// Room for a row with its border; empty when there is none.
    pub(super) fn scratch_row(&self) -> Vec<u8> {
        if self.border.left == 0 && self.border.right == 0 {
            return Vec::new();
        }
        vec![0; self.width() as usize * 3]
    }

    /// Room for a row without its border.
    pub(super) fn plain_row(&self) -> Vec<u8> {
        vec![0; self.width as usize * 3]
    }

    /// A row, counted with the border above, but without the border beside it; `None` for a black one.
    pub(super) fn row(&self, index: usize) -> Option<&'a [u8]> {
        let row = inside(index, self.border.top, self.height, self.border.fill)?;
        let at = (self.top as usize + row) * self.picture.width() as usize + self.left as usize;
        Some(&self.picture.pixels()[at * 3..][..self.width as usize * 3])
    }

    /// A row with the border beside it, put together in the scratch row where there is one.
    pub(super) fn bordered<'b>(&self, row: &'b [u8], scratch: &'b mut [u8]) -> &'b [u8] {
        if scratch.is_empty() {
            return row;
        }
        let (left, right) = (self.border.left as usize * 3, self.border.right as usize * 3);
        let end = scratch.len() - right;
        scratch[left..end].copy_from_slice(row);
        let beside = (0..left / 3).chain(end / 3..scratch.len() / 3);
        for column in beside {
            if let Some(from) = inside(column, self.border.left, self.width, self.border.fill) {
                scratch[column * 3..column * 3 + 3].copy_from_slice(&row[from * 3..from * 3 + 3]);
            }
        }
        scratch
    }
}

/// The pixel of the part that is shown at a position counted with the border.
fn inside(position: usize, before: u32, length: u32, fill: Fill) -> Option<usize> {
    let (position, length) = (position as i64 - i64::from(before), i64::from(length));
    let last = length - 1;
    let index = match fill {
        _ if (0..length).contains(&position) => position,
        Fill::Zeros => return None,
        Fill::Edge => position.clamp(0, last),
        Fill::Reflect if last == 0 => 0,
        Fill::Reflect => {
            let turn = position.rem_euclid(2 * last);
            turn.min(2 * last - turn)
        }
    };
    Some(index as usize)
}
