//! From a picture to the numbers that a network reads, by the network's own input rule.

use std::borrow::Cow;

use crate::geometry::{center_crop, fastai_part, short_side};
use crate::normalize::{Normalization, planes};
use crate::resample::{Size, Source, Window, resize_window};
use crate::{Error, Picture, Planes, Step};

/// Longest list of steps.
const MOST_STEPS: usize = 16;

/// Largest side that a step may ask for, in pixels.
const LARGEST_SIZE: u32 = 4096;

/// Applies the steps in order and returns the numbers for one picture.
///
/// [`Error::Rule`] when [`check`] refuses the steps; [`Error::TooThin`] when a rule that keeps the shape would make
/// too large a picture of this one.
pub fn prepare(picture: &Picture, steps: &[Step]) -> Result<Planes, Error> {
    check(steps)?;
    let mut current = Cow::Borrowed(picture);
    let mut steps = steps.iter().peekable();
    while let Some(step) = steps.next() {
        let (source, full, filter) = match *step {
            Step::ResizeShortSide { size, filter } => {
                (Source::whole(&current), short_side(&current, size), filter)
            }
            Step::Resize { width, height, method, filter } => {
                let full = Size { width, height };
                (fastai_part(&current, full, method), full, filter)
            }
            Step::CenterCrop { width, height } => {
                let size = Size { width: current.width(), height: current.height() };
                current = Cow::Owned(cut(&current, center_crop(size, width, height))?);
                continue;
            }
            Step::Normalize { scale, mean, std, order } => {
                return Ok(planes(&current, &Normalization { scale, mean, std, order }));
            }
        };
        // A crop that follows is taken into account at once: pixels that it would drop are never computed.
        let window = match steps.next_if(|next| matches!(next, Step::CenterCrop { .. })) {
            Some(&Step::CenterCrop { width, height }) => center_crop(full, width, height),
            _ => Window { left: 0, top: 0, width: full.width, height: full.height },
        };
        let area = [0.0, 0.0, source.width() as f32, source.height() as f32];
        let resized = resize_window(&source, area, full, window, filter)?;
        current = Cow::Owned(resized);
    }
    Err(Error::Rule("it does not end with normalize".to_owned()))
}

/// Checks an input rule by itself, before any picture: what is refused here, [`prepare`] refuses.
pub fn check(steps: &[Step]) -> Result<(), Error> {
    let refuse = |reason: String| Err(Error::Rule(reason));
    if steps.len() > MOST_STEPS {
        return refuse(format!("it has {} steps; at most {MOST_STEPS} are possible", steps.len()));
    }
    for (index, step) in steps.iter().enumerate() {
        let sizes = match *step {
            Step::ResizeShortSide { size, .. } => [size, size],
            Step::CenterCrop { width, height } | Step::Resize { width, height, .. } => [width, height],
            Step::Normalize { scale, mean, std, .. } => {
                if index + 1 != steps.len() {
                    return refuse("normalize is not the last step".to_owned());
                }
                let divisors = [scale, std[0], std[1], std[2]];
                if divisors.iter().any(|&divisor| !divisor.is_finite() || divisor == 0.0) {
                    return refuse("scale and std of normalize must be numbers other than zero".to_owned());
                }
                if mean.iter().any(|mean| !mean.is_finite()) {
                    return refuse("mean of normalize must be numbers".to_owned());
                }
                continue;
            }
        };
        if let Some(size) = sizes.into_iter().find(|size| !(1..=LARGEST_SIZE).contains(size)) {
            return refuse(format!("a size is {size}; it must be from 1 to {LARGEST_SIZE}"));
        }
    }
    match steps.last() {
        Some(Step::Normalize { .. }) => Ok(()),
        _ => refuse("it does not end with normalize".to_owned()),
    }
}

/// The window of a picture, black where it reaches beyond.
fn cut(picture: &Picture, window: Window) -> Result<Picture, Error> {
    let size = Size { width: picture.width(), height: picture.height() };
    let area = [0.0, 0.0, size.width as f32, size.height as f32];
    // Nearest at the same size takes every pixel as it is.
    resize_window(&Source::whole(picture), area, size, window, crate::Filter::Nearest)
}
