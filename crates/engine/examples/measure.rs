//! Times one engine on one model: opening the library, loading, runs, memory, and processor time when idle.
//!
//! ```sh
//! cargo run --release -p engine --example measure -- onnxruntime model.onnx 1,3,224,224 [f32|bf16] [threads]
//! ```

#![allow(clippy::print_stdout, reason = "it is a program for a terminal")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use engine::{Data, Found, Kind, Options, Places, Precision, Tensor};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [kind, model, shape, rest @ ..] = arguments.as_slice() else {
        return Err("usage: measure ENGINE MODEL.onnx SHAPE [f32|bf16] [THREADS]".into());
    };
    let kind = Kind::ALL.into_iter().find(|known| known.id() == kind).ok_or("no such engine")?;
    let shape: Vec<usize> = shape.split(',').map(str::parse).collect::<Result<_, _>>()?;
    let precision =
        if rest.first().is_some_and(|word| word == "bf16") { Precision::Bf16 } else { Precision::F32 };
    let threads = rest.get(1).map_or(Ok(0), |word| word.parse())?;

    let bytes = fs::read(model)?;
    let resident_before = resident()?;
    let start = Instant::now();
    let engine_dir = env::var_os("PINHOLE_ENGINE_DIR").map(PathBuf::from);
    let engine = match Places::usual(engine_dir.as_deref(), Path::new("data")).open(kind) {
        Found::Ready { engine, .. } => engine,
        not_ready => return Err(not_ready.to_string().into()),
    };
    println!("{kind} {}: opened in {:.1?}", engine.version(), start.elapsed());
    let resident_opened = resident()?;

    let start = Instant::now();
    let session = engine.load(&bytes, &Options { precision, threads })?;
    println!("loaded in {:.1?}", start.elapsed());
    drop(bytes);

    let name = session.inputs().first().ok_or("the model has no input")?.name.clone();
    let count = shape.iter().product::<usize>();
    let values = (0..count).map(|index| (index % 255) as f32 / 127.0 - 1.0).collect();
    let input = Tensor::new(shape.clone(), Data::F32(values)).ok_or("a shape is too large")?;
    let start = Instant::now();
    session.run(&[(&name, &input)])?;
    println!("first run {:.1?}", start.elapsed());

    let mut times: Vec<Duration> = Vec::new();
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(4) || times.len() < 5 {
        let start = Instant::now();
        session.run(&[(&name, &input)])?;
        times.push(start.elapsed());
    }
    times.sort();
    let (median, p90) = (times[times.len() / 2], times[times.len() * 9 / 10]);
    let per_second = shape[0] as f64 / median.as_secs_f64();
    println!("{} runs: median {median:.2?}, p90 {p90:.2?}, {per_second:.1} a second", times.len());

    let (busy_before, idle) = (processor_time()?, Duration::from_secs(2));
    thread::sleep(idle);
    println!("processor time in {idle:?} of idling: {} ticks", processor_time()? - busy_before);
    let in_megabytes = |pages: u64| pages * 4096 / 1_000_000;
    println!(
        "memory: {} MB before, {} with the library, {} at the end",
        in_megabytes(resident_before),
        in_megabytes(resident_opened),
        in_megabytes(resident()?)
    );
    Ok(())
}

/// Pages of memory that this process holds.
fn resident() -> Result<u64, Box<dyn Error>> {
    let statm = fs::read_to_string("/proc/self/statm")?;
    Ok(statm.split(' ').nth(1).ok_or("no second field")?.parse()?)
}

/// Ticks (of 10 ms) that this process has computed.
fn processor_time() -> Result<u64, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(") ").next().ok_or("no name")?.split(' ').collect();
    Ok(fields.get(11).ok_or("no user time")?.parse::<u64>()?
        + fields.get(12).ok_or("no system time")?.parse::<u64>()?)
}
