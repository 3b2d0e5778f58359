//! The HTTPS client of downloads.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Url};
use url::Host;

use super::failed;
use crate::Error;

/// Without a byte for this long, a connection counts as cut.
const SILENCE: Duration = Duration::from_secs(30);

const MOST_REDIRECTS: usize = 5;

/// Variables in which people name the certificates of their company's proxy.
const CERTIFICATE_VARIABLES: &[&str] = &["PIP_CERT", "REQUESTS_CA_BUNDLE"];

/// A client that trusts the system's certificates (`SSL_CERT_FILE` included) and a bundle of the user's own. Proxies
/// come from the usual environment variables.
pub(super) fn build(what: &str, bundle: Option<&Path>) -> Result<Client, Error> {
    // An error means that the program has chosen its provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let named = CERTIFICATE_VARIABLES.iter().find_map(std::env::var_os).filter(|path| !path.is_empty());
    let bundle = bundle.map(Path::to_owned).or(named.map(Into::into));
    let mut builder = Client::builder()
        .user_agent(concat!("pinhole/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(SILENCE)
        .timeout(SILENCE)
        .redirect(Policy::custom(|attempt| {
            let from = attempt.previous().last();
            let allowed = is_allowed(attempt.url())
                && (attempt.url().scheme() == "https" || from.is_some_and(|from| from.scheme() == "http"));
            if attempt.previous().len() > MOST_REDIRECTS {
                attempt.error("too many redirects")
            } else if allowed {
                attempt.follow()
            } else {
                attempt.error("it redirects to an address that is not https")
            }
        }));
    if let Some(path) = bundle {
        let pem = std::fs::read(&path).map_err(Error::file(&path))?;
        let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| {
            failed(what, format!("{} has no usable certificates: {error}", path.display()))
        })?;
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(|error| failed(what, format!("no HTTPS client: {}", reason(&error))))
}

/// Only https; plain http never leaves this machine.
pub(super) fn check_address(address: &Url, what: &str) -> Result<(), Error> {
    if is_allowed(address) { Ok(()) } else { Err(failed(what, "only https addresses are fetched")) }
}

fn is_allowed(address: &Url) -> bool {
    let loopback = match address.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    address.scheme() == "https" || (address.scheme() == "http" && loopback)
}

/// The innermost cause, which says more than "error sending request", without the address, which may hold a password.
pub(super) fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if error.is_connect() { format!("no connection: {cause}") } else { cause.to_string() }
}
