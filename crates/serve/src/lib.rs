//! The HTTP door: pages, REST v0, OpenAPI, health, metrics, limits.
