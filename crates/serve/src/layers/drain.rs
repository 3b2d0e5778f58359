//! Reads and drops what is left of a body that was refused.
//!
//! A client that is answered 429 or 413 while it still sends would find its connection reset and might never
//! see the answer. The rest of its body is therefore read, for a while, beside the answer, and dropped.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::header::EXPECT;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt;
use hyper::body::{Frame, SizeHint};

/// Bytes that are read and dropped.
const MOST: usize = 64 << 20;
/// Time for that.
const LONGEST: Duration = Duration::from_secs(10);

/// Gives the handler a body whose rest is read when the handler drops it.
pub(crate) async fn drain(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    // Such a client sends nothing before it is asked to; a refusal needs no reading.
    let waits = request.headers().contains_key(EXPECT);
    let request = request.map(|body| Body::new(Drained { body: Some(body), started: !waits }));
    next.run(request).await
}

struct Drained {
    body: Option<Body>,
    /// Whether the client may be sending.
    started: bool,
}

impl HttpBody for Drained {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.started = true;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = std::task::ready!(Pin::new(body).poll_frame(context));
        if !matches!(frame, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Drained {
    fn drop(&mut self) {
        let Some(body) = self.body.take().filter(|body| self.started && !body.is_end_stream()) else {
            return;
        };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(tokio::time::timeout(LONGEST, async move {
            let mut pieces = body.into_data_stream();
            let mut read = 0;
            while let Some(Ok(piece)) = pieces.next().await {
                read += piece.len();
                if read > MOST {
                    break;
                }
            }
        }));
    }
}
