//! The real program serving on a free port of loopback, ended with the test.
#![allow(dead_code, reason = "each test file takes what it needs")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::blocking::multipart::Form;
use reqwest::blocking::{Client, Response};

pub(crate) struct Server {
    child: Child,
    address: String,
    client: Client,
    _data: tempfile::TempDir,
}

impl Server {
    /// Starts the program over a shelf with further settings, and waits until it is ready.
    pub(crate) fn start(shelf: &Path, settings: &[(&str, &str)]) -> Self {
        // The client asks for it even where nothing is encrypted; a second test finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let data = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_pinhole"));
        command.args(["serve", "--host", "127.0.0.1", "--port", "0"]).current_dir(data.path());
        command.env("PINHOLE_MODELS", shelf).env("PINHOLE_DATA", data.path()).env("PINHOLE_LOG", "warn");
        command.envs(settings.iter().copied()).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().trim_end_matches('/').rsplit(' ').next().unwrap().to_owned();
        let client = Client::builder().timeout(Duration::from_mins(2)).build().unwrap();
        let server = Self { child, address, client, _data: data };
        while !server.get("/readyz").status().is_success() {
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// The address without a path.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.address)).send().unwrap()
    }

    /// Posts a photo to v0; the status and the body.
    pub(crate) fn v0(&self, model: &str, photo: &Path) -> (u16, String) {
        let form = Form::new().text("model_type", model.to_owned()).file("image", photo).unwrap();
        read(self.client.post(format!("{}/api/v0/inferences/", self.address)).multipart(form).send().unwrap())
    }

    /// Posts a photo to the page as a browser without scripts does; the status and the HTML.
    pub(crate) fn page(&self, photo: &Path) -> (u16, String) {
        let form = Form::new().file("image", photo).unwrap();
        let request = self.client.post(format!("{}/", self.address)).header("Accept", "text/html");
        read(request.multipart(form).send().unwrap())
    }

    /// The most memory that the process has held, in MiB.
    pub(crate) fn peak_memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
    }

    /// Asks the program to stop and waits for its exit status.
    pub(crate) fn stop(mut self) -> i32 {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap().code().unwrap()
    }
}

fn read(response: Response) -> (u16, String) {
    (response.status().as_u16(), response.text().unwrap())
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone is fine too.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
