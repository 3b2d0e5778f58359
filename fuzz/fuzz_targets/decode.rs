//! Any bytes through header, decoding and preparation: a picture or a sentence, within the memory announced.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vision::{ChannelOrder, Filter, Limits, ResizeMethod, Step, decode, prepare, probe};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { bytes: 1 << 20, pixels: 1 << 18 };
    let header = probe(bytes, &limits);
    let Ok(picture) = decode(bytes, &limits) else { return };
    let header = header.expect("what can be decoded has a header");
    assert_eq!((header.width, header.height), (picture.width(), picture.height()));
    assert!(header.decoding_bytes >= picture.pixels().len() as u64);

    let normalize =
        Step::Normalize { scale: 255.0, mean: [0.5; 3], std: [0.5; 3], order: ChannelOrder::Bgr };
    let torchvision = [
        Step::ResizeShortSide { size: 24, filter: Filter::Bicubic },
        Step::CenterCrop { width: 32, height: 16 },
        normalize.clone(),
    ];
    prepare(&picture, &torchvision).expect("a crop of any picture can be prepared");
    let method = ResizeMethod::PadReflection;
    let fastai = [Step::Resize { width: 20, height: 30, method, filter: Filter::Bilinear }, normalize];
    // Too long and thin is an answer too.
    let _ = prepare(&picture, &fastai);
});
