//! Pulling models from the page: only at the machine itself.

use std::sync::{Arc, Mutex};

use serde_json::json;
use serve::pull::{Offer, Pull, Puller};

use crate::app::{TestApp, read};

#[derive(Default)]
pub(crate) struct OneModel {
    pub(crate) started: Mutex<Vec<String>>,
}

impl Puller for OneModel {
    fn available(&self) -> Vec<Offer> {
        let text = str::to_owned;
        vec![Offer { name: text("tiny"), description: text("Small"), licence: text("MIT"), bytes: Some(10) }]
    }

    fn start(&self, name: &str) -> Result<(), String> {
        self.started.lock().unwrap().push(name.to_owned());
        Ok(())
    }

    fn progress(&self, name: &str) -> Option<Pull> {
        let started = self.started.lock().unwrap().iter().any(|started| started == name);
        started.then(|| Pull::Running { stage: "Downloading".into(), done: 5, total: Some(10) })
    }
}

/// A server with an empty shelf and a catalogue of one model.
pub(crate) async fn app() -> (TestApp, Arc<OneModel>) {
    let puller = Arc::new(OneModel::default());
    (TestApp::with_all(&[], puller.clone(), |_| {}).await, puller)
}

#[tokio::test]
async fn the_list_shows_what_there_is_and_how_far_it_is() {
    let (app, puller) = app().await;
    let (status, list) = read(app.get("/catalogue/").send().await.unwrap()).await;
    let entry = json!({
        "name": "tiny", "description": "Small", "licence": "MIT", "bytes": 10, "on_shelf": false, "pull": null
    });
    assert_eq!((status, list), (200, json!([entry])));

    let (status, entry) = read(app.post("/catalogue/tiny/pull").send().await.unwrap()).await;
    assert_eq!((status, &entry["pull"]["state"]), (202, &json!("running")));
    assert_eq!(*puller.started.lock().unwrap(), ["tiny"]);
}

#[tokio::test]
async fn an_unknown_model_is_not_found() {
    let (app, puller) = app().await;
    let answer = read(app.post("/catalogue/huge/pull").send().await.unwrap()).await;
    assert_eq!(answer, (404, json!({"detail": "Not found."})));
    assert_eq!(app.post("/catalogue/%ff/pull").send().await.unwrap().status(), 404);
    assert!(puller.started.lock().unwrap().is_empty());
}

#[tokio::test]
async fn whoever_may_sit_elsewhere_is_refused() {
    let (app, puller) = app().await;
    for (name, value) in [
        ("host", "pinhole.example"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-anything", "x"),
        ("forwarded", "for=127.0.0.1"),
        ("via", "1.1 proxy"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        for request in [app.get("/catalogue/"), app.post("/catalogue/tiny/pull")] {
            let response = request.header(name, value).send().await.unwrap();
            assert_eq!(response.status(), 403, "{name}: {value}");
        }
    }
    assert!(puller.started.lock().unwrap().is_empty());
}
