//! The page as a browser without scripts sees it.

use reqwest::Response;
use reqwest::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, SET_COOKIE};
use reqwest::multipart::Form;

use crate::app::{BLUE, RED, TestApp, file, png};
use crate::catalogue;

async fn page(response: Response) -> (u16, String) {
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn send(app: &TestApp, form: Form) -> (u16, String) {
    page(app.post("/").multipart(form).send().await.unwrap()).await
}

#[tokio::test]
async fn a_photo_is_answered_with_the_words_that_programs_look_for() {
    let app = TestApp::start().await;
    let (status, html) = send(&app, Form::new().part("image", file(png(BLUE)))).await;
    assert_eq!(status, 200);
    for words in ["Your Result is", "Prediction:", "Probability:", ">blue<", "Answered by colours in"] {
        assert!(html.contains(words), "{words}: {html}");
    }
}

#[tokio::test]
async fn the_model_of_the_form_answers() {
    let app =
        TestApp::with_all(&["colours", "paints"], std::sync::Arc::new(serve::pull::NoPuller), |_| {}).await;
    let (status, html) = send(&app, Form::new().text("model", "paints").part("image", file(png(RED)))).await;
    assert_eq!(status, 200);
    assert!(
        html.contains("Answered by paints in") && html.contains("<option selected>paints</option>"),
        "{html}"
    );
}

#[tokio::test]
async fn a_bad_photo_is_refused_on_the_same_page() {
    let app = TestApp::start().await;
    for content in [b"a letter".as_slice(), &png(RED)[..40]] {
        let (status, html) = send(&app, Form::new().part("image", file(content))).await;
        assert_eq!(status, 400);
        assert!(html.contains("This file could not be read as a photo."), "{html}");
        assert!(html.contains("Upload an Image") && !html.contains("Your Result is"), "{html}");
    }
}

#[tokio::test]
async fn an_empty_form_says_what_is_missing() {
    let app = TestApp::start().await;
    // What a browser sends when nothing was chosen.
    let nothing = || Form::new().part("image", reqwest::multipart::Part::bytes(Vec::new()).file_name(""));
    let (status, html) = send(&app, nothing().text("image_url", "")).await;
    assert_eq!(status, 400);
    assert!(html.contains("There is no photo yet."), "{html}");
}

#[tokio::test]
async fn an_address_that_gives_no_photo_stays_in_its_field() {
    let app = TestApp::start().await;
    let (status, html) = send(&app, Form::new().text("image_url", "http://127.0.0.1:9/x.jpg")).await;
    assert_eq!(status, 400);
    assert!(html.contains("This address did not give a photo."), "{html}");
    assert!(html.contains(r#"value="http://127.0.0.1:9/x.jpg""#), "{html}");
}

#[tokio::test]
async fn the_page_speaks_the_language_of_its_visitor() {
    let app = TestApp::start().await;
    let (_, plain) = page(app.get("/").send().await.unwrap()).await;
    assert!(plain.contains(r#"<html lang="en">"#));
    let russian = app.get("/").header(ACCEPT_LANGUAGE, "ru-RU,ru;q=0.9,en;q=0.8").send().await.unwrap();
    assert_eq!(russian.headers()["vary"], "Accept-Language, Cookie");
    assert!(page(russian).await.1.contains(r#"<html lang="ru">"#));
}

#[tokio::test]
async fn a_language_chosen_by_hand_is_remembered() {
    let app = TestApp::start().await;
    let chosen = app.get("/?lang=ru").send().await.unwrap();
    let cookie = chosen.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    assert!(page(chosen).await.1.contains(r#"<html lang="ru">"#));
    let (name, _) = cookie.split_once(';').unwrap();
    let again = app.get("/").header("cookie", name).send().await.unwrap();
    assert!(page(again).await.1.contains(r#"<html lang="ru">"#));
    assert!(!app.get("/?lang=tlh").send().await.unwrap().headers().contains_key(SET_COOKIE));
}

#[tokio::test]
async fn the_page_allows_only_its_own_files_and_they_may_be_kept() {
    let app = TestApp::start().await;
    let response = app.get("/").send().await.unwrap();
    let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
    let (_, html) = page(response).await;
    let assets: Vec<&str> = html.split('"').filter(|piece| piece.starts_with("/assets/")).collect();
    assert!(assets.len() >= 5, "{html}");
    for asset in assets {
        let response = app.get(asset).send().await.unwrap();
        assert_eq!(response.status(), 200, "{asset}");
        assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
    }
}

#[tokio::test]
async fn an_empty_shelf_offers_the_catalogue() {
    let (app, puller) = catalogue::app().await;
    let (status, html) = page(app.get("/").send().await.unwrap()).await;
    assert_eq!(status, 200);
    assert!(html.contains(r#"action="/get/tiny""#) && html.contains("Get tiny"), "{html}");

    let started = app.post("/get/tiny").send().await.unwrap();
    assert_eq!((started.status().as_u16(), &started.headers()[LOCATION]), (303, &"/".parse().unwrap()));
    assert_eq!(*puller.started.lock().unwrap(), ["tiny"]);
    let (_, html) = page(app.get("/").send().await.unwrap()).await;
    assert!(html.contains(r#"value="50""#) && html.contains(r#"http-equiv="refresh""#), "{html}");
    assert_eq!(app.post("/get/huge").send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn people_elsewhere_see_the_command_and_may_not_pull() {
    let (app, puller) = catalogue::app().await;
    let elsewhere = ("x-forwarded-for", "198.51.100.7");
    let (_, html) = page(app.get("/").header(elsewhere.0, elsewhere.1).send().await.unwrap()).await;
    assert!(html.contains("pinhole models pull tiny") && !html.contains("/get/tiny"), "{html}");
    let refused = app.post("/get/tiny").header(elsewhere.0, elsewhere.1).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    assert!(puller.started.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_shelf_that_is_being_read_asks_for_patience() {
    let (app, _) = catalogue::app().await;
    app.state.set_ready(false);
    let (status, html) = page(app.get("/").send().await.unwrap()).await;
    assert_eq!(status, 200);
    assert!(html.contains("One moment") && html.contains(r#"http-equiv="refresh""#), "{html}");
}
