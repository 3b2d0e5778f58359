//! The models that can be pulled, and starting a pull; only for people at this very machine.

use std::net::IpAddr;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::uri::Authority;
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::documentation::{CATALOGUE, Detail};
use crate::pull::{Offer, Pull};
use crate::{AppState, Error, client};

/// One model that can be pulled.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Entry {
    #[serde(flatten)]
    offer: Offer,
    /// Whether a model of that name is on the shelf and answers.
    on_shelf: bool,
    /// How far the latest pull has come; `null` when there was none.
    pull: Option<Pull>,
}

impl Entry {
    fn new(state: &AppState, offer: Offer) -> Self {
        Self {
            on_shelf: state.shelf().get(&offer.name).is_some(),
            pull: state.puller().progress(&offer.name),
            offer,
        }
    }
}

/// List the models that can be pulled
#[utoipa::path(
    get, path = "/catalogue/", operation_id = "list_catalogue", tag = CATALOGUE,
    responses(
        (status = 200, description = "Every entry with its progress", body = [Entry]),
        (status = 403, description = "The client is not on this machine", body = Detail),
        (status = 500, description = "The server failed", body = Detail),
    )
)]
pub(crate) async fn list(State(state): State<AppState>) -> Json<Vec<Entry>> {
    let offers = state.puller().available();
    Json(offers.into_iter().map(|offer| Entry::new(&state, offer)).collect())
}

/// Start to pull a model
///
/// It goes on in the background; the list tells how far it is. Asking again while it goes on changes nothing.
#[utoipa::path(
    post, path = "/catalogue/{name}/pull", operation_id = "pull_model", tag = CATALOGUE,
    params(("name" = String, Path, description = "Name in the catalogue")),
    responses(
        (status = 202, description = "It goes on", body = Entry),
        (status = 403, description = "The client is not on this machine", body = Detail),
        (status = 404, description = "The catalogue has no such model", body = Detail),
        (status = 429, description = "The client asks too often", body = Detail),
        (status = 500, description = "It could not be started", body = Detail),
    )
)]
pub(crate) async fn pull(
    State(state): State<AppState>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Response, Error> {
    let Path(name) = name.map_err(|_| Error::NotFound)?;
    let offers = state.puller().available();
    let offer = offers.into_iter().find(|offer| offer.name == name).ok_or(Error::NotFound)?;
    state.puller().start(&name).map_err(Error::Internal)?;
    Ok((StatusCode::ACCEPTED, Json(Entry::new(&state, offer))).into_response())
}

/// Lets only clients of this machine through.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    if is_local(request.extensions(), request.headers()) {
        next.run(request).await
    } else {
        Error::Forbidden("Models are pulled only from the machine that the server runs on.").into_response()
    }
}

/// Whether a header says that a proxy asks for someone else.
fn forwards(name: &header::HeaderName) -> bool {
    let name = name.as_str();
    name.starts_with("x-forwarded")
        || matches!(
            name,
            "forwarded" | "via" | "x-real-ip" | "x-client-ip" | "true-client-ip" | "cf-connecting-ip"
        )
}

/// Whether the one who asks sits at this machine: the connection comes from loopback, no proxy passed it on,
/// it is addressed to a loopback name (else a stranger's name that leads to 127.0.0.1 would do, by DNS
/// rebinding), and if a web page asks, the page is ours.
pub(crate) fn is_local(extensions: &Extensions, headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
    let ours = |origin: &header::HeaderValue| {
        origin.to_str().is_ok_and(|origin| {
            let rest = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
            rest.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
        })
    };
    client::peer(extensions).is_loopback()
        && !headers.keys().any(forwards)
        && names_loopback(host)
        && headers.get_all(header::HOST).iter().count() == 1
        && headers.get_all(header::ORIGIN).iter().all(ours)
}

/// Whether a `Host` header names this machine by a name or address that cannot lead elsewhere.
fn names_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    if host.contains('@') {
        return false;
    }
    let name = authority.host();
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::extract::ConnectInfo;
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn local(peer: &str, headers: &[(&'static str, &'static str)]) -> bool {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4000)));
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        is_local(&extensions, &headers)
    }

    #[test]
    fn people_at_this_machine_may_pull() {
        assert!(local("127.0.0.1", &[("host", "localhost:8000")]));
        assert!(local("127.0.0.1", &[("host", "LOCALHOST")]));
        assert!(local("::1", &[("host", "[::1]:8000")]));
        assert!(local("::ffff:127.0.0.1", &[("host", "127.0.0.1:8000")]));
        assert!(local("127.0.0.1", &[("host", "localhost:8000"), ("origin", "http://localhost:8000")]));
    }

    #[test]
    fn nobody_else_may() {
        for (peer, headers) in [
            ("192.168.1.5", &[("host", "localhost:8000")] as &[_]),
            ("0.0.0.0", &[("host", "localhost:8000")]),
            ("127.0.0.1", &[]),
            ("127.0.0.1", &[("host", "pinhole.example")]),
            ("127.0.0.1", &[("host", "localhost.evil.example")]),
            ("127.0.0.1", &[("host", "127.0.0.1.evil.example:8000")]),
            ("127.0.0.1", &[("host", "localhost@evil.example")]),
            ("127.0.0.1", &[("host", "192.168.1.5:8000")]),
            ("127.0.0.1", &[("host", "localhost:8000"), ("x-forwarded-for", "127.0.0.1")]),
            ("127.0.0.1", &[("host", "localhost:8000"), ("forwarded", "for=127.0.0.1")]),
            ("127.0.0.1", &[("host", "localhost:8000"), ("via", "1.1 proxy")]),
            ("127.0.0.1", &[("host", "localhost:8000"), ("origin", "http://evil.example")]),
            ("127.0.0.1", &[("host", "localhost:8000"), ("origin", "http://localhost:9000")]),
            ("127.0.0.1", &[("host", "localhost:8000"), ("origin", "null")]),
        ] {
            assert!(!local(peer, headers), "{peer} {headers:?}");
        }
    }
}
