//! One file from an address.

use std::ops::ControlFlow;
use std::path::Path;

use models::Error;
use models::fetch::{Digest, Progress, address};

use crate::server::{Answer, Server};
use crate::sha256;

const LIMIT: u64 = 1 << 20;

fn content() -> Vec<u8> {
    (0..300_000_u32).map(|number| (number % 251) as u8).collect()
}

fn digest(bytes: &[u8]) -> Digest {
    Digest::new(&sha256(bytes)[..8]).unwrap()
}

fn download(server: &Server, place: &Path) -> Result<(), String> {
    let result = address(&format!("{}/file", server.address), place, LIMIT, &digest(&content()), &mut |_| {
        ControlFlow::Continue(())
    });
    result.map_err(|error| error.to_string().replace(&server.address, "http://server"))
}

fn left_in(folder: &Path) -> Vec<String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn a_file_arrives_with_its_progress() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("file");
    let server = Server::start(|request| Answer::file(request, &content()));
    let mut last = None;
    address(&format!("{}/file", server.address), &place, LIMIT, &digest(&content()), &mut |progress| {
        last = Some(progress);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(std::fs::read(&place).unwrap(), content());
    assert_eq!(last, Some(Progress { stage: "Downloading", done: 300_000, total: Some(300_000) }));
    assert_eq!(left_in(folder.path()), ["file"]);
}

#[test]
fn a_cut_download_goes_on_where_it_was_cut() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("file");
    let server = Server::start(|request| {
        let cut = if request.earlier < 2 { Some(100_000) } else { None };
        Answer { cut, ..Answer::file(request, &content()) }
    });
    download(&server, &place).unwrap();
    assert_eq!(std::fs::read(&place).unwrap(), content());
    let from: Vec<_> = server.requests.lock().unwrap().iter().map(|(_, from)| *from).collect();
    assert_eq!(from, [None, Some(100_000), Some(200_000)]);
}

#[test]
fn a_download_given_up_goes_on_in_the_next_call() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("file");
    let server = Server::start(|request| Answer { cut: Some(1000), ..Answer::file(request, &content()) });
    insta::assert_snapshot!(download(&server, &place).unwrap_err(), @"http://server/file could not be fetched: the connection was cut after 4000 of 300000 bytes; start again to go on");
    assert_eq!(left_in(folder.path()), ["file.part"]);
    let server = Server::start(|request| Answer::file(request, &content()));
    download(&server, &place).unwrap();
    assert_eq!(server.requests.lock().unwrap()[0].1, Some(4000));
    assert_eq!(std::fs::read(&place).unwrap(), content());
}

#[test]
fn a_server_without_ranges_is_asked_for_the_whole_file_again() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("file");
    let server = Server::start(|request| {
        let cut = if request.earlier == 0 { Some(100_000) } else { None };
        Answer { status: "200 OK", body: content(), cut, ..Answer::default() }
    });
    download(&server, &place).unwrap();
    assert_eq!(std::fs::read(&place).unwrap(), content());
}

#[test]
fn a_part_of_another_edition_is_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("file");
    for stale in [vec![9; 5000], vec![9; 300_000], vec![9; 400_000]] {
        std::fs::write(folder.path().join("file.part"), stale).unwrap();
        let server = Server::start(|request| Answer::file(request, &content()));
        download(&server, &place).unwrap();
        assert_eq!(std::fs::read(&place).unwrap(), content());
    }
}

#[test]
fn a_wrong_file_is_refused_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("file");
    let server = Server::start(|request| Answer::file(request, b"something else"));
    insta::assert_snapshot!(download(&server, &place).unwrap_err());
    assert!(left_in(folder.path()).is_empty());
}

#[test]
fn a_file_larger_than_expected_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("file");
    let server = Server::start(|request| Answer::file(request, &vec![0; LIMIT as usize + 1]));
    insta::assert_snapshot!(download(&server, &place).unwrap_err(), @"http://server/file could not be fetched: it is larger than the 1048576 bytes that were expected at most");
    assert!(left_in(folder.path()).is_empty());
}

#[test]
fn what_the_server_says_is_passed_on() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("file");
    let refusals = ["404 Not Found", "403 Forbidden", "503 Service Unavailable"].map(|status| {
        let server = Server::start(move |_| Answer::status(status));
        download(&server, &place).unwrap_err()
    });
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn redirects_are_followed_but_not_for_ever_and_not_away_from_https() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("file");
    let to = |location: &str| Answer {
        headers: vec![format!("Location: {location}")],
        ..Answer::status("302 Found")
    };
    let good = Server::start(move |request| match &*request.path {
        "/file" => to("/elsewhere"),
        _ => Answer::file(request, &content()),
    });
    download(&good, &place).unwrap();
    let endless = Server::start(move |_| to("/file"));
    let outside = Server::start(move |_| to("http://192.0.2.1/file"));
    let refusals = [download(&endless, &place).unwrap_err(), download(&outside, &place).unwrap_err()];
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("file");
    let error =
        address("http://192.0.2.1/file", &place, LIMIT, &digest(b""), &mut |_| ControlFlow::Continue(()));
    insta::assert_snapshot!(error.unwrap_err(), @"http://192.0.2.1/file could not be fetched: only https addresses are fetched");
}

#[test]
fn the_watcher_can_stop_a_download() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("file");
    let server = Server::start(|request| Answer::file(request, &content()));
    let error =
        address(&format!("{}/file", server.address), &place, LIMIT, &digest(&content()), &mut |progress| {
            if progress.done > 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    assert!(matches!(error, Err(Error::Cancelled)), "{error:?}");
    assert!(!place.exists());
}
