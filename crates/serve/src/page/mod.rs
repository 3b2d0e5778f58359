//! The page.

use axum::Router;

use crate::AppState;

/// Routes of the page and its assets.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
}
