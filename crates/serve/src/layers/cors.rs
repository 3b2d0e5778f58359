//! Which pages of other origins may call us from a browser.
//!
//! Every origin may call `/api/`; the origins that the configuration names may call `/predict` and
//! `/feedback`; all else belongs to our own page. No credentials are involved. (The layer of tower-http
//! answers every OPTIONS itself, but `OPTIONS /api/v0/inferences/` has an answer of its own.)

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::AppState;

const METHODS: HeaderValue = HeaderValue::from_static("DELETE, GET, OPTIONS, PATCH, POST, PUT");
const HEADERS: HeaderValue = HeaderValue::from_static(
    "accept, accept-encoding, authorization, content-type, dnt, origin, user-agent, x-csrftoken, x-requested-with",
);
const EXPOSED: HeaderValue = HeaderValue::from_static("request_id, x-request-id, retry-after");
const A_DAY: HeaderValue = HeaderValue::from_static("86400");
const EVERY_ORIGIN: HeaderValue = HeaderValue::from_static("*");

/// Answers preflight requests and marks the answers that other origins may read.
pub(crate) async fn cors(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let allowed = allowed_origin(&state, request.uri().path(), request.headers());
    let preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let Allowed::Considered(origin) = allowed else { return next.run(request).await };
    let mut response =
        if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    if let Some(origin) = origin {
        if origin != EVERY_ORIGIN {
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if preflight {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
            headers.insert(ACCESS_CONTROL_MAX_AGE, A_DAY);
        } else {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
    response
}

enum Allowed {
    /// A route for our own page only.
    NotHere,
    /// The value of `Access-Control-Allow-Origin`, if any.
    Considered(Option<HeaderValue>),
}

fn allowed_origin(state: &AppState, path: &str, headers: &HeaderMap) -> Allowed {
    if path.starts_with("/api/") {
        return Allowed::Considered(Some(EVERY_ORIGIN));
    }
    if !matches!(path, "/predict" | "/feedback") {
        return Allowed::NotHere;
    }
    let origins = &state.config().cors_origins;
    if origins.iter().any(|origin| origin == "*") {
        return Allowed::Considered(Some(EVERY_ORIGIN));
    }
    let origin = headers.get(ORIGIN).filter(|asked| origins.iter().any(|origin| *asked == origin.as_str()));
    Allowed::Considered(origin.cloned())
}
