//! What can be configured about the server; one small struct per concern.
//!
//! The program fills a [`Config`] from its TOML file and the environment; every field has a default, and an
//! unknown field is an error, so that a misspelt limit is not silently ignored.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::rate::Rate;

/// Everything the server can be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Address to listen on.
    pub host: IpAddr,
    /// Port to listen on; 0 takes a free one.
    pub port: u16,
    /// Folder for what the server writes, such as `feedback.jsonl`.
    pub data_dir: PathBuf,
    /// Model of `/predict` and of the page when none is named; without it, the first by name.
    pub default_model: Option<String>,
    /// Requests per client, such as `32/s`, or `off`.
    pub rate: Rate,
    /// Proxies whose `X-Forwarded-For` is believed, as addresses or ranges.
    pub trusted_proxies: Vec<Range>,
    /// Origins that may call `/predict` and `/feedback` from a browser; `*` means every one.
    pub cors_origins: Vec<String>,
    /// Bytes of answers that are remembered by picture and model; 0 remembers none.
    pub cache_bytes: u64,
    /// Bounds on what is accepted and held at once.
    pub limits: Limits,
    /// Time limits, in seconds.
    pub timeouts: Timeouts,
    /// How pictures given by address are fetched.
    pub remote: Remote,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 8000,
            data_dir: PathBuf::from("data"),
            default_model: None,
            rate: Rate::default(),
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            cache_bytes: 32 << 20,
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            remote: Remote::default(),
        }
    }
}

/// Bounds on what is accepted and held at once. Whatever does not fit waits for [`Timeouts::admission`] at
/// most and is then answered 429.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Largest picture file, in bytes; a larger one is answered 413.
    pub picture_bytes: u64,
    /// Largest picture, in pixels (width times height).
    pub picture_pixels: u64,
    /// Requests with a picture that are worked on at once, waiting ones included.
    pub requests: usize,
    /// Bytes of request bodies that are held at once, all requests together.
    pub body_bytes: u64,
    /// Bytes that decoding may hold at once, all requests together.
    pub decoding_bytes: u64,
    /// Threads that decode and prepare pictures; 0 means one per core.
    pub decoding_threads: usize,
    /// Open connections; further ones wait in the system's queue.
    pub connections: usize,
    /// Largest size of `feedback.jsonl` in the data folder; what does not fit is answered 503.
    pub feedback_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        let vision::Limits { bytes, pixels } = vision::Limits::default();
        Self {
            picture_bytes: bytes,
            picture_pixels: pixels,
            requests: 256,
            body_bytes: 192 << 20,
            decoding_bytes: 512 << 20,
            decoding_threads: 0,
            connections: 1024,
            feedback_bytes: 256 << 20,
        }
    }
}

/// Time limits, in seconds; fractions are allowed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    /// For the head of a request, which is also how long an idle connection is kept.
    pub head: Seconds,
    /// For the whole body of a request.
    pub body: Seconds,
    /// Between two pieces of a body.
    pub body_pause: Seconds,
    /// For room to decode in, before a request is answered 429.
    pub admission: Seconds,
    /// For a whole request after its head.
    pub request: Seconds,
    /// For accepted requests to be finished when the server stops.
    pub stop: Seconds,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Seconds(15.0),
            body: Seconds(60.0),
            body_pause: Seconds(10.0),
            admission: Seconds(5.0),
            request: Seconds(90.0),
            stop: Seconds(30.0),
        }
    }
}

/// How pictures given by address (`image_url`) are fetched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Remote {
    /// Ports that may be connected to.
    pub ports: Vec<u16>,
    /// Fetches at once; further requests are answered 429.
    pub concurrent: usize,
    /// For one picture, redirects included.
    pub timeout: Seconds,
    /// Ranges that are let through although they are private, such as a picture store at `10.1.2.0/24`.
    /// Everyone who may send an address can then have it fetched from there.
    pub allowed_private_ranges: Vec<Range>,
}

impl Default for Remote {
    fn default() -> Self {
        Self {
            ports: vec![80, 443],
            concurrent: 16,
            timeout: Seconds(10.0),
            allowed_private_ranges: Vec::new(),
        }
    }
}

/// A span of time, written as a number of seconds between 0 and a day.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Seconds(f64);

impl Seconds {
    const LONGEST: f64 = 86_400.0;

    /// As the standard library's duration.
    pub fn duration(self) -> Duration {
        Duration::from_secs_f64(self.0)
    }
}

impl TryFrom<f64> for Seconds {
    type Error = String;

    fn try_from(seconds: f64) -> Result<Self, String> {
        if seconds > 0.0 && seconds <= Self::LONGEST {
            Ok(Self(seconds))
        } else {
            Err(format!("{seconds} is not a time limit; write seconds above 0 and up to {}", Self::LONGEST))
        }
    }
}

impl From<Seconds> for f64 {
    fn from(seconds: Seconds) -> f64 {
        seconds.0
    }
}

/// One address or a range of them, such as `127.0.0.1` or `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Range(ipnet::IpNet);

impl Range {
    /// Whether the address lies in the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl std::str::FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse::<ipnet::IpNet>()
            .or_else(|_| text.parse::<IpAddr>().map(ipnet::IpNet::from))
            .map(Self)
            .map_err(|_| format!("\"{text}\" is neither an address nor a range such as 10.0.0.0/8"))
    }
}

impl TryFrom<String> for Range {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Range> for String {
    fn from(range: Range) -> String {
        range.0.to_string()
    }
}
