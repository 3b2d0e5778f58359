//! The OpenAPI document says what there is, and all of it is there.

use reqwest::Method;

use crate::app::{TestApp, read};

#[test]
fn the_document_is_as_published() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&serve::openapi()).unwrap());
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let document = serde_json::to_value(serve::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.values().flat_map(|path| path.as_object().unwrap().values());
    let mut names: Vec<_> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[tokio::test]
async fn the_document_is_served_under_both_names() {
    let app = TestApp::start().await;
    let expected = serde_json::to_value(serve::openapi()).unwrap();
    for path in ["/openapi.json", "/docs.json"] {
        assert_eq!(read(app.get(path).send().await.unwrap()).await, (200, expected.clone()));
    }
}

#[tokio::test]
async fn swagger_ui_reads_it_from_here() {
    let app = TestApp::start().await;
    let page = app.get("/docs/").send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.headers().contains_key("content-security-policy"));
    let script = app.get("/docs/swagger-initializer.js").send().await.unwrap().text().await.unwrap();
    assert!(script.contains("/openapi.json"), "{script}");
}

#[tokio::test]
async fn every_documented_operation_answers_with_a_documented_status() {
    let app = TestApp::start().await;
    let document = serde_json::to_value(serve::openapi()).unwrap();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let url = app.url(&path.replace("{name}", "tiny"));
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let response = app.client.request(method.clone(), url).send().await.unwrap();
            let status = response.status().as_u16().to_string();
            assert!(operation["responses"].get(&status).is_some(), "{method} {path} answered {status}");
        }
    }
}
