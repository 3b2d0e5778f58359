//! `/feedback`: what people say is kept.

use serde_json::{Value, json};

use crate::app::TestApp;

async fn say(app: &TestApp, media: &str, body: &str) -> (u16, String) {
    let request = app.post("/feedback").header("content-type", media).body(body.to_owned());
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn feedback_is_written_as_one_line_each() {
    let app = TestApp::start().await;
    let media = "application/json; charset=utf-8";
    for label in ["cat", "dog\nwith a line break"] {
        let body = json!({"request_id": "1", "label": label}).to_string();
        assert_eq!(say(&app, media, &body).await, (200, "success".into()));
    }
    let text = std::fs::read_to_string(app.data.path().join("feedback.jsonl")).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1]["feedback"]["label"], "dog\nwith a line break");
}

#[tokio::test]
async fn what_is_missing_is_said_in_the_words_that_clients_know() {
    let app = TestApp::start().await;
    let json = "application/json";
    let not_json = (400, "Incorrect content format, require JSON".to_owned());
    assert_eq!(say(&app, "text/plain", "{\"request_id\":1,\"a\":2}").await, not_json);
    assert_eq!(say(&app, json, "{").await, not_json);
    assert_eq!(say(&app, json, "[]").await, not_json);
    assert_eq!(say(&app, json, "{\"label\":\"cat\"}").await, (400, "Missing request id".into()));
    assert_eq!(say(&app, json, "{\"request_id\":\"1\"}").await, (400, "Missing feedback data".into()));
}

#[tokio::test]
async fn a_line_that_was_cut_off_does_not_spoil_the_next() {
    let app = TestApp::start().await;
    let path = app.data.path().join("feedback.jsonl");
    std::fs::write(&path, "{\"cut").unwrap();
    say(&app, "application/json", "{\"request_id\":\"1\",\"a\":2}").await;
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.starts_with("{\"cut\n{"), "{text}");
}

#[tokio::test]
async fn feedback_is_bounded_in_each_request_and_in_all() {
    let app = TestApp::with(|config| config.limits.feedback_bytes = 100).await;
    let long = json!({"request_id": "1", "text": "x".repeat(70_000)}).to_string();
    assert_eq!(say(&app, "application/json", &long).await.0, 413);
    let fits = json!({"request_id": "1", "text": "x"}).to_string();
    assert_eq!(say(&app, "application/json", &fits).await.0, 200);
    assert_eq!(say(&app, "application/json", &fits).await.0, 503);
}
