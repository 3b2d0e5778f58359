//! How the server stops.

use crate::app::{RED, TestApp, png};

#[tokio::test]
async fn what_was_accepted_is_finished_and_nothing_new_is_accepted() {
    let app = TestApp::start().await;
    let (address, engine, state) = (app.address, app.engine.clone(), app.state.clone());
    engine.hold();
    let accepted = tokio::spawn(app.post("/predict").body(png(RED)).send());
    engine.begun(1).await;
    let running = app.stop();
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    assert!(!state.is_ready());
    assert!(!running.is_finished());
    engine.release();
    assert_eq!(accepted.await.unwrap().unwrap().status(), 200);
    running.await.unwrap().unwrap();
}
