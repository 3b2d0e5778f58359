//! How the server says how it is.

use serde_json::json;

use crate::app::{RED, TestApp, form, png, read};

#[tokio::test]
async fn a_server_that_lives_and_is_ready_says_so() {
    let app = TestApp::start().await;
    assert_eq!(read(app.get("/healthz").send().await.unwrap()).await, (200, json!({"status": "ok"})));
    let ready = read(app.get("/readyz").send().await.unwrap()).await;
    assert_eq!(ready, (200, json!({"ready": true, "models": ["colours"]})));
}

#[tokio::test]
async fn a_server_whose_shelf_is_still_loading_is_not_ready() {
    let app = TestApp::start().await;
    app.state.set_ready(false);
    assert_eq!(app.get("/readyz").send().await.unwrap().status(), 503);
    assert_eq!(app.get("/healthz").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn metrics_tell_of_requests_by_route_and_of_every_stage() {
    let app = TestApp::start().await;
    app.infer(form("colours", png(RED))).await;
    app.get("/made/up/by/a/stranger").send().await.unwrap();
    let metrics = app.get("/metrics").send().await.unwrap();
    assert!(metrics.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
    let text = metrics.text().await.unwrap();
    for expected in [
        "pinhole_http_requests_total{method=\"POST\",route=\"/api/v0/inferences/\",status=\"200\"}",
        "pinhole_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"}",
        "pinhole_http_request_seconds_bucket{",
        "pinhole_decoding_seconds_count",
        "pinhole_engine_seconds_count{model=\"colours\"}",
        "pinhole_queue_seconds_count{model=\"colours\"}",
        "pinhole_batch_size_sum{model=\"colours\"}",
        "pinhole_rejected_total{reason=\"not_found\"}",
        "pinhole_models",
        "pinhole_http_requests_in_flight",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    assert!(!text.contains("stranger"));
}

#[tokio::test]
async fn what_does_not_exist_is_not_found_in_json() {
    let app = TestApp::start().await;
    let answer = read(app.get("/api/v9/").send().await.unwrap()).await;
    assert_eq!(answer, (404, json!({"detail": "Not found."})));
    let response = app.get("/predict").send().await.unwrap();
    assert_eq!(response.headers()["allow"], "POST");
    assert_eq!(read(response).await, (405, json!({"detail": "Method \"GET\" not allowed."})));
}
