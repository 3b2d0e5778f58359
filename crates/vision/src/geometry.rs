//! The size rules of torchvision and fastai: which part of a picture, at which size.

use crate::resample::{Border, Fill, Size, Source, Window};
use crate::{Picture, ResizeMethod};

/// torchvision's `Resize(int)`: the short side becomes `short`, the long one `int(short * long / short side)`.
pub(crate) fn short_side(picture: &Picture, short: u32) -> Size {
    let (width, height) = (picture.width(), picture.height());
    // Within u32: sizes are at most 4096 and sides at most 65,535.
    let long = |long: u32, side: u32| (u64::from(short) * u64::from(long) / u64::from(side)) as u32;
    if width <= height {
        Size { width: short, height: long(height, width) }
    } else {
        Size { width: long(width, height), height: short }
    }
}

/// torchvision's `CenterCrop`: half of what is over is cut on each side, an odd half rounded to even; what is missing
/// is black, the odd pixel of it at the right and the bottom.
pub(crate) fn center_crop(size: Size, width: u32, height: u32) -> Window {
    let offset = |have: u32, want: u32| {
        let over = i64::from(have) - i64::from(want);
        // Python's round() goes to the even neighbour; a border is halved by `//` before it becomes an offset.
        if over < 0 { -(-over / 2) } else { (over as f64 / 2.0).round_ties_even() as i64 }
    };
    Window { left: offset(size.width, width), top: offset(size.height, height), width, height }
}

/// fastai v2's `Resize(size, method)` as it works outside training (`pcts` of one half): the part of the picture that
/// is then resized to the rectangle, the shape no longer minded.
///
/// The arithmetic is Python's, in 64-bit floats cut to whole pixels, because its rounding errors decide about single
/// rows. Where fastai would arrive at no pixel at all and fail, one is taken.
pub(crate) fn fastai_part(picture: &Picture, to: Size, method: ResizeMethod) -> Source<'_> {
    let fill = match method {
        ResizeMethod::Squish => return Source::whole(picture),
        ResizeMethod::Crop | ResizeMethod::Pad => Fill::Zeros,
        ResizeMethod::PadBorder => Fill::Edge,
        ResizeMethod::PadReflection => Fill::Reflect,
    };
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let across = width / f64::from(to.width);
    let down = height / f64::from(to.height);
    let scale = if method == ResizeMethod::Crop { across.min(down) } else { across.max(down) };
    let x = Span::new(picture.width(), scale * f64::from(to.width));
    let y = Span::new(picture.height(), scale * f64::from(to.height));
    let border = Border { left: x.before, top: y.before, right: x.after, bottom: y.after, fill };
    Source::part(picture, x.from, y.from, x.length, y.length, border)
}

/// One direction of a part: pixels taken, and pixels added before and after.
struct Span {
    from: u32,
    length: u32,
    before: u32,
    after: u32,
}

impl Span {
    fn new(side: u32, wanted: f64) -> Self {
        let wanted = (wanted as i64).max(1);
        let side = i64::from(side);
        // `int(0.5 * over)` cuts towards zero, also below it.
        let start = (side - wanted) / 2;
        let end = (start + wanted).min(side);
        Self {
            from: start.max(0) as u32,
            length: (end - start.max(0)) as u32,
            before: (-start).max(0) as u32,
            after: (wanted - side + start).max(0) as u32,
        }
    }
}
