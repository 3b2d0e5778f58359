//! The style sheet, the scripts and the icon: embedded in the program, under an address that changes with
//! their content so that a browser may keep them for a year.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// The folder below `/assets/` in which the present content stands: one for all files, because the scripts
/// import each other by relative addresses.
pub(crate) fn version() -> String {
    let mut hash = Sha256::new();
    for name in Assets::iter() {
        hash.update(name.as_bytes());
        if let Some(file) = Assets::get(&name) {
            hash.update(file.metadata.sha256_hash());
        }
    }
    let digest: [u8; 32] = hash.finalize().into();
    format!("{:016x}", digest.first_chunk().map_or(0, |first| u64::from_be_bytes(*first)))
}

/// `GET /assets/{version}/{file}`. A page from before an upgrade gets the present file, not to be kept.
pub(crate) async fn serve(Path((asked, name)): Path<(String, String)>) -> Response {
    let Some(file) = Assets::get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let caching = if asked == version() { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [(CONTENT_TYPE, content_type(&name)), (CACHE_CONTROL, caching)];
    (headers, file.data.into_owned()).into_response()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(version: &str, name: &str) -> Response {
        serve(Path((version.to_owned(), name.to_owned()))).await
    }

    #[tokio::test]
    async fn every_asset_has_a_type_and_may_be_kept_for_a_year() {
        let version = version();
        for name in Assets::iter() {
            let response = get(&version, &name).await;
            assert_eq!(response.status(), StatusCode::OK);
            assert_ne!(response.headers()[CONTENT_TYPE], "application/octet-stream", "{name}");
            assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        }
    }

    #[tokio::test]
    async fn an_older_page_gets_the_present_file_without_keeping_it() {
        let response = get("0123456789ab", "base.css").await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[CACHE_CONTROL], "no-cache");
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_is_not_found() {
        for name in ["nothing.js", "../Cargo.toml", "../src/lib.rs", ""] {
            assert_eq!(get(&version(), name).await.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }
}
