//! Awkward and hostile files through every door: the upright label, or a sentence and a 400; and little memory.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests"
)]

mod command;
mod material;
mod server;

use std::path::{Path, PathBuf};

use command::Pinhole;
use server::Server;

/// Files that are no usable picture, each with a word that the refusal must say.
const REFUSED: [(&str, &str); 7] = [
    ("bomb_50000x50000_1bit.png", "50000"),
    ("claims_65500x65500.jpg", "65500"),
    ("empty.jpg", "empty"),
    ("header_only.jpg", "damaged"),
    ("script.svg", "SVG"),
    ("text.jpg", "text"),
    ("truncated.jpg", "damaged"),
];
/// Real pictures, but not of what the others show.
const OTHER_PICTURES: [&str; 2] = ["one_pixel.png", "thin_3000x2.png"];
/// Bounds of the whole process, in MiB.
const MEMORY: f64 = 300.0;

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn refusal(path: &Path) -> Option<&'static str> {
    REFUSED.iter().find(|(refused, _)| *refused == name(path)).map(|(_, word)| *word)
}

/// The tricky files and a shelf with `mobilenet`, when both can be had.
fn given() -> Option<(Vec<PathBuf>, PathBuf)> {
    Some((material::files(&material::shared("tricky")?), material::shelf_with("mobilenet")?))
}

#[test]
fn the_command_line_names_the_upright_label_or_what_is_wrong() {
    let Some((files, shelf)) = given() else { return };
    let pinhole = Pinhole::new();
    let names: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
    let mut arguments = vec!["predict", "--models", shelf.to_str().unwrap(), "--model", "mobilenet"];
    arguments.extend(["--top", "1", "--format", "json"]);
    arguments.extend(names);
    let ran = pinhole.run(&arguments);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let answers: Vec<serde_json::Value> = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answers.len(), files.len());
    let upright =
        answers[files.iter().position(|file| name(file) == "exif_orientation_1.jpg").unwrap()].clone();
    let upright = &upright["predictions"][0]["label"];
    for (file, answer) in files.iter().zip(&answers) {
        match refusal(file) {
            Some(word) => {
                let error = answer["error"].as_str().unwrap_or_else(|| panic!("{} was answered", name(file)));
                assert!(error.contains(word), "{}: {error}", name(file));
            }
            None if OTHER_PICTURES.contains(&name(file).as_str()) => {
                assert!(answer["predictions"][0]["label"].is_string(), "{answer}");
            }
            None => assert_eq!(&answer["predictions"][0]["label"], upright, "{}", name(file)),
        }
    }
}

#[test]
fn the_api_and_the_page_answer_200_or_a_clear_400_and_stay_small() {
    let Some((files, shelf)) = given() else { return };
    let server = Server::start(&shelf, &[("PINHOLE_RATE", "off")]);
    let mut labels = Vec::new();
    for file in &files {
        let (status, body) = server.v0("mobilenet", file);
        let (page_status, page) = server.page(file);
        if refusal(file).is_some() {
            assert_eq!((status, page_status), (400, 400), "{}: {body}", name(file));
            let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert!(!answer["image"][0].as_str().unwrap().is_empty(), "{body}");
            assert!(!page.contains("Your Result is"), "{}", name(file));
        } else {
            assert_eq!((status, page_status), (200, 200), "{}: {body}", name(file));
            for words in ["Your Result is", "Prediction:", "Probability:"] {
                assert!(page.contains(words), "{}: no \"{words}\" on the page", name(file));
            }
            if !OTHER_PICTURES.contains(&name(file).as_str()) {
                let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
                labels.push((name(file), answer["label"].as_str().unwrap().to_owned()));
            }
        }
    }
    for (file, label) in &labels {
        assert_eq!(label, &labels[0].1, "{file}");
    }
    let peak = server.peak_memory();
    assert!(peak < MEMORY, "the process took {peak:.0} MiB");
}
