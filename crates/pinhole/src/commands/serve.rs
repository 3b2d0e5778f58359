//! `pinhole serve`: the web page and the API until it is told to stop.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use ::models::shelf::Shelf;
use ::serve::{AppState, Config};
use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::ServeArguments;
use crate::engines;
use crate::puller::CataloguePuller;
use crate::settings::Settings;

/// How often the shelf's folder is looked at for new models.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Listens, loads the shelf, and serves until the process is told to stop.
pub(super) fn run(settings: Settings, arguments: ServeArguments) -> anyhow::Result<ExitCode> {
    let config = configure(&settings, arguments)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the system gave no threads to serve with")?;
    runtime.block_on(serve(settings, config))?;
    Ok(ExitCode::SUCCESS)
}

/// The `[server]` table under what the command line and the environment say.
fn configure(settings: &Settings, arguments: ServeArguments) -> anyhow::Result<Config> {
    let mut config = settings.file.server.clone();
    config.data_dir.clone_from(&settings.data);
    if let Some(host) = arguments.host {
        config.host = host;
    }
    if let Some(port) = arguments.port {
        config.port = port;
    }
    if let Some(rate) = arguments.rate {
        config.rate = rate.parse().map_err(anyhow::Error::msg).context("--rate (PINHOLE_RATE)")?;
    }
    if let Some(bytes) = arguments.cache_bytes {
        config.cache_bytes = bytes;
    }
    config.default_model = arguments.default_model.or(config.default_model);
    Ok(config)
}

async fn serve(settings: Settings, config: Config) -> anyhow::Result<()> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    // Bound before anything is loaded: a taken port is known at once, and early requests wait, not fail.
    let listener = TcpListener::bind((config.host, config.port)).await.with_context(|| {
        format!("cannot listen on {}:{}; choose another with PORT", config.host, config.port)
    })?;
    let address = listener.local_addr()?;
    let shelf = engines::open_shelf(&settings);
    let puller = Arc::new(CataloguePuller::new(shelf.clone(), settings.downloads())?);
    let state = AppState::new(config, shelf.clone(), puller);
    state.set_ready(false);
    let (loaded, settings_models) = (state.clone(), settings.models.clone());
    std::thread::Builder::new().name("shelf".into()).spawn(move || {
        look_after(&shelf, || loaded.set_ready(true));
    })?;
    println!("Pinhole answers on http://{address}/");
    if !address.ip().is_loopback() {
        tracing::warn!("everyone who can reach {address} can use this server");
    }
    tracing::info!(shelf = %settings_models.display(), data = %settings.data.display(), "started");
    let stop = async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
        tracing::info!("finishing what was accepted, then stopping");
    };
    ::serve::run(listener, state, stop).await.context("the server stopped")
}

/// Loads the shelf, says so, then keeps it as the folder is: pulled models appear, removed ones go.
fn look_after(shelf: &Shelf, loaded: impl FnOnce()) {
    let mut last_failure = refresh(shelf, None);
    loaded();
    loop {
        std::thread::sleep(LOOK_EVERY);
        last_failure = refresh(shelf, last_failure.as_deref());
    }
}

/// Says a failure once, not every two seconds.
fn refresh(shelf: &Shelf, last_failure: Option<&str>) -> Option<String> {
    let failure = shelf.refresh().err().map(|error| error.to_string());
    if let Some(reason) = failure.as_deref().filter(|reason| Some(*reason) != last_failure) {
        tracing::error!(%reason, "the shelf cannot be read");
    }
    failure
}
