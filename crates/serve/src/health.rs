//! Whether the process lives, and whether it can answer.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::documentation::PROBES;

/// The answer of `/healthz`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    status: &'static str,
}

/// Whether the process lives.
#[utoipa::path(
    get, path = "/healthz", operation_id = "is_alive", tag = PROBES,
    responses((status = 200, description = "It does", body = Health))
)]
pub(crate) async fn live() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// The answer of `/readyz`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// Whether requests can be sent here.
    ready: bool,
    /// Models that answer, by name. An empty shelf is ready, too: the page offers what there is to get.
    models: Vec<String>,
}

/// Whether requests can be sent here: the shelf has been loaded and the server is not stopping.
#[utoipa::path(
    get, path = "/readyz", operation_id = "is_ready", tag = PROBES,
    responses(
        (status = 200, description = "Ready", body = Readiness),
        (status = 503, description = "Still loading, or stopping", body = Readiness),
    )
)]
pub(crate) async fn ready(State(state): State<AppState>) -> Response {
    let ready = state.is_ready();
    let models = state.shelf().models().iter().map(|model| model.name().to_owned()).collect();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, models })).into_response()
}
