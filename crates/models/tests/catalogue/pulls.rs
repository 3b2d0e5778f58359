//! From a catalogue entry to a model on the shelf.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use models::catalogue::{Catalogue, pull};
use models::{Error, Manifest};

use crate::server::{Answer, Server};

const WEIGHTS: &[u8] = include_bytes!("../fixtures/torch/mobilenet_v2_thin.pth");

struct Place {
    _folder: tempfile::TempDir,
    shelf: PathBuf,
    downloads: PathBuf,
    catalogue: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        Self {
            shelf: at("models"),
            downloads: at("downloads"),
            catalogue: at("catalogue.toml"),
            _folder: folder,
        }
    }

    fn pull(&self, network: &str, addresses: &[String]) -> Result<PathBuf, Error> {
        self.pull_watched(network, addresses, ControlFlow::Continue(()))
    }

    fn pull_watched(
        &self,
        network: &str,
        addresses: &[String],
        go: ControlFlow<()>,
    ) -> Result<PathBuf, Error> {
        let sha256 = crate::sha256(WEIGHTS);
        let sources: Vec<String> = addresses
            .iter()
            .map(|address| format!("{{ from = \"https\", address = \"{address}\" }}"))
            .collect();
        let sources = sources.join(", ");
        let text = format!(
            r#"[[model]]
            name = "small"
            title = "A small network"
            kind = "classifier"
            network = "{network}"
            licence = "MIT"
            size = 20000
            file = "weights.pth"
            format = "torch"
            sha256 = "{sha256}"
            labels = "imagenet"
            input.steps = [{{ step = "center_crop", width = 32, height = 32 }}]
            sources = [{sources}]"#
        );
        std::fs::write(&self.catalogue, text).unwrap();
        let catalogue = Catalogue::read(&self.catalogue).unwrap();
        pull(catalogue.find("small").unwrap(), &self.shelf, &self.downloads, &mut |_| go)
    }

    fn on_shelf(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(&self.shelf)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.retain(|name| Path::new(name).extension().is_none_or(|extension| extension != "lock"));
        names.sort();
        names
    }
}

fn good() -> Server {
    Server::start(|request| Answer::file(request, WEIGHTS))
}

fn weights(server: &Server) -> String {
    format!("{}/weights.pth", server.address)
}

#[test]
fn a_pulled_model_stands_on_the_shelf_whole() {
    let (place, server) = (Place::new(), good());
    let folder = place.pull("mobilenet_v2", &[weights(&server)]).unwrap();
    assert_eq!(folder, place.shelf.join("small/1"));
    assert_eq!(place.on_shelf(), ["small"]);
    let manifest = Manifest::read(&folder.join(Manifest::FILE)).unwrap();
    assert_eq!(
        (manifest.labels.len(), &*manifest.labels[0], &*manifest.origin.licence),
        (1000, "tench", "MIT")
    );
    let graph = graph::Graph::read(&std::fs::read(folder.join("model.onnx")).unwrap()).unwrap();
    assert!(graph.nodes.iter().any(|node| node.operator == "BatchNormalization"));
    assert!(!place.downloads.join("small").exists(), "the weights are not kept twice");
}

#[test]
fn the_same_model_is_not_put_there_twice_but_a_damaged_one_is_replaced() {
    let (place, server) = (Place::new(), good());
    let first = place.pull("mobilenet_v2", &[weights(&server)]).unwrap();
    assert_eq!(place.pull("mobilenet_v2", &[weights(&server)]).unwrap(), first);
    std::fs::write(first.join("model.onnx"), "damaged").unwrap();
    assert_eq!(place.pull("mobilenet_v2", &[weights(&server)]).unwrap(), place.shelf.join("small/2"));
}

#[test]
fn the_next_source_is_tried() {
    let place = Place::new();
    let missing = Server::start(|_| Answer::status("404 Not Found"));
    let wrong = Server::start(|request| Answer::file(request, b"<html>"));
    let right = good();
    let sources = [weights(&missing), weights(&wrong), weights(&right)];
    assert_eq!(place.pull("mobilenet_v2", &sources).unwrap(), place.shelf.join("small/1"));
    let manifest = Manifest::read(&place.shelf.join("small/1/model.toml")).unwrap();
    assert_eq!(manifest.origin.from, weights(&right));

    let place = Place::new();
    let error = place.pull("mobilenet_v2", &sources[..2]).unwrap_err().to_string();
    let error = error.replace(&missing.address, "http://first").replace(&wrong.address, "http://second");
    insta::assert_snapshot!(error);
    assert!(place.on_shelf().is_empty());
}

#[test]
fn weights_of_another_network_leave_nothing_on_the_shelf() {
    let (place, server) = (Place::new(), good());
    insta::assert_snapshot!(place.pull("resnet18", &[weights(&server)]).unwrap_err());
    assert!(place.on_shelf().is_empty());
}

#[test]
fn what_a_killed_pull_left_is_cleared_away() {
    let (place, server) = (Place::new(), good());
    let left = place.shelf.join(".pull-small/1");
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("model.onnx"), "half").unwrap();
    place.pull("mobilenet_v2", &[weights(&server)]).unwrap();
    assert_eq!(place.on_shelf(), ["small"]);
}

#[test]
fn a_stopped_pull_leaves_nothing_on_the_shelf() {
    let (place, server) = (Place::new(), good());
    let error = place.pull_watched("mobilenet_v2", &[weights(&server)], ControlFlow::Break(()));
    assert!(matches!(error, Err(Error::Cancelled)), "{error:?}");
    assert!(place.on_shelf().is_empty());
}

#[test]
fn a_second_pull_of_the_same_name_is_refused_while_the_first_goes_on() {
    let (place, server) = (Place::new(), good());
    std::fs::create_dir_all(&place.shelf).unwrap();
    let lock = std::fs::File::create(place.shelf.join(".pull-small.lock")).unwrap();
    lock.lock().unwrap();
    insta::assert_snapshot!(place.pull("mobilenet_v2", &[weights(&server)]).unwrap_err(), @"small could not be fetched: it is being pulled already; wait for that to end");
    drop(lock);
    place.pull("mobilenet_v2", &[weights(&server)]).unwrap();
}

#[test]
fn every_entry_of_the_builtin_catalogue_can_be_built() {
    let catalogue = Catalogue::builtin().unwrap();
    let names: Vec<&str> = catalogue.entries().iter().map(|entry| &*entry.name).collect();
    insta::assert_snapshot!(names.join(" "), @"mobilenet efficientnet-lite0 resnet resnet18 resnet34 resnet50 inception");
    for entry in catalogue.entries() {
        assert!(models::import::networks::names().any(|name| name == entry.network), "{}", entry.network);
        assert_eq!(entry.labels().len(), 1000);
    }
    insta::assert_snapshot!(catalogue.find("hotdog").unwrap_err(), @r#"the catalogue has no model called "hotdog"; `pinhole models available` lists what there is"#);
}

#[test]
fn a_catalogue_without_digests_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalogue.toml");
    let text = include_str!("../../src/catalogue/catalogue.toml")
        .replace("sha256 = \"f37072fd\"", "sha256 = \"f37\"");
    std::fs::write(&path, text).unwrap();
    let error = Catalogue::read(&path).unwrap_err().to_string();
    assert!(error.ends_with("`resnet18`: `sha256` must be 8 to 64 hexadecimal digits"), "{error}");
}
