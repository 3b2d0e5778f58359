//! A running server with a tiny model on its shelf.

#[path = "../../../../models/tests/colours/mod.rs"]
mod colours;
mod engine;

use std::net::SocketAddr;
use std::sync::Arc;

use models::shelf::{Engines, Options, Shelf};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use serve::AppState;
use serve::config::Config;
use serve::pull::{NoPuller, Puller};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) use self::engine::Colours;

/// A server on a port of its own, stopped when the test ends.
pub(crate) struct TestApp {
    pub(crate) address: SocketAddr,
    pub(crate) state: AppState,
    pub(crate) engine: Arc<Colours>,
    pub(crate) client: Client,
    pub(crate) data: TempDir,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<std::io::Result<()>>,
    _models: TempDir,
}

impl TestApp {
    /// A server with the model `colours`, no rate limit and no cache.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with another configuration.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::with_all(&["colours"], Arc::new(NoPuller), change).await
    }

    /// A server with models of these names.
    pub(crate) async fn with_all(
        names: &[&str],
        puller: Arc<dyn Puller>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let (models, data) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        for name in names {
            colours::put(models.path(), name, 1);
        }
        let engine = Arc::new(Colours::default());
        let only: Arc<dyn ::engine::Engine> = engine.clone();
        let engines = Arc::new(Engines::only(&only, 1));
        let options = Options { engines, queue: 64 };
        let shelf = Shelf::open(models.path(), options);
        shelf.refresh().unwrap();
        engine.forget_runs();
        let mut config = Config {
            rate: serve::rate::Rate::Off,
            cache_bytes: 0,
            data_dir: data.path().to_owned(),
            ..Config::default()
        };
        change(&mut config);
        let state = AppState::new(config, shelf, puller);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(serve::run(listener, state.clone(), async {
            let _ = stopped.await;
        }));
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = client.build().unwrap();
        Self { address, state, engine, client, data, stop: Some(stop), running, _models: models }
    }

    /// Tells the server to stop and gives what `run` will give.
    pub(crate) fn stop(mut self) -> JoinHandle<std::io::Result<()>> {
        self.stop.take().unwrap().send(()).unwrap();
        self.running
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(self.url(path))
    }

    /// Sends a form to v0.
    pub(crate) async fn infer(&self, form: Form) -> Response {
        self.post(V0).multipart(form).send().await.unwrap()
    }
}

/// The path of v0.
pub(crate) const V0: &str = "/api/v0/inferences/";

/// A form with a model and a file.
pub(crate) fn form(model: &str, picture: impl Into<Vec<u8>>) -> Form {
    Form::new().text("model_type", model.to_owned()).part("image", file(picture))
}

/// A file field.
pub(crate) fn file(content: impl Into<Vec<u8>>) -> Part {
    Part::bytes(content.into()).file_name("picture.png")
}

/// A picture of one colour, as PNG.
pub(crate) fn png(colour: [u8; 3]) -> Vec<u8> {
    png_of(16, 16, colour)
}

/// A picture of one colour and some size, as PNG.
pub(crate) fn png_of(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(width, height, image::Rgb(colour))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

pub(crate) const RED: [u8; 3] = [250, 10, 10];
pub(crate) const BLUE: [u8; 3] = [10, 10, 250];

/// Status and JSON of an answer.
pub(crate) async fn read(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text}")))
}
