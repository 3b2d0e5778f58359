//! Reading the body of a request: bounded in bytes before it is held, bounded in time while it comes.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use crate::Error;
use crate::config::Timeouts;

/// The length that a request declares; `None` for a chunked one.
pub(crate) fn declared_length(headers: &HeaderMap) -> Option<u64> {
    match headers.get(header::CONTENT_LENGTH) {
        Some(length) => length.to_str().ok()?.parse().ok(),
        // Without a length and without chunks there is no body (RFC 9112, section 6.3).
        None if headers.contains_key(header::TRANSFER_ENCODING) => None,
        None => Some(0),
    }
}

/// Bytes to reserve for a body of the declared length.
pub(crate) fn room(declared: Option<u64>, limit: u64) -> Result<u64, Error> {
    match declared {
        Some(length) if length > limit => Err(Error::TooLarge { limit }),
        Some(length) => Ok(length),
        None => Ok(limit),
    }
}

/// The whole body. `room` is what was reserved for it; more than that is refused.
pub(crate) async fn read(body: Body, room: u64, limit: u64, timeouts: &Timeouts) -> Result<Bytes, Error> {
    let reading = pieces(body, room, limit, timeouts.body_pause.duration());
    tokio::time::timeout(timeouts.body.duration(), reading).await.map_err(|_| Error::SlowUpload)?
}

async fn pieces(body: Body, room: u64, limit: u64, pause: Duration) -> Result<Bytes, Error> {
    let mut stream = body.into_data_stream();
    let mut next = async || match tokio::time::timeout(pause, stream.next()).await {
        Err(_) => Err(Error::SlowUpload),
        Ok(None) => Ok(None),
        Ok(Some(Ok(piece))) => Ok(Some(piece)),
        Ok(Some(Err(error))) => Err(Error::Malformed(format!("The upload broke off: {error}."))),
    };
    let Some(first) = next().await? else { return Ok(Bytes::new()) };
    if first.len() as u64 == room {
        return Ok(first);
    }
    // A client that declares much and sends little costs address space only: pages are taken when written.
    let known = if room == limit { first.len() } else { room as usize };
    let mut whole = BytesMut::with_capacity(known.max(first.len()));
    let mut piece = Some(first);
    while let Some(bytes) = piece {
        if (whole.len() + bytes.len()) as u64 > room {
            return Err(Error::TooLarge { limit });
        }
        whole.extend_from_slice(&bytes);
        piece = next().await?;
    }
    Ok(whole.freeze())
}
