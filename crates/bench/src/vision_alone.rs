//! (b) Vision alone: decode and prepare on one core, beside Pillow where Python has it.

use std::process::Command;
use std::time::Instant;

use vision::{ChannelOrder, Filter, Limits, Step};

use crate::drawing::Photos;
use crate::timing::Effort;

/// The input rule of torchvision's classifiers.
pub(crate) fn rule() -> [Step; 3] {
    [
        Step::ResizeShortSide { size: 256, filter: Filter::Bilinear },
        Step::CenterCrop { width: 224, height: 224 },
        Step::Normalize {
            scale: 255.0,
            mean: [0.485, 0.456, 0.406],
            std: [0.229, 0.224, 0.225],
            order: ChannelOrder::Rgb,
        },
    ]
}

/// Prints the table and returns the seconds per small photo with every core at work: cores share caches, power and,
/// in a rented machine, more.
pub(crate) fn measure(photos: &Photos, effort: Effort) -> anyhow::Result<f64> {
    println!("\n(b) JPEG to tensor, ms on one core");
    println!(
        "{:<14} {:>8} {:>8} {:>8}  {:>22}  ratio",
        "photo", "decode", "prepare", "both", "Pillow and numpy, both"
    );
    let mut small = 0.0;
    for (name, bytes) in [("500 x 375", &photos.small), ("12 megapixels", &photos.large)] {
        let limits = Limits::default();
        let picture = vision::decode(bytes, &limits)?;
        let decode = effort.median(|| vision::decode(bytes, &limits).map(drop))?;
        let prepare = effort.median(|| vision::prepare(&picture, &rule()).map(drop))?;
        let both = decode + prepare;
        let (pillow, ratio) = match pillow_seconds(bytes, effort) {
            Ok(seconds) => (format!("{:.2}", seconds * 1e3), format!("{:.2}", both / seconds)),
            Err(_) => ("no Python with Pillow".into(), "-".into()),
        };
        println!(
            "{name:<14} {:>8.2} {:>8.2} {:>8.2}  {pillow:>22}  {ratio}",
            decode * 1e3,
            prepare * 1e3,
            both * 1e3
        );
        if name.starts_with("500") {
            small = seconds_on_every_core(bytes, effort)?;
            println!("{:<14} {:.1} photos/s with every core at work", "", 1.0 / small);
        }
    }
    Ok(small)
}

/// Seconds per photo when every core decodes and prepares.
fn seconds_on_every_core(bytes: &[u8], effort: Effort) -> anyhow::Result<f64> {
    let cores = std::thread::available_parallelism()?.get();
    let work = || -> anyhow::Result<usize> {
        let begun = Instant::now();
        let mut photos = 0;
        while begun.elapsed() < effort.span {
            vision::prepare(&vision::decode(bytes, &Limits::default())?, &rule())?;
            photos += 1;
        }
        Ok(photos)
    };
    let photos = std::thread::scope(|scope| -> anyhow::Result<usize> {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|_| Err(anyhow::anyhow!("a decoder panicked"))))
            .sum()
    })?;
    Ok(effort.span.as_secs_f64() / photos as f64)
}

/// The same work by Pillow and numpy, as torchvision does it.
fn pillow_seconds(bytes: &[u8], effort: Effort) -> anyhow::Result<f64> {
    const SCRIPT: &str = "
import io, sys, time, statistics
import numpy
from PIL import Image
data = open(sys.argv[1], 'rb').read()
span = float(sys.argv[2])
mean = numpy.array([0.485, 0.456, 0.406], dtype=numpy.float32)
std = numpy.array([0.229, 0.224, 0.225], dtype=numpy.float32)
def work():
    picture = Image.open(io.BytesIO(data)).convert('RGB')
    width, height = picture.size
    scale = 256 / min(width, height)
    picture = picture.resize((int(width * scale), int(height * scale)), Image.BILINEAR)
    left, top = (picture.width - 224) // 2, (picture.height - 224) // 2
    picture = picture.crop((left, top, left + 224, top + 224))
    return numpy.ascontiguousarray(((numpy.asarray(picture, dtype=numpy.float32) / 255 - mean) / std).transpose(2, 0, 1))
work()
times, begun = [], time.perf_counter()
while len(times) < 3 or time.perf_counter() - begun < span:
    start = time.perf_counter(); work(); times.append(time.perf_counter() - start)
print(statistics.median(times))
";
    let photo = tempfile::NamedTempFile::new()?;
    std::fs::write(photo.path(), bytes)?;
    let python = std::env::var("PINHOLE_BENCH_PYTHON").unwrap_or_else(|_| "python3".into());
    let output = Command::new(python)
        .args(["-c", SCRIPT])
        .arg(photo.path())
        .arg(effort.span.as_secs_f64().to_string())
        .output()?;
    anyhow::ensure!(output.status.success(), "Python has no Pillow");
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}
