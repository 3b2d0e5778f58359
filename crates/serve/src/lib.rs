//! The HTTP door: pages, REST v0, OpenAPI, health, metrics, limits.
//!
//! A program builds an [`AppState`] from a [`Config`], a shelf of models and a [`Puller`](pull::Puller), and
//! gives it to [`run`] with a listener. One photo's way through these files: `router` (which handler) ->
//! `inferences`, `predict` or `page` (the door) -> `form` (the body, bounded) -> `pipeline` (room, pixels,
//! numbers, model) -> back to the door. Whatever fails on the way is an [`Error`], and `error` says how each
//! is answered.

mod answer;
mod body;
mod catalogue;
mod client;
pub mod config;
mod documentation;
mod error;
mod feedback;
pub mod fields;
mod form;
mod health;
mod inferences;
mod layers;
mod measurements;
mod page;
mod pipeline;
mod predict;
pub mod pull;
pub mod rate;
pub mod remote;
mod router;
mod server;
mod state;

pub use config::Config;
pub use error::Error;
pub use router::{openapi, router};
pub use server::run;
pub use state::AppState;
