//! Names to addresses, keeping only those that may be connected to.
//!
//! The client connects to the addresses that this resolver gives it and asks nobody again, so a name that
//! answers differently the second time (DNS rebinding) has no window.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::is_public;
use crate::config::Range;

/// Which addresses may be connected to.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    allowed_private: Arc<[Range]>,
}

impl Guard {
    pub(super) fn new(allowed_private: &[Range]) -> Self {
        Self { allowed_private: allowed_private.into() }
    }

    /// Whether this address may be connected to.
    pub(super) fn admits(&self, address: IpAddr) -> bool {
        is_public(address) || self.allowed_private.iter().any(|range| range.contains(address.to_canonical()))
    }
}

/// A name leads only to addresses that may not be connected to.
#[derive(Debug, thiserror::Error)]
#[error("the address is not public")]
pub(super) struct NotPublic;

/// A name leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("the name is not known")]
pub(super) struct NotFound;

/// The system's resolver behind the guard.
pub(super) struct GuardedResolver(pub(super) Guard);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            // The client replaces port 0 by the port of the URL.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| NotFound)?;
            let found: Vec<SocketAddr> = found.collect();
            if found.is_empty() {
                return Err(NotFound.into());
            }
            let admitted: Vec<SocketAddr> =
                found.into_iter().filter(|address| guard.admits(address.ip())).collect();
            if admitted.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}
