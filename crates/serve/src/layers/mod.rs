//! What is done to every request and every answer, whatever the route.

mod cors;
mod drain;
mod log;
mod rate;
mod security;

pub(crate) use cors::cors;
pub(crate) use drain::drain;
pub(crate) use log::log;
pub(crate) use rate::rate;
pub(crate) use security::security;

use std::any::Any;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::{AppState, Error};

/// Ends a request that takes longer than a request may.
pub(crate) async fn time_limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let limit = state.config().timeouts.request.duration();
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::Timeout.into_response(),
    }
}

/// The answer to a request whose handler panicked.
#[expect(clippy::needless_pass_by_value, reason = "the signature is that of `CatchPanicLayer`")]
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    tracing::error!(message, "a handler panicked");
    Error::Internal("see its log".to_owned()).into_response()
}
