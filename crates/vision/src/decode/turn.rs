//! The eight EXIF orientations, turned upright.

use image::metadata::Orientation;

use crate::Picture;

/// Edge of the square that is turned at a time: reads and writes then stay in the cache.
const TILE: usize = 64;

/// Whether the orientation needs a second copy of the pixels (width and height change places).
pub(super) fn needs_copy(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

/// Width and height after turning.
pub(super) fn upright_size(width: u32, height: u32, orientation: Orientation) -> (u32, u32) {
    if needs_copy(orientation) { (height, width) } else { (width, height) }
}

/// Turns rows of RGB; `None` when they do not fit the size.
pub(super) fn upright(
    width: u32,
    height: u32,
    mut pixels: Vec<u8>,
    orientation: Orientation,
) -> Option<Picture> {
    let row = width as usize * 3;
    if row == 0 || pixels.len() != row * height as usize {
        return None;
    }
    let pixels = match orientation {
        Orientation::NoTransforms => pixels,
        Orientation::FlipHorizontal => {
            pixels.chunks_exact_mut(row).for_each(reverse_pixels);
            pixels
        }
        Orientation::FlipVertical => {
            reverse_rows(&mut pixels, row);
            pixels
        }
        Orientation::Rotate180 => {
            reverse_pixels(&mut pixels);
            pixels
        }
        // The upright pixel (x, y) comes from the stored column `y` and row `x`, counted from either end.
        Orientation::Rotate90 => transpose(&pixels, width, height, false, true),
        Orientation::Rotate270 => transpose(&pixels, width, height, true, false),
        Orientation::Rotate90FlipH => transpose(&pixels, width, height, false, false),
        Orientation::Rotate270FlipH => transpose(&pixels, width, height, true, true),
    };
    let (width, height) = upright_size(width, height, orientation);
    Picture::new(width, height, pixels)
}

fn reverse_pixels(pixels: &mut [u8]) {
    let (mut left, mut right) = (0, pixels.len());
    while left + 6 <= right {
        right -= 3;
        let (head, tail) = pixels.split_at_mut(right);
        head[left..left + 3].swap_with_slice(&mut tail[..3]);
        left += 3;
    }
}

fn reverse_rows(pixels: &mut [u8], row: usize) {
    let mut rows = pixels.chunks_exact_mut(row);
    while let (Some(upper), Some(lower)) = (rows.next(), rows.next_back()) {
        upper.swap_with_slice(lower);
    }
}

/// Exchanges rows and columns, counting the stored columns or rows from the end where asked.
fn transpose(stored: &[u8], width: u32, height: u32, columns_from_end: bool, rows_from_end: bool) -> Vec<u8> {
    let (width, height) = (width as usize, height as usize);
    let mut upright = vec![0; stored.len()];
    for tile_y in (0..width).step_by(TILE) {
        for tile_x in (0..height).step_by(TILE) {
            for y in tile_y..(tile_y + TILE).min(width) {
                let column = if columns_from_end { width - 1 - y } else { y };
                let line = &mut upright[y * height * 3..][..height * 3];
                for x in tile_x..(tile_x + TILE).min(height) {
                    let row = if rows_from_end { height - 1 - x } else { x };
                    let from = (row * width + column) * 3;
                    line[x * 3..x * 3 + 3].copy_from_slice(&stored[from..from + 3]);
                }
            }
        }
    }
    upright
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stored picture of 2 x 3 grey pixels, row by row.
    fn turned(orientation: Orientation) -> (u32, Vec<u8>) {
        let stored = [1, 2, 3, 4, 5, 6].iter().flat_map(|&grey| [grey; 3]).collect();
        let picture = upright(2, 3, stored, orientation).unwrap();
        (picture.width(), picture.pixels().iter().step_by(3).copied().collect())
    }

    #[test]
    fn each_orientation_moves_the_pixels_as_exif_says() {
        assert_eq!(turned(Orientation::NoTransforms), (2, vec![1, 2, 3, 4, 5, 6]));
        assert_eq!(turned(Orientation::FlipHorizontal), (2, vec![2, 1, 4, 3, 6, 5]));
        assert_eq!(turned(Orientation::Rotate180), (2, vec![6, 5, 4, 3, 2, 1]));
        assert_eq!(turned(Orientation::FlipVertical), (2, vec![5, 6, 3, 4, 1, 2]));
        assert_eq!(turned(Orientation::Rotate90FlipH), (3, vec![1, 3, 5, 2, 4, 6]));
        assert_eq!(turned(Orientation::Rotate90), (3, vec![5, 3, 1, 6, 4, 2]));
        assert_eq!(turned(Orientation::Rotate270FlipH), (3, vec![6, 4, 2, 5, 3, 1]));
        assert_eq!(turned(Orientation::Rotate270), (3, vec![2, 4, 6, 1, 3, 5]));
    }
}
