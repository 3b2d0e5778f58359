//! One line in the log, one identifier and the numbers of the metrics for every request.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

use crate::error::Reason;

/// The name that clients of the single-function service know.
const REQUEST_ID: HeaderName = HeaderName::from_static("request_id");
/// The name that everyone else knows; proxies drop names with an underscore.
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request that is being worked on. When its client goes away, its handler is dropped and this with it.
struct InFlight {
    method: Method,
    path: String,
    started: Instant,
    answered: bool,
}

impl InFlight {
    fn begin(request: &Request) -> Self {
        metrics::gauge!("pinhole_http_requests_in_flight").increment(1);
        Self {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            started: Instant::now(),
            answered: false,
        }
    }

    fn milliseconds(&self) -> f64 {
        (self.started.elapsed().as_secs_f64() * 10_000.0).round() / 10.0
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        metrics::gauge!("pinhole_http_requests_in_flight").decrement(1);
        if !self.answered {
            metrics::counter!("pinhole_rejected_total", "reason" => "gone").increment(1);
            let (method, path, ms) = (self.method.as_str(), &self.path, self.milliseconds());
            tracing::info!(method, path, ms, reason = "gone", "request");
        }
    }
}

/// Gives the request an identifier, times it, logs it and counts it. The route of the metrics is the pattern,
/// not the path, so that strangers cannot make up new series.
pub(crate) async fn log(request: Request, next: Next) -> Response {
    let mut in_flight = InFlight::begin(&request);
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    in_flight.answered = true;

    // Of version 7: sorts by time, and feedback can be found beside the log line.
    let id = Uuid::now_v7().hyphenated().to_string();
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value.clone());
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    let (method, path, ms) = (in_flight.method.as_str(), &in_flight.path, in_flight.milliseconds());
    let status = response.status().as_u16();
    let reason = response.extensions().get::<Reason>().map(|reason| reason.0);
    tracing::info!(method, path, status, ms, request_id = id, reason, "request");

    let labels = [("method", known(method).to_owned()), ("route", route), ("status", status.to_string())];
    metrics::counter!("pinhole_http_requests_total", &labels).increment(1);
    metrics::histogram!("pinhole_http_request_seconds", &labels[..2]).record(in_flight.started.elapsed());
    if let Some(reason) = reason {
        metrics::counter!("pinhole_rejected_total", "reason" => reason).increment(1);
    }
    response
}

/// Methods are made up by clients, too.
fn known(method: &str) -> &'static str {
    ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"]
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}
