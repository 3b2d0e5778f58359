//! Headers that keep browsers from being used against us.

use axum::extract::Request;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// For our own pages: nothing from elsewhere; pictures may be shown before they are sent (`blob:`).
const PAGE: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; \
     manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// For Swagger UI, which writes style attributes.
const DOCUMENTATION: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// Adds the headers; a handler that has set one itself knows better.
pub(crate) async fn security(request: Request, next: Next) -> Response {
    let documentation = request.uri().path().starts_with("/docs/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    set(headers, X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    set(headers, X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    set(headers, REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if headers.get(CONTENT_TYPE).is_some_and(|media| media.as_bytes().starts_with(b"text/html")) {
        set(headers, CONTENT_SECURITY_POLICY, if documentation { DOCUMENTATION } else { PAGE });
    }
    response
}

fn set(headers: &mut HeaderMap, name: axum::http::HeaderName, value: HeaderValue) {
    headers.entry(name).or_insert(value);
}
