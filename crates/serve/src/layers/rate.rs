//! Keeps clients to their rate before anything is read from them.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::AppState;
use crate::client::{self, Client};

/// Counts requests to the API and every POST; reading pages, assets, health and metrics is free.
pub(crate) async fn rate(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.method() == Method::POST || request.uri().path().starts_with("/api/") {
        let trusted = &state.config().trusted_proxies;
        let address = client::address(request.extensions(), request.headers(), trusted);
        if let Err(refused) = state.limiter().check(Client::from(address)) {
            return refused.into_response();
        }
    }
    next.run(request).await
}
