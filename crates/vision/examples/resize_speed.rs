//! Times resizing and preparing on one core: `cargo run --release -p vision --example resize_speed`.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use vision::{ChannelOrder, Filter, Picture, Step, prepare, resize};

fn main() {
    let (Some(small), Some(large)) = (noise(500, 375), noise(4000, 3000)) else { return };
    for filter in [Filter::Nearest, Filter::Bilinear, Filter::Bicubic, Filter::Lanczos] {
        let photo = fastest(200, || resize(&small, 341, 256, filter, None));
        let camera = fastest(15, || resize(&large, 341, 256, filter, None));
        println!("{filter:?}: 500x375 -> 341x256 {photo:?}, 4000x3000 -> 341x256 {camera:?}");
    }
    let steps = [
        Step::ResizeShortSide { size: 256, filter: Filter::Bilinear },
        Step::CenterCrop { width: 224, height: 224 },
        Step::Normalize {
            scale: 255.0,
            mean: [0.485, 0.456, 0.406],
            std: [0.229, 0.224, 0.225],
            order: ChannelOrder::Rgb,
        },
    ];
    let whole = fastest(200, || prepare(&small, &steps));
    println!("prepare 500x375 by torchvision's rule: {whole:?}");
}

fn noise(width: u32, height: u32) -> Option<Picture> {
    let bytes = (0..width * height * 3).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8);
    Picture::new(width, height, bytes.collect())
}

fn fastest<T>(rounds: usize, work: impl Fn() -> T) -> Duration {
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[0]
}
