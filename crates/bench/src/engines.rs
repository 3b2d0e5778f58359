//! (a) Engines alone: images per second of each engine, one at a time and at its best batch.

use engine::{Data, Options, Precision, Session, Tensor};

use crate::server::Program;
use crate::timing::Effort;
use crate::vision_alone;

/// Models of the shelf and the side of their input in pixels.
const NETWORKS: [(&str, &str, usize); 2] = [("mobilenet", "MobileNetV2", 224), ("resnet", "ResNet-50", 224)];
const BATCHES: [usize; 4] = [1, 2, 4, 8];

/// Prints the table and returns the seconds per picture of the preferred engine on `mobilenet`, at its best batch.
pub(crate) fn measure(program: &Program, effort: Effort) -> anyhow::Result<f64> {
    println!("\n(a) engine alone, 224 px, images/s");
    println!("{:<14} {:<12} {:<5} {:>9} {:>9}  best batch", "engine", "network", "", "batch 1", "best");
    let mut served = 0.0;
    for (model, network, side) in NETWORKS {
        let bytes = program.graph(model)?;
        for (rank, engine) in program.engines().iter().enumerate() {
            for precision in [Precision::F32, Precision::Bf16] {
                if !engine.supports(precision) {
                    continue;
                }
                let session = engine.load(&bytes, &Options { precision, threads: 0 })?;
                let mut rates = Vec::new();
                for batch in BATCHES {
                    rates.push((batch, seconds_per_picture(session.as_ref(), batch, side, effort)?));
                }
                let single = rates[0].1;
                let (best_batch, best) =
                    rates.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((1, single));
                let name = engine.kind().to_string();
                println!(
                    "{name:<14} {network:<12} {precision:<5} {:>9.1} {:>9.1}  {best_batch}",
                    1.0 / single,
                    1.0 / best
                );
                if rank == 0 && model == "mobilenet" && precision == Precision::F32 {
                    served = best;
                }
            }
        }
    }
    Ok(served)
}

/// Seconds of one photo from bytes to logits in this process, each step after the other as the server does them:
/// an engine that takes turns with a decoder finds colder caches than one that runs alone.
pub(crate) fn one_alone(program: &Program, photo: &[u8], effort: Effort) -> anyhow::Result<f64> {
    let engine = program.engines().first().ok_or_else(|| anyhow::anyhow!("no engine"))?;
    let session = engine.load(&program.graph("mobilenet")?, &Options::default())?;
    let name = session.inputs().first().map_or("input", |port| port.name.as_str());
    let rule = vision_alone::rule();
    effort.median(|| {
        let picture = vision::decode(photo, &vision::Limits::default())?;
        let planes = vision::prepare(&picture, &rule)?;
        let input =
            Tensor::new(vec![1, planes.channels, planes.height, planes.width], Data::F32(planes.values))
                .ok_or_else(|| anyhow::anyhow!("the input does not fill its shape"))?;
        session.run(&[(name, &input)])?;
        Ok(())
    })
}

fn seconds_per_picture(
    session: &dyn Session,
    batch: usize,
    side: usize,
    effort: Effort,
) -> anyhow::Result<f64> {
    let values = (0..batch * 3 * side * side).map(|index| (index % 255) as f32 / 255.0 - 0.5).collect();
    let input = Tensor::new(vec![batch, 3, side, side], Data::F32(values))
        .ok_or_else(|| anyhow::anyhow!("the input does not fill its shape"))?;
    let name = session.inputs().first().map_or("input", |port| port.name.as_str());
    let seconds = effort.median(|| session.run(&[(name, &input)]).map(drop))?;
    Ok(seconds / batch as f64)
}
