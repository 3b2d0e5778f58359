//! Accepts connections and serves them until told to stop.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::AppState;

/// Longest head of a request, and the buffer of a connection, in bytes.
const HEAD: usize = 64 << 10;
/// Pause after the system could not give a connection, when files or memory have run out.
const PAUSE: Duration = Duration::from_millis(100);
/// How often recorded measurements are sorted into their buckets.
const TIDY: Duration = Duration::from_secs(5);

/// Serves until `stop` completes. Then no connection is accepted any more, `/readyz` says so, and requests
/// that have been accepted are finished, for [`Timeouts::stop`](crate::config::Timeouts::stop) at most.
///
/// A head that does not arrive in time closes its connection, so that idle connections are not kept for ever.
pub async fn run(
    listener: TcpListener,
    state: AppState,
    stop: impl Future<Output = ()> + Send,
) -> std::io::Result<()> {
    let router = crate::router(state.clone());
    let timeouts = &state.config().timeouts;
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(timeouts.head.duration()).max_buf_size(HEAD);
    let places = Arc::new(Semaphore::new(state.config().limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
    let connections = GracefulShutdown::new();
    let tidy = tokio::spawn(tidy(state.clone()));

    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                if !concerns_one_connection(&error) {
                    tracing::warn!(%error, "no connection can be accepted at the moment");
                    tokio::time::sleep(PAUSE).await;
                }
                continue;
            }
        };
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request)
        });
        let connection = http.serve_connection(prepare(stream), service);
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            // A connection fails when its client breaks it off or sends no HTTP; neither is ours to mend.
            if let Err(error) = connection.await {
                tracing::debug!(%peer, %error, "a connection failed");
            }
            drop(place);
        });
    }

    drop(listener);
    state.set_ready(false);
    let unfinished = connections.count();
    tracing::info!(connections = unfinished, "stopping; accepted requests are being finished");
    if tokio::time::timeout(timeouts.stop.duration(), connections.shutdown()).await.is_err() {
        tracing::warn!("some requests were not finished in time");
    }
    tidy.abort();
    Ok(())
}

fn prepare(stream: TcpStream) -> TokioIo<TcpStream> {
    // An answer is one small write; waiting for more to send would only delay it.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection cannot be told to send at once");
    }
    TokioIo::new(stream)
}

/// Errors of `accept` that only the connection is to blame for.
fn concerns_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn tidy(state: AppState) {
    let mut ticks = tokio::time::interval(TIDY);
    loop {
        ticks.tick().await;
        state.measurements().tidy();
    }
}
