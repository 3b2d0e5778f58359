//! v0, row by row of its contract.

use reqwest::Method;
use reqwest::header::{ACCEPT, ALLOW, CONTENT_TYPE, LOCATION, VARY};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::app::{BLUE, RED, TestApp, V0, file, form, png, read};

async fn post(app: &TestApp, media: &str, body: impl Into<reqwest::Body>) -> (u16, Value) {
    read(app.post(V0).header(CONTENT_TYPE, media).body(body).send().await.unwrap()).await
}

#[tokio::test]
async fn a_photo_goes_in_and_its_label_comes_out() {
    let app = TestApp::start().await;
    let response = app.infer(form("colours", png(RED))).await;
    assert_eq!(response.headers()[ALLOW], "POST, OPTIONS");
    assert!(response.headers()[VARY].to_str().unwrap().starts_with("Accept"));
    assert_eq!(response.headers()["x-frame-options"], "DENY");
    assert_eq!(response.headers()["request_id"], response.headers()["x-request-id"]);
    let (status, answer) = read(response).await;
    assert_eq!((status, &answer["label"]), (200, &json!("red")));
    assert_eq!(answer["predictions"].as_array().unwrap().len(), 3);
    assert!(answer["probability"].as_f64().unwrap() > 0.9);
}

#[tokio::test]
async fn the_order_of_the_fields_does_not_matter() {
    let app = TestApp::start().await;
    let turned = Form::new().part("image", file(png(BLUE))).text("model_type", "colours");
    let (status, answer) = read(app.infer(turned).await).await;
    assert_eq!((status, &answer["label"]), (200, &json!("blue")));
}

#[tokio::test]
async fn options_describes_the_route() {
    let app = TestApp::start().await;
    let response = app.client.request(Method::OPTIONS, app.url(V0)).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()[ALLOW]),
        (200, &"POST, OPTIONS".parse().unwrap())
    );
    insta::assert_snapshot!(response.text().await.unwrap());
}

#[tokio::test]
async fn an_empty_request_names_everything_that_is_missing() {
    let app = TestApp::start().await;
    let missing = json!({"model_type": ["This field is required."], "image": ["No file was submitted."]});
    assert_eq!(post(&app, "application/json", "{}").await, (400, missing.clone()));
    assert_eq!(post(&app, "application/x-www-form-urlencoded", "other=1").await, (400, missing.clone()));
    assert_eq!(read(app.infer(Form::new().text("other", "1")).await).await, (400, missing.clone()));
    assert_eq!(read(app.post(V0).send().await.unwrap()).await, (400, missing));
}

#[tokio::test]
async fn a_model_that_is_not_on_the_shelf_is_no_choice() {
    let app = TestApp::start().await;
    for name in ["vgg", ""] {
        let expected = json!({"model_type": [format!("\"{name}\" is not a valid choice.")]});
        assert_eq!(read(app.infer(form(name, png(RED))).await).await, (400, expected));
    }
}

#[tokio::test]
async fn an_image_must_be_a_file_with_a_picture_in_it() {
    let app = TestApp::start().await;
    let text = Form::new().text("model_type", "colours").text("image", "picture.png");
    for (form, problem) in [
        (text, "The submitted data was not a file. Check the encoding type on the form."),
        (form("colours", ""), "The submitted file is empty."),
        (
            form("colours", "just words"),
            "Upload a valid image. The file you uploaded was either not an image or a corrupted image.",
        ),
        (
            form("colours", &png(RED)[..40]),
            "Upload a valid image. The file you uploaded was either not an image or a corrupted image.",
        ),
    ] {
        assert_eq!(read(app.infer(form).await).await, (400, json!({"image": [problem]})));
    }
}

#[tokio::test]
async fn a_form_sent_without_choosing_a_file_lacks_the_file() {
    let app = TestApp::start().await;
    let form = Form::new().text("model_type", "colours").part("image", Part::bytes(vec![]).file_name(""));
    assert_eq!(read(app.infer(form).await).await, (400, json!({"image": ["No file was submitted."]})));
}

