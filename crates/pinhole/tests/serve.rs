//! `pinhole serve` as a whole program: start, live shelf, memory under a crowd, stop.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests"
)]

#[path = "../../models/tests/colours/mod.rs"]
mod colours;
mod command;
mod server;

use std::time::Duration;

use server::Server;

/// A JPEG of so many pixels that compresses to little.
fn plain_jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture = image::RgbImage::from_pixel(width, height, image::Rgb([250, 20, 20]));
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new(&mut bytes).encode_image(&picture).unwrap();
    bytes
}

#[test]
fn a_photo_is_answered_by_the_running_program() {
    let shelf = tempfile::tempdir().unwrap();
    colours::put(shelf.path(), "colours", 1);
    let server = Server::start(shelf.path(), &[]);
    let photo = shelf.path().join("red.jpg");
    std::fs::write(&photo, plain_jpeg(40, 30)).unwrap();
    let (status, body) = server.v0("colours", &photo);
    assert_eq!(status, 200, "{body}");
    assert!(body.starts_with(r#"{"label":"red""#), "{body}");
}

#[test]
fn a_model_put_on_the_shelf_of_a_running_server_answers_soon() {
    let shelf = tempfile::tempdir().unwrap();
    let server = Server::start(shelf.path(), &[]);
    assert_eq!(server.get("/readyz").text().unwrap(), r#"{"ready":true,"models":[]}"#);
    colours::put(shelf.path(), "colours", 1);
    while server.get("/readyz").text().unwrap() != r#"{"ready":true,"models":["colours"]}"# {
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_crowd_with_huge_photos_is_answered_or_sent_away_in_bounded_memory() {
    const CLIENTS: usize = 64;
    let shelf = tempfile::tempdir().unwrap();
    colours::put(shelf.path(), "colours", 1);
    let server = Server::start(shelf.path(), &[("PINHOLE_RATE", "off"), ("PINHOLE_CACHE_BYTES", "0")]);
    let photo = shelf.path().join("forty-megapixels.jpg");
    std::fs::write(&photo, plain_jpeg(7680, 5210)).unwrap();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(|| server.v0("colours", &photo).0)).collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    let answered = statuses.iter().filter(|&&status| status == 200).count();
    let sent_away = statuses.iter().filter(|&&status| status == 429).count();
    assert_eq!(answered + sent_away, CLIENTS, "{statuses:?}");
    assert!(answered > 0, "{statuses:?}");
    let peak = server.peak_memory();
    println!("{answered} answered, {sent_away} sent away, {peak:.0} MiB at most");
    assert!(peak < 1024.0, "the process took {peak:.0} MiB");
}

#[test]
fn a_server_that_is_told_to_stop_ends_well() {
    let shelf = tempfile::tempdir().unwrap();
    colours::put(shelf.path(), "colours", 1);
    assert_eq!(Server::start(shelf.path(), &[]).stop(), 0);
}

#[test]
fn a_taken_port_is_named_with_the_way_out() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = command::Pinhole::new().run(&["serve", "--host", "127.0.0.1", "--port", &port]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains(&port) && ran.stderr.contains("PORT"), "{}", ran.stderr);
}
