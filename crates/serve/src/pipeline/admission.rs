//! Who may come in: bounds on requests, on bytes of bodies and on bytes of decoding, all requests together.
//!
//! A place among the requests is given at once or not at all. Memory is waited for, in the order of asking,
//! for [`Timeouts::admission`](crate::config::Timeouts::admission) at most. Whoever gets none is answered 429.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Error;
use crate::config::Config;

/// Seconds after which a refused client should ask again.
const RETRY_AFTER: u64 = 2;

/// A request's place among those that are worked on, and the memory reserved for its body. Dropping it gives
/// both back.
#[derive(Debug)]
pub(crate) struct Ticket {
    _place: OwnedSemaphorePermit,
    body: Option<Reservation>,
}

impl Ticket {
    /// Replaces the reservation, when the bytes held are others than the request's body.
    pub(crate) fn hold(&mut self, body: Reservation) {
        self.body = Some(body);
    }

    /// Gives the memory of the body back, when its bytes have been dropped.
    pub(crate) fn release_body(&mut self) {
        self.body = None;
    }
}

/// The bounds on requests and on the bytes of their bodies.
pub(crate) struct Admission {
    places: Arc<Semaphore>,
    bodies: Budget,
}

impl Admission {
    pub(crate) fn new(config: &Config) -> Self {
        let wait = config.timeouts.admission.duration();
        Self {
            places: Arc::new(Semaphore::new(config.limits.requests.min(Semaphore::MAX_PERMITS))),
            bodies: Budget::new(config.limits.body_bytes, wait, "bodies"),
        }
    }

    /// A place for a request whose body has so many bytes at most.
    pub(crate) async fn enter(&self, body_bytes: u64) -> Result<Ticket, Error> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| Error::Busy { seconds: RETRY_AFTER, full: "requests" })?;
        Ok(Ticket { _place: place, body: Some(self.bodies.reserve(body_bytes).await?) })
    }

    /// Memory for a body of so many bytes at most.
    pub(crate) async fn reserve_body(&self, bytes: u64) -> Result<Reservation, Error> {
        self.bodies.reserve(bytes).await
    }
}

/// Memory that may be held at once, all requests together.
pub(crate) struct Budget {
    pieces: Arc<Semaphore>,
    all: u32,
    wait: Duration,
    name: &'static str,
}

impl Budget {
    /// Memory is counted in pieces of so many bytes, because the semaphore counts in 32 bits.
    const PIECE: u64 = 1024;

    /// A budget of so many bytes; `name` is what the metrics call it.
    pub(crate) fn new(bytes: u64, wait: Duration, name: &'static str) -> Self {
        let all = u32::try_from(bytes / Self::PIECE).unwrap_or(u32::MAX);
        Self { pieces: Arc::new(Semaphore::new(all as usize)), all, wait, name }
    }

    /// Whether so many bytes could ever be reserved.
    pub(crate) fn could_fit(&self, bytes: u64) -> bool {
        bytes.div_ceil(Self::PIECE) <= u64::from(self.all)
    }

    /// Waits for so many bytes, or refuses. More than the whole budget is never granted.
    pub(crate) async fn reserve(&self, bytes: u64) -> Result<Reservation, Error> {
        let full = || Error::Busy { seconds: RETRY_AFTER, full: self.name };
        if !self.could_fit(bytes) {
            return Err(full());
        }
        let pieces = bytes.div_ceil(Self::PIECE) as u32;
        if let Ok(permit) = Arc::clone(&self.pieces).try_acquire_many_owned(pieces) {
            return Ok(Reservation(permit));
        }
        let waiting = Arc::clone(&self.pieces).acquire_many_owned(pieces);
        match tokio::time::timeout(self.wait, waiting).await {
            Ok(Ok(permit)) => Ok(Reservation(permit)),
            Ok(Err(_)) | Err(_) => Err(full()),
        }
    }
}

/// Reserved memory; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Reservation(OwnedSemaphorePermit);

impl Reservation {
    /// Gives back all but so many bytes.
    pub(crate) fn shrink_to(&mut self, bytes: u64) {
        let keep = usize::try_from(bytes.div_ceil(Budget::PIECE)).unwrap_or(usize::MAX);
        let surplus = self.0.num_permits().saturating_sub(keep);
        drop(self.0.split(surplus));
    }
}
