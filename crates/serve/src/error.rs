//! Every way a request can fail, and the one place where failures become HTTP answers.

use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::fields::FieldErrors;

/// Why a request was not answered as asked. [`IntoResponse`] gives the JSON of the REST contract:
/// `{"field":["message"]}` for wrong input, `{"detail":"message"}` for everything else.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Fields that are missing or wrong. 400.
    #[error(transparent)]
    Fields(#[from] FieldErrors),
    /// The picture in `field` cannot be read. 400.
    #[error("{source}")]
    Picture {
        /// Field that the picture came in.
        field: &'static str,
        /// What is wrong with it.
        source: vision::Error,
    },
    /// A request that cannot be understood, with the reason in a sentence. 400.
    #[error("{0}")]
    Malformed(String),
    /// A browser elsewhere, or another machine, asked for what only this machine may. 403.
    #[error("{0}")]
    Forbidden(&'static str),
    /// No such thing. 404.
    #[error("Not found.")]
    NotFound,
    /// The route exists, but not with this method. 405.
    #[error("Method \"{0}\" not allowed.")]
    MethodNotAllowed(Method),
    /// None of the media types that the client accepts can be given. 406.
    #[error("Could not satisfy the request Accept header.")]
    NotAcceptable,
    /// The body came too slowly. 408.
    #[error("The upload took too long; check the connection and try again.")]
    SlowUpload,
    /// More bytes than are accepted. 413.
    #[error("The upload is too large; at most {limit} bytes are accepted.")]
    TooLarge {
        /// Bytes allowed.
        limit: u64,
    },
    /// A body of a type that is not read. 415.
    #[error("Unsupported media type \"{0}\" in request.")]
    UnsupportedMediaType(String),
    /// The client asks more often than its rate allows. 429.
    #[error("Request was throttled. Expected available in {seconds} second{}.", if *seconds == 1 { "" } else { "s" })]
    Throttled {
        /// When the next request will pass.
        seconds: u64,
    },
    /// The server is full. 429.
    #[error("The server is busy; try again in {seconds} second{}.", if *seconds == 1 { "" } else { "s" })]
    Busy {
        /// When a place is likely free.
        seconds: u64,
        /// What was full, for the metrics.
        full: &'static str,
    },
    /// The model could not answer. 500.
    #[error("can't make prediction: {0}")]
    Model(#[source] models::Error),
    /// Something of ours broke; the log has the details. 500.
    #[error("The server failed: {0}")]
    Internal(String),
    /// Nothing is there to answer. 503.
    #[error("There is no model on the shelf yet; add one with `pinhole models pull NAME`.")]
    NoModel,
    /// No more feedback fits. 503.
    #[error("The file of feedback is full; the administrator must move it away.")]
    Full,
    /// The answer took longer than a request may. 503.
    #[error("The answer took too long; try again later.")]
    Timeout,
}

impl Error {
    /// The status that goes with it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Fields(_) | Self::Picture { .. } | Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::SlowUpload => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Throttled { .. } | Self::Busy { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Model(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NoModel | Self::Full | Self::Timeout => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Seconds after which asking again makes sense; becomes `Retry-After`.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Throttled { seconds } | Self::Busy { seconds, .. } => Some(*seconds),
            Self::NoModel | Self::Timeout => Some(5),
            _ => None,
        }
    }

    /// The body, as the REST contract words it.
    pub fn body(&self) -> Value {
        match self {
            Self::Fields(errors) => errors.to_json(),
            Self::Picture { field, source } => {
                let mut object = Map::new();
                object.insert((*field).to_owned(), json!([source.to_string()]));
                Value::Object(object)
            }
            other => json!({ "detail": other.to_string() }),
        }
    }

    /// A short name for the metrics and the log.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::Picture { .. } => "picture",
            Self::Malformed(_) => "malformed",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed(_) => "method",
            Self::NotAcceptable => "accept",
            Self::SlowUpload => "slow_upload",
            Self::TooLarge { .. } => "too_large",
            Self::UnsupportedMediaType(_) => "media_type",
            Self::Throttled { .. } => "rate",
            Self::Busy { full, .. } => full,
            Self::Model(_) => "model",
            Self::Internal(_) => "internal",
            Self::NoModel => "no_model",
            Self::Full => "feedback_full",
            Self::Timeout => "timeout",
        }
    }

    /// Adds what every failure carries beside its body, whatever the body is: status, `Retry-After`, and for
    /// the metrics the reason.
    pub(crate) fn attach(&self, response: &mut Response) {
        *response.status_mut() = self.status();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Self::Model(_) | Self::Internal(_) = self {
            tracing::error!(reason = %self, "a request failed");
        }
        response.extensions_mut().insert(Reason(self.reason()));
    }
}

/// Why a request was refused; travels with the response to the metrics.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reason(pub(crate) &'static str);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = Json(self.body()).into_response();
        self.attach(&mut response);
        response
    }
}