#[tokio::test]
async fn json_that_is_no_object_or_no_json_is_refused_in_words() {
    let app = TestApp::start().await;
    let (status, body) = post(&app, "application/json", "[1, 2]").await;
    assert_eq!(status, 400);
    assert_eq!(body, json!({"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}));
    let (status, body) = post(&app, "application/json", "{\"model_type\":").await;
    assert_eq!(status, 400);
    assert!(body["detail"].as_str().unwrap().starts_with("JSON parse error - "), "{body}");
    let (status, body) = post(&app, "application/json", "null").await;
    assert_eq!((status, body), (400, json!({"non_field_errors": ["No data provided"]})));
}

#[tokio::test]
async fn a_broken_form_is_refused_in_words() {
    let app = TestApp::start().await;
    let cut_off = "--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\nabc";
    for (media, body) in [
        ("multipart/form-data; boundary=x", cut_off),
        ("multipart/form-data; boundary=x", "nonsense"),
        ("multipart/form-data", cut_off),
    ] {
        let (status, answer) = post(&app, media, body).await;
        assert_eq!(status, 400);
        let detail = answer["detail"].as_str().unwrap();
        assert!(detail.starts_with("Multipart form parse error - "), "{detail}");
    }
}

#[tokio::test]
async fn other_media_types_are_neither_read_nor_given() {
    let app = TestApp::start().await;
    let expected = json!({"detail": "Unsupported media type \"application/xml\" in request."});
    assert_eq!(post(&app, "application/xml", "<a/>").await, (415, expected));
    let response = app.post(V0).header(ACCEPT, "application/xml").send().await.unwrap();
    let expected = json!({"detail": "Could not satisfy the request Accept header."});
    assert_eq!(read(response).await, (406, expected));
}

#[tokio::test]
async fn other_methods_are_refused_by_name() {
    let app = TestApp::start().await;
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        let response = app.client.request(method.clone(), app.url(V0)).send().await.unwrap();
        assert_eq!(response.headers()[ALLOW], "POST, OPTIONS");
        let expected = json!({"detail": format!("Method \"{method}\" not allowed.")});
        assert_eq!(read(response).await, (405, expected));
    }
    let head = app.client.head(app.url(V0)).send().await.unwrap();
    assert_eq!(head.status(), 405);
}

#[tokio::test]
async fn a_forgotten_slash_is_added() {
    let app = TestApp::start().await;
    let response = app.get("/api/v0/inferences?a=b").send().await.unwrap();
    assert_eq!(response.status(), 301);
    assert_eq!(response.headers()[LOCATION], "/api/v0/inferences/?a=b");
}

#[tokio::test]
async fn a_failing_model_says_why() {
    let app = TestApp::start().await;
    app.engine.fail();
    let (status, body) = read(app.infer(form("colours", png(RED))).await).await;
    assert_eq!(status, 500);
    let detail = body["detail"].as_str().unwrap();
    assert!(detail.starts_with("can't make prediction: ") && detail.contains("out of paint"), "{detail}");
}

#[tokio::test]
async fn a_browser_gets_a_page_with_the_same_answer_and_a_form() {
    let app = TestApp::start().await;
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let response =
        app.post(V0).header(ACCEPT, browser).multipart(form("colours", png(RED))).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.headers().contains_key("content-security-policy"));
    let page = response.text().await.unwrap();
    assert!(page.contains("&#34;label&#34;: &#34;red&#34;") && page.contains("<form"), "{page}");

    let response = app.get(V0).header(ACCEPT, browser).send().await.unwrap();
    assert_eq!(response.status(), 405);
    assert!(response.text().await.unwrap().contains("<option>colours</option>"));
}

#[tokio::test]
async fn what_a_client_names_is_never_markup() {
    let app = TestApp::start().await;
    let form = form("<script>alert(1)</script>", png(RED));
    let response = app.post(V0).header(ACCEPT, "text/html").multipart(form).send().await.unwrap();
    assert!(!response.text().await.unwrap().contains("<script"));
}

#[tokio::test]
async fn pages_of_every_origin_may_call_the_api() {
    let app = TestApp::start().await;
    let preflight = app
        .client
        .request(Method::OPTIONS, app.url(V0))
        .header("origin", "https://example.org")
        .header("access-control-request-method", "POST");
    let preflight = preflight.send().await.unwrap();
    assert_eq!(preflight.headers()["access-control-allow-origin"], "*");
    assert!(preflight.headers()["access-control-allow-methods"].to_str().unwrap().contains("POST"));
    let response = app.post(V0).header("origin", "https://example.org").send().await.unwrap();
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
}
