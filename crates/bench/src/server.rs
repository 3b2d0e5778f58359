//! (c) and (d): the real program under load, its start, its memory, its size.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use engine::{Engine, Places, Precision};
use models::Manifest;

use crate::client;
use crate::drawing::Photos;
use crate::engines;
use crate::timing::{Effort, quantile};

/// Seconds per photo that engine and vision allow the server when each has all cores for itself.
#[derive(Debug, Default)]
pub(crate) struct Allowed {
    pub(crate) engine: f64,
    pub(crate) vision: f64,
}

/// The program under measurement with a folder of its own.
pub(crate) struct Program {
    path: PathBuf,
    folder: PathBuf,
    engines: Vec<Arc<dyn Engine>>,
}

impl Program {
    pub(crate) fn new(path: &Path, folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let path = path
            .canonicalize()
            .with_context(|| format!("{} is not there; build it with `make build`", path.display()))?;
        let folder = folder.canonicalize()?;
        Ok(Self { path, folder, engines: Vec::new() })
    }

    /// Gets the engines and the two models, unless they are there.
    pub(crate) fn prepare(&mut self) -> anyhow::Result<()> {
        for engine in ["onnxruntime", "openvino"] {
            if !self.folder.join("data/engines").join(engine).exists() {
                // Without pip the bench goes on with what is there.
                self.command(&["engine", "install", engine]).status()?;
            }
        }
        for model in ["mobilenet", "resnet"] {
            let folder = self.shelf_of(model);
            if !folder.join(model).exists() {
                let pulled =
                    self.command(&["models", "pull", model]).env("PINHOLE_MODELS", folder).status()?;
                anyhow::ensure!(pulled.success(), "the model {model} cannot be pulled");
            }
        }
        let engine_dir = std::env::var_os("PINHOLE_ENGINE_DIR").map(PathBuf::from);
        let places = Places::usual(engine_dir.as_deref(), &self.folder.join("data"));
        self.engines = places.discover().iter().filter_map(|found| found.engine().cloned()).collect();
        let preferred = places.select(None, Precision::F32).engine.kind();
        self.engines.sort_by_key(|engine| engine.kind() != preferred);
        Ok(())
    }

    /// Engines that are present, the one that serves first.
    pub(crate) fn engines(&self) -> &[Arc<dyn Engine>] {
        &self.engines
    }

    /// Only `mobilenet` is served; what else is measured lies on a shelf of its own.
    fn shelf_of(&self, model: &str) -> PathBuf {
        self.folder.join(if model == "mobilenet" { "models" } else { "more-models" })
    }

