//! `/predict`: the plain door.

use reqwest::header::CONTENT_TYPE;
use reqwest::multipart::Form;
use serde_json::json;

use crate::app::{BLUE, RED, TestApp, file, png, read};

#[tokio::test]
async fn a_form_field_and_a_raw_body_are_both_understood() {
    let app = TestApp::start().await;
    let form = Form::new().part("image", file(png(RED)));
    let (status, answer) = read(app.post("/predict").multipart(form).send().await.unwrap()).await;
    assert_eq!((status, &answer["label"]), (200, &json!("red")));

    for media in ["image/png", "application/octet-stream", "application/x-www-form-urlencoded"] {
        let request = app.post("/predict").header(CONTENT_TYPE, media).body(png(BLUE));
        let (status, answer) = read(request.send().await.unwrap()).await;
        assert_eq!((status, &answer["label"]), (200, &json!("blue")), "{media}");
    }
    let (status, answer) = read(app.post("/predict").body(png(BLUE)).send().await.unwrap()).await;
    assert_eq!((status, &answer["label"]), (200, &json!("blue")));
}

#[tokio::test]
async fn as_many_predictions_come_as_are_asked_for() {
    let app = TestApp::start().await;
    let (_, answer) = read(app.post("/predict?top=2").body(png(RED)).send().await.unwrap()).await;
    assert_eq!(answer["predictions"].as_array().unwrap().len(), 2);
    let form = Form::new().part("image", file(png(RED))).text("top", "1");
    let (_, answer) = read(app.post("/predict?top=2").multipart(form).send().await.unwrap()).await;
    assert_eq!(answer["predictions"].as_array().unwrap().len(), 1);
    for top in ["0", "-1", "1001", "many"] {
        let request = app.post(&format!("/predict?top={top}")).body(png(RED));
        let expected = json!({"top": ["Write a whole number from 1 to 1000."]});
        assert_eq!(read(request.send().await.unwrap()).await, (400, expected));
    }
}

#[tokio::test]
async fn a_model_can_be_named_and_the_configured_one_answers_else() {
    let app = TestApp::with_all(&["colours", "hues"], std::sync::Arc::new(serve::pull::NoPuller), |config| {
        config.default_model = Some("hues".into());
    })
    .await;
    assert_eq!(app.state.default_model().unwrap().name(), "hues");
    let (status, _) = read(app.post("/predict?model=colours").body(png(RED)).send().await.unwrap()).await;
    assert_eq!(status, 200);
    let refused = read(app.post("/predict?model=vgg").body(png(RED)).send().await.unwrap()).await;
    assert_eq!(refused, (400, json!({"model": ["\"vgg\" is not a valid choice."]})));
}

#[tokio::test]
async fn an_empty_shelf_says_what_to_do() {
    let app = TestApp::with_all(&[], std::sync::Arc::new(serve::pull::NoPuller), |_| {}).await;
    let (status, body) = read(app.post("/predict").body(png(RED)).send().await.unwrap()).await;
    assert_eq!(status, 503);
    assert!(body["detail"].as_str().unwrap().contains("pinhole models pull"));
}

#[tokio::test]
async fn what_is_wrong_with_a_picture_is_said() {
    let app = TestApp::start().await;
    let (status, body) = read(app.post("/predict").body("just words").send().await.unwrap()).await;
    assert_eq!(status, 400);
    assert!(body["image"][0].as_str().unwrap().contains("not a picture"), "{body}");
    let nothing = read(app.post("/predict").send().await.unwrap()).await;
    assert_eq!(nothing, (400, json!({"image": ["No file was submitted."]})));
}

#[tokio::test]
async fn every_answer_has_an_identifier_of_its_own() {
    let app = TestApp::start().await;
    let mut seen = std::collections::HashSet::new();
    for body in [png(RED), png(RED), vec![1, 2, 3]] {
        let response = app.post("/predict").body(body).send().await.unwrap();
        assert!(seen.insert(response.headers()["request_id"].clone()));
    }
}

#[tokio::test]
async fn only_pages_of_the_named_origins_may_call() {
    let app = TestApp::with(|config| config.cors_origins = vec!["https://shop.example".into()]).await;
    let ask = |origin: &'static str| app.post("/predict").header("origin", origin).body(png(RED)).send();
    let allowed = ask("https://shop.example").await.unwrap();
    assert_eq!(allowed.headers()["access-control-allow-origin"], "https://shop.example");
    let other = ask("https://evil.example").await.unwrap();
    assert!(!other.headers().contains_key("access-control-allow-origin"));
}
