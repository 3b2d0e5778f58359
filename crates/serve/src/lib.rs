//! The HTTP door: pages, REST v0, OpenAPI, health, metrics, limits.

pub mod config;
mod error;
pub mod fields;
pub mod form;
mod page;
pub mod pipeline;
pub mod pull;
pub mod rate;
mod state;

pub use config::Config;
pub use error::Error;
pub use state::AppState;

use axum::Router;

/// The whole server as one router.
pub fn router(state: AppState) -> Router {
    page::router().with_state(state)
}
