//! Ten thousand broken files: each is a picture or a sentence, and none is the end of the program.

mod files;

use files::one_of_each;
use vision::{ChannelOrder, Filter, Limits, Step, decode, prepare};

/// A 64-bit linear congruential generator (Knuth's constants), so that every run breaks the same bytes.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

fn corrupted(good: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = good.to_vec();
    match random.below(4) {
        0 => bytes.truncate(random.below(good.len())),
        1 => {
            for _ in 0..=random.below(8) {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
        }
        2 => {
            for _ in 0..=random.below(4) {
                let at = random.below(bytes.len());
                bytes[at] = [0x00, 0x7F, 0x80, 0xFF][random.below(4)];
            }
        }
        _ => {
            let (at, from) = (random.below(bytes.len()), random.below(other.len()));
            let length = random.below(40).min(other.len() - from);
            let end = (at + random.below(40)).min(bytes.len());
            bytes.splice(at..end, other[from..from + length].iter().copied());
        }
    }
    bytes
}

#[test]
fn ten_thousand_corruptions_crash_nothing() {
    // Decoders that panic are caught; their messages would only fill the log.
    std::panic::set_hook(Box::new(|_| {}));
    let files = one_of_each();
    let limits = Limits { bytes: 1 << 20, pixels: 100_000 };
    let normalize = Step::Normalize { scale: 255.0, mean: [0.5; 3], std: [0.5; 3], order: ChannelOrder::Rgb };
    let steps = [
        Step::ResizeShortSide { size: 16, filter: Filter::Bilinear },
        Step::CenterCrop { width: 16, height: 16 },
        normalize,
    ];
    let mut random = Random(20_260_701);
    let (mut pictures, mut sentences) = (0, 0);
    for round in 0..10_000 {
        let (_, good) = &files[round % files.len()];
        let (_, other) = &files[random.below(files.len())];
        match decode(&corrupted(good, other, &mut random), &limits) {
            Ok(picture) => {
                pictures += 1;
                prepare(&picture, &steps).unwrap();
            }
            Err(error) => {
                sentences += 1;
                assert!(error.to_string().ends_with('.'), "not a sentence: {error}");
            }
        }
    }
    assert!(pictures > 500 && sentences > 2000, "{pictures} pictures, {sentences} sentences");
}