    /// The folded graph of a model, as an engine gets it.
    pub(crate) fn graph(&self, model: &str) -> anyhow::Result<Vec<u8>> {
        let version = models::shelf::serving_version(&self.shelf_of(model).join(model))?;
        let manifest = Manifest::read(&version.folder.join(Manifest::FILE))?;
        Ok(models::shelf::folded_graph(&version, &manifest)?)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command
            .args(arguments)
            .env("PINHOLE_MODELS", self.folder.join("models"))
            .env("PINHOLE_DATA", self.folder.join("data"))
            .env("PINHOLE_RATE", "off")
            .env("PINHOLE_CACHE_BYTES", "0")
            .env("PINHOLE_DEFAULT_MODEL", "mobilenet")
            .env("PINHOLE_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }

    /// Starts the server on a free port of loopback and waits until it is ready.
    fn serve(&self) -> anyhow::Result<Running> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let started = Instant::now();
        let child = self.command(&["serve", "--host", "127.0.0.1", "--port", &port.to_string()]).spawn()?;
        let mut running =
            Running { child, address: SocketAddr::from(([127, 0, 0, 1], port)), ready: Duration::ZERO };
        while !running.is_ready() {
            if started.elapsed() > Duration::from_mins(1) {
                bail!("the server was not ready within a minute");
            }
            if let Some(status) = running.child.try_wait()? {
                bail!("the server ended at once: {status}");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        running.ready = started.elapsed();
        Ok(running)
    }
}

/// A server that is stopped when the measurement is over.
struct Running {
    child: Child,
    address: SocketAddr,
    ready: Duration,
}

impl Running {
    fn is_ready(&self) -> bool {
        use std::io::{Read as _, Write as _};
        let ask = || -> std::io::Result<bool> {
            let mut connection = TcpStream::connect(self.address)?;
            connection.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
            let mut answer = String::new();
            connection.read_to_string(&mut answer)?;
            Ok(answer.starts_with("HTTP/1.1 200"))
        };
        ask().unwrap_or(false)
    }

    /// Resident memory in MiB.
    fn resident(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").trim().parse::<f64>()? / 1024.0)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone is fine too.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Prints what 1, 16 and 64 clients see.
pub(crate) fn measure(
    program: &Program,
    photos: &Photos,
    allowed: &Allowed,
    effort: Effort,
) -> anyhow::Result<()> {
    let per_photo = allowed.engine + allowed.vision;
    let alone = engines::one_alone(program, &photos.small, effort)?;
    println!("\n(c) POST /api/v0/inferences/ with 500 x 375 JPEGs, mobilenet on the preferred engine");
    println!(
        "    (a) and (b) allow {:.1} images/s on these cores; one alone takes {:.2} ms in one process",
        1.0 / per_photo,
        alone * 1e3
    );
    println!(
        "{:<8} {:>9} {:>9} {:>9}  {:>16}  {:>10}",
        "clients", "images/s", "p50 ms", "p99 ms", "of what is allowed", "added ms"
    );
    let server = program.serve()?;
    let request = client::request(&photos.small);
    for clients in [1, 16, 64] {
        load(server.address, &request, clients, effort.span / 4)?;
        let begun = Instant::now();
        let mut seconds = load(server.address, &request, clients, effort.span)?;
        let rate = seconds.len() as f64 / begun.elapsed().as_secs_f64();
        let (median, slow) = (quantile(&mut seconds, 0.5), quantile(&mut seconds, 0.99));
        let added = if clients == 1 { format!("{:.2}", (median - alone) * 1e3) } else { "-".into() };
        println!(
            "{clients:<8} {rate:>9.1} {:>9.2} {:>9.2}  {:>18.2}  {added:>10}",
            median * 1e3,
            slow * 1e3,
            rate * per_photo
        );
    }
    println!("    resident memory after the load: {:.0} MiB", server.resident()?);
    Ok(())
}

fn load(address: SocketAddr, request: &[u8], clients: usize, span: Duration) -> anyhow::Result<Vec<f64>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let end = Instant::now() + span;
    runtime.block_on(async {
        let request: Arc<[u8]> = request.into();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..clients {
            let request = Arc::clone(&request);
            tasks.spawn(async move { client::ask_until(end, address, &request).await });
        }
        let mut all = Vec::new();
        while let Some(finished) = tasks.join_next().await {
            all.extend(finished??);
        }
        Ok(all)
    })
}

/// Prints start, memory and size.
pub(crate) fn measure_start(program: &Program, photos: &Photos, effort: Effort) -> anyhow::Result<()> {
    println!("\n(d) start, memory, size");
    let mut starts = Vec::new();
    for _ in 0..effort.least_runs.min(5) {
        starts.push(program.serve()?.ready.as_secs_f64());
    }
    println!("{:<44} {:>8.0} ms", "start to /readyz, median", quantile(&mut starts, 0.5) * 1e3);
    let server = program.serve()?;
    println!("{:<44} {:>8.0} MiB", "resident, idle, mobilenet loaded", server.resident()?);
    load(server.address, &client::request(&photos.large), 16, effort.span)?;
    println!("{:<44} {:>8.0} MiB", "resident, after 16 clients with 12 megapixels", server.resident()?);
    let bytes = std::fs::metadata(&program.path)?.len();
    println!("{:<44} {:>8.1} MB", "the program, stripped", bytes as f64 / 1e6);
    Ok(())
}
