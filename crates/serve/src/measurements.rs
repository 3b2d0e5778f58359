//! What is measured, and `GET /metrics` in the text format of Prometheus.

use std::sync::OnceLock;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use metrics::Unit;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::AppState;
use crate::documentation::PROBES;

/// Upper bounds of the histograms of seconds: from a cache hit to a large picture on a slow machine.
const SECONDS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// Upper bounds of the histogram of batch sizes.
const BATCHES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// The recorder of the process: there is one, however many servers run in it.
static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Everything measured so far.
#[derive(Clone)]
pub(crate) struct Measurements(Option<PrometheusHandle>);

impl Measurements {
    /// Starts recording, unless this process records already. Without a recorder of ours (the program has
    /// installed another) `/metrics` is empty.
    pub(crate) fn install() -> Self {
        Self(RECORDER.get_or_init(recorder).clone())
    }

    /// Sorts recorded values into their buckets. They pile up until this is called or `/metrics` is read.
    pub(crate) fn tidy(&self) {
        if let Some(handle) = &self.0 {
            handle.run_upkeep();
        }
    }

    fn render(&self) -> String {
        self.0.as_ref().map(PrometheusHandle::render).unwrap_or_default()
    }
}

fn recorder() -> Option<PrometheusHandle> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_size".to_owned()), BATCHES));
    let handle = match builder.map(PrometheusBuilder::install_recorder) {
        Ok(Ok(handle)) => handle,
        Ok(Err(error)) | Err(error) => {
            tracing::warn!(%error, "nothing will be measured");
            return None;
        }
    };
    describe();
    Some(handle)
}

fn describe() {
    use metrics::{describe_counter as counter, describe_gauge as gauge, describe_histogram as histogram};

    counter!("pinhole_http_requests_total", "Answered requests by method, route and status.");
    counter!("pinhole_rejected_total", "Requests that were not answered as asked, by reason.");
    counter!("pinhole_cache_total", "Look-ups of remembered answers by result.");
    gauge!("pinhole_http_requests_in_flight", "Requests that are being worked on.");
    gauge!("pinhole_models", "Models that answer.");
    gauge!("pinhole_model_queued", "Pictures that wait for a model.");
    histogram!("pinhole_http_request_seconds", Unit::Seconds, "From the head of a request to its answer.");
    histogram!("pinhole_decoding_wait_seconds", Unit::Seconds, "Waiting for memory and a thread to decode.");
    histogram!("pinhole_decoding_seconds", Unit::Seconds, "Decoding a picture and applying the input rule.");
    histogram!("pinhole_queue_seconds", Unit::Seconds, "Waiting in the queue of a model.");
    histogram!("pinhole_engine_seconds", Unit::Seconds, "Computing a whole batch.");
    histogram!("pinhole_batch_size", Unit::Count, "Pictures computed together.");
}

/// The numbers that a Prometheus server collects.
#[utoipa::path(
    get, path = "/metrics", operation_id = "read_metrics", tag = PROBES,
    responses((status = 200, description = "Everything measured, in the text format of Prometheus",
               body = String, content_type = "text/plain"))
)]
pub(crate) async fn read(State(state): State<AppState>) -> Response {
    let models = state.shelf().models();
    metrics::gauge!("pinhole_models").set(models.len() as f64);
    for model in models {
        metrics::gauge!("pinhole_model_queued", "model" => model.name().to_owned())
            .set(model.queued() as f64);
    }
    let text = state.measurements().render();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}
