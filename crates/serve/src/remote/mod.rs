//! Fetches a picture from an address that a stranger gave, without becoming their door into this network.
//!
//! Only http and https, only the configured ports, no user name in the address, no proxy from the
//! environment; every hop is checked anew and connects only to checked addresses; size, time, hops and the
//! number of fetches at once are bounded.

mod address;
mod resolver;

use std::error::Error as _;
use std::net::IpAddr;
use std::sync::OnceLock;

use bytes::{Bytes, BytesMut};
use reqwest::header::LOCATION;
use reqwest::{Client, Response, StatusCode, redirect};
use tokio::sync::Semaphore;
use url::{Host, Url};

pub use address::is_public;

use self::resolver::{Guard, GuardedResolver, NotFound, NotPublic};
use crate::Error;
use crate::config::Remote;
use crate::fields::{FieldErrors, Problem};
use crate::pipeline::{Admission, Reservation};

/// The field that addresses come in.
const FIELD: &str = "image_url";

/// Redirects that are followed.
const REDIRECTS: usize = 3;

/// Longest address, in bytes.
const LONGEST: usize = 2048;

/// Why a picture could not be fetched, in a sentence for whoever gave the address.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("Enter a valid URL.")]
    NotAUrl,
    #[error("Only http and https addresses are fetched.")]
    Scheme,
    #[error("An address with a user name or password is not fetched.")]
    Credentials,
    #[error("Port {0} is not allowed in an address.")]
    Port(u16),
    #[error("The address does not lead to the public internet.")]
    NotPublic,
    #[error("The name \"{0}\" is not known.")]
    UnknownName(String),
    #[error("The address could not be reached.")]
    Unreachable,
    #[error("The address took too long to answer.")]
    Slow,
    #[error("The address answered with status {}.", .0.as_u16())]
    Status(StatusCode),
    #[error("The address redirects more than {REDIRECTS} times.")]
    Redirects,
    #[error("The picture at the address is too large; at most {0} bytes are accepted.")]
    TooLarge(u64),
    #[error("The connection to the address broke off.")]
    Broken,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        FieldErrors::one(FIELD, Problem::Other(refusal.to_string())).into()
    }
}

/// Fetches pictures.
pub(crate) struct Fetcher {
    config: Remote,
    guard: Guard,
    largest: u64,
    at_once: Semaphore,
    /// Made by the first fetch: reading the system's certificates takes time and memory.
    client: OnceLock<Result<Client, String>>,
}

impl Fetcher {
    /// A fetcher of files of so many bytes at most.
    pub(crate) fn new(config: &Remote, largest: u64) -> Self {
        Self {
            guard: Guard::new(&config.allowed_private_ranges),
            largest,
            at_once: Semaphore::new(config.concurrent.min(Semaphore::MAX_PERMITS)),
            client: OnceLock::new(),
            config: config.clone(),
        }
    }

    /// The file at the address, and the memory reserved for it.
    pub(crate) async fn fetch(
        &self,
        address: &str,
        admission: &Admission,
    ) -> Result<(Bytes, Reservation), Error> {
        let url = parse(address)?;
        self.check(&url)?;
        let place = self.at_once.try_acquire();
        let _place = place.map_err(|_| Error::Busy { seconds: 2, full: "fetches" })?;
        let limit = self.config.timeout.duration();
        tokio::time::timeout(limit, self.follow(url, admission)).await.map_err(|_| Refusal::Slow)?
    }

    async fn follow(&self, mut url: Url, admission: &Admission) -> Result<(Bytes, Reservation), Error> {
        for _ in 0..=REDIRECTS {
            let request = self.client()?.get(url.clone()).header("Accept", "image/*");
            let response = request.send().await.map_err(|error| explain(&error, &url))?;
            let status = response.status();
            if status.is_redirection() {
                url = target(&url, &response)?;
                self.check(&url)?;
            } else if status.is_success() {
                return self.receive(response, admission).await;
            } else {
                return Err(Refusal::Status(status).into());
            }
        }
        Err(Refusal::Redirects.into())
    }

    /// What can be checked before a name is looked up; addresses behind names are checked by the resolver.
    fn check(&self, url: &Url) -> Result<(), Refusal> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Credentials);
        }
        let port = url.port_or_known_default().unwrap_or(0);
        if !self.config.ports.contains(&port) {
            return Err(Refusal::Port(port));
        }
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(_)) => return Ok(()),
            None => return Err(Refusal::NotAUrl),
        };
        if self.guard.admits(address) { Ok(()) } else { Err(Refusal::NotPublic) }
    }

    async fn receive(
        &self,
        mut response: Response,
        admission: &Admission,
    ) -> Result<(Bytes, Reservation), Error> {
        let too_large = || Refusal::TooLarge(self.largest);
        let declared = response.content_length();
        if declared.is_some_and(|length| length > self.largest) {
            return Err(too_large().into());
        }
        let room = declared.unwrap_or(self.largest);
        let reservation = admission.reserve_body(room).await?;
        let mut picture = BytesMut::with_capacity(declared.unwrap_or(0) as usize);
        while let Some(piece) = response.chunk().await.map_err(|_| Refusal::Broken)? {
            if (picture.len() + piece.len()) as u64 > room {
                return Err(too_large().into());
            }
            picture.extend_from_slice(&piece);
        }
        if picture.is_empty() {
            return Err(FieldErrors::one(FIELD, Problem::EmptyFile).into());
        }
        Ok((picture.freeze(), reservation))
    }

    fn client(&self) -> Result<&Client, Error> {
        let client = self.client.get_or_init(|| {
            // An error means that the program has chosen a provider already.
            let _ = rustls::crypto::ring::default_provider().install_default();
            Client::builder()
                .dns_resolver(GuardedResolver(self.guard.clone()))
                .redirect(redirect::Policy::none())
                .no_proxy()
                .referer(false)
                .pool_max_idle_per_host(0)
                .user_agent(concat!("pinhole/", env!("CARGO_PKG_VERSION")))
                .build()
                .map_err(|error| format!("addresses cannot be fetched: {}", innermost(&error)))
        });
        client.as_ref().map_err(|reason| Error::Internal(reason.clone()))
    }
}

fn parse(address: &str) -> Result<Url, Refusal> {
    let address = address.trim();
    if address.len() > LONGEST {
        return Err(Refusal::NotAUrl);
    }
    Url::parse(address).map_err(|_| Refusal::NotAUrl)
}

fn target(url: &Url, response: &Response) -> Result<Url, Refusal> {
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let location = location.filter(|location| location.len() <= LONGEST);
    location.and_then(|location| url.join(location).ok()).ok_or(Refusal::Status(response.status()))
}

/// A client's error as what the person can do something about.
fn explain(error: &reqwest::Error, url: &Url) -> Refusal {
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.is::<NotPublic>() {
            return Refusal::NotPublic;
        }
        if cause.is::<NotFound>() {
            return Refusal::UnknownName(url.host_str().unwrap_or_default().to_owned());
        }
        source = cause.source();
    }
    Refusal::Unreachable
}

fn innermost(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
