//! What keeps one client from the others' time and the server from running out of memory.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use serde_json::json;
use serve::config::Seconds;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::app::{BLUE, RED, TestApp, V0, form, png, png_of, read};

#[tokio::test]
async fn beyond_its_rate_a_client_is_asked_to_wait() {
    let app = TestApp::with(|config| config.rate = "2/m".parse().unwrap()).await;
    for _ in 0..2 {
        assert_eq!(app.infer(form("colours", png(RED))).await.status(), 200);
    }
    let response = app.infer(form("colours", png(RED))).await;
    let seconds: u64 = response.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert_eq!(response.headers()["allow"], "POST, OPTIONS");
    let expected = format!("Request was throttled. Expected available in {seconds} seconds.");
    assert_eq!(read(response).await, (429, json!({"detail": expected})));
    assert_eq!(app.get("/healthz").send().await.unwrap().status(), 200);
    assert_eq!(app.get("/metrics").send().await.unwrap().status(), 200);
    assert_eq!(app.post("/predict").body(png(RED)).send().await.unwrap().status(), 429);
}

#[tokio::test]
async fn a_header_does_not_make_a_client_another_unless_a_trusted_proxy_sends_it() {
    for (trusted, expected) in [("10.0.0.0/8", 429), ("127.0.0.1", 200)] {
        let app = TestApp::with(|config| {
            config.rate = "1/m".parse().unwrap();
            config.trusted_proxies = vec![trusted.parse().unwrap()];
        })
        .await;
        let ask = |client: &'static str| {
            app.post(V0).header("x-forwarded-for", client).multipart(form("colours", png(RED))).send()
        };
        assert_eq!(ask("1.2.3.4").await.unwrap().status(), 200);
        assert_eq!(ask("5.6.7.8").await.unwrap().status(), expected, "{trusted}");
    }
}

#[tokio::test]
async fn the_same_picture_is_computed_once_and_another_model_or_picture_anew() {
    let puller = std::sync::Arc::new(serve::pull::NoPuller);
    let app = TestApp::with_all(&["colours", "hues"], puller, |config| config.cache_bytes = 1 << 20).await;
    for _ in 0..3 {
        let (_, answer) = read(app.infer(form("colours", png(RED))).await).await;
        assert_eq!(answer["label"], "red");
    }
    assert_eq!(app.engine.pictures(), 1);
    app.infer(form("hues", png(RED))).await;
    assert_eq!(app.engine.pictures(), 2);
    let (_, answer) = read(app.infer(form("colours", png(BLUE))).await).await;
    assert_eq!(answer["label"], "blue");
    assert_eq!(app.engine.pictures(), 3);
}

#[tokio::test]
async fn a_full_server_refuses_at_once_and_says_when_to_come_back() {
    let app = TestApp::with(|config| config.limits.requests = 1).await;
    app.engine.hold();
    let first = tokio::spawn(app.post("/predict").body(png(RED)).send());
    app.engine.begun(1).await;
    let response = app.infer(form("colours", png(RED))).await;
    assert!(response.headers().contains_key(RETRY_AFTER));
    assert_eq!(read(response).await.0, 429);
    app.engine.release();
    assert_eq!(first.await.unwrap().unwrap().status(), 200);
    assert_eq!(app.infer(form("colours", png(RED))).await.status(), 200);
}

#[tokio::test]
async fn memory_for_bodies_is_reserved_before_they_are_read() {
    let app = TestApp::with(|config| {
        config.limits.body_bytes = 64 << 10;
        config.timeouts.admission = Seconds::try_from(0.05).unwrap();
    })
    .await;
    // It declares 60 KiB, sends a little and lets the server wait.
    let mut slow = TcpStream::connect(app.address).await.unwrap();
    let head =
        format!("POST /predict HTTP/1.1\r\nhost: {}\r\ncontent-length: 61440\r\n\r\nsome", app.address);
    slow.write_all(head.as_bytes()).await.unwrap();
    let large = || app.post("/predict").body(vec![7; 32 << 10]).send();
    while large().await.unwrap().status() != 429 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(app.post("/predict").body(png(RED)).send().await.unwrap().status(), 200);
    drop(slow);
    while large().await.unwrap().status() != 400 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn what_can_never_be_decoded_in_the_memory_there_is_is_refused_in_words() {
    let app = TestApp::with(|config| config.limits.decoding_bytes = 8 << 20).await;
    let (status, body) = read(app.infer(form("colours", png_of(3000, 3000, RED))).await).await;
    assert_eq!(status, 400);
    assert!(body["image"][0].as_str().unwrap().contains("send a smaller one"), "{body}");
    assert_eq!(app.infer(form("colours", png(RED))).await.status(), 200);
}

#[tokio::test]
async fn too_many_bytes_or_pixels_are_refused() {
    let app = TestApp::with(|config| {
        config.limits.picture_bytes = 10_000;
        config.limits.picture_pixels = 1000;
    })
    .await;
    let response = app.infer(form("colours", vec![0; 200_000])).await;
    assert_eq!(response.status(), 413);
    let (status, body) = read(app.infer(form("colours", png_of(100, 100, RED))).await).await;
    assert_eq!(status, 400);
    assert!(body["image"][0].as_str().unwrap().contains("100 x 100"), "{body}");
}

#[tokio::test]
async fn a_refused_client_that_is_still_sending_reads_its_answer() {
    let app = TestApp::with(|config| config.limits.picture_bytes = 1000).await;
    for _ in 0..5 {
        let response = app.post("/predict").body(vec![0; 8 << 20]).send().await.unwrap();
        assert_eq!(response.status(), 413);
    }
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_given_up() {
    let app = TestApp::with(|config| config.timeouts.body_pause = Seconds::try_from(0.05).unwrap()).await;
    let mut slow = TcpStream::connect(app.address).await.unwrap();
    let head = format!("POST /predict HTTP/1.1\r\nhost: {}\r\ncontent-length: 1000\r\n\r\n", app.address);
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    slow.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
}

#[tokio::test]
async fn a_head_that_never_ends_closes_its_connection() {
    let app = TestApp::with(|config| config.timeouts.head = Seconds::try_from(0.05).unwrap()).await;
    let mut slow = TcpStream::connect(app.address).await.unwrap();
    slow.write_all(b"POST /predict HTTP/1.1\r\nhost: ").await.unwrap();
    let mut answer = Vec::new();
    // Ends when the server closes the connection.
    slow.read_to_end(&mut answer).await.unwrap();
}

#[tokio::test]
async fn a_picture_whose_client_has_gone_is_not_computed() {
    let app = TestApp::start().await;
    app.engine.hold();
    let first = tokio::spawn(app.post("/predict").body(png(RED)).send());
    app.engine.begun(1).await;
    let gone = tokio::spawn(app.post("/predict").body(png(BLUE)).send());
    let model = app.state.default_model().unwrap();
    while model.queued() < 1 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    // The server notices on its own time; the log and the metrics say when.
    while !app.get("/metrics").send().await.unwrap().text().await.unwrap().contains("reason=\"gone\"") {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    app.engine.release();
    assert_eq!(first.await.unwrap().unwrap().status(), 200);
    assert_eq!(app.infer(form("colours", png(RED))).await.status(), 200);
    assert_eq!(app.engine.pictures(), 2);
}
