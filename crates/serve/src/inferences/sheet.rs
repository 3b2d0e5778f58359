//! An answer of the API as a small page: the same JSON to read, and a form to try the route with.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;

use crate::Error;

#[derive(Template)]
#[template(path = "inferences.html")]
struct Sheet<'a> {
    status: StatusCode,
    body: String,
    models: &'a [String],
}

/// The page around an answer.
pub(super) fn response<T: Serialize>(answer: &T, status: StatusCode, models: &[String]) -> Response {
    let body = match serde_json::to_string_pretty(answer) {
        Ok(body) => body,
        Err(error) => return Error::Internal(error.to_string()).into_response(),
    };
    match (Sheet { status, body, models }).render() {
        Ok(page) => (status, Html(page)).into_response(),
        Err(error) => Error::Internal(error.to_string()).into_response(),
    }
}
