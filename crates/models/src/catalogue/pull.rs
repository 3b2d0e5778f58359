//! From a catalogue entry to a model on the shelf, whole or not at all.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::sources::{self, Arrived};
use super::{Entry, Format};
use crate::fetch::{Watch, digest};
use crate::import::{StateDict, networks, tfjs, torch};
use crate::{Error, Manifest, Origin};

/// The graph beside the manifest.
const GRAPH: &str = "model.onnx";

/// Brings an entry's weights into `downloads`, builds its network around them and puts it on the shelf below `shelf_root`
/// as the next version. Gives the version's folder; an identical version that is there already is given back instead.
///
/// The model appears in one step. A pull that was killed leaves hidden files, which the next pull of the name uses or
/// removes. A second pull of the same name at the same time is refused.
pub fn pull(
    entry: &Entry,
    shelf_root: &Path,
    downloads: &Path,
    watch: &mut Watch<'_>,
) -> Result<PathBuf, Error> {
    std::fs::create_dir_all(shelf_root).map_err(Error::file(shelf_root))?;
    let _lock = lock(entry, shelf_root)?;
    let staging = shelf_root.join(format!(".pull-{}", entry.name));
    remove_folder(&staging)?;

    let folder = downloads.join(&entry.name);
    std::fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
    let arrived = sources::bring(entry, &folder, watch)?;

    crate::fetch::tell(watch, "Building the network", 0, None)?;
    let placed = build(entry, &arrived).and_then(|(graph, manifest)| {
        crate::fetch::tell(watch, "Putting it on the shelf", 0, None)?;
        place(entry, &graph, &manifest, shelf_root, &staging)
    });
    if placed.is_err() {
        remove_folder(&staging)?;
    }
    let placed = placed?;
    remove_folder(&folder)?;
    Ok(placed)
}

/// The graph's bytes and its manifest.
fn build(entry: &Entry, arrived: &Arrived) -> Result<(Vec<u8>, Manifest), Error> {
    let weights: StateDict = match entry.format {
        Format::Torch => torch::read_state_dict(&arrived.file)?,
        Format::Tfjs => tfjs::read_weights(&arrived.file)?,
    };
    let built = networks::build(&entry.network, &weights)?;
    drop(weights);
    if built.output != entry.output {
        return Err(Error::Import(format!("the network gives {:?}, not {:?}", built.output, entry.output)));
    }
    for name in &built.unused {
        tracing::warn!(model = entry.name, name, "the network has no place for this weight");
    }
    let graph = built.graph.write();
    let manifest = Manifest {
        kind: entry.kind,
        network: entry.network.clone(),
        precision: engine::Precision::default(),
        output: built.output,
        slow: false,
        sha256: digest::of_bytes(&graph),
        labels: entry.labels(),
        input: entry.input.clone(),
        origin: Origin {
            from: arrived.from.clone(),
            sha256: arrived.sha256.clone(),
            licence: entry.licence.clone(),
        },
    };
    Ok((graph, manifest))
}

/// Writes a version aside and moves it in.
fn place(
    entry: &Entry,
    graph: &[u8],
    manifest: &Manifest,
    shelf_root: &Path,
    staging: &Path,
) -> Result<PathBuf, Error> {
    let home = shelf_root.join(&entry.name);
    let present = versions(&home)?;
    for number in &present {
        if is_same(&home.join(number.to_string()), manifest) {
            return Ok(home.join(number.to_string()));
        }
    }
    let number = present.last().map_or(1, |last| last.saturating_add(1)).to_string();
    let version = staging.join(&number);
    std::fs::create_dir_all(&version).map_err(Error::file(&version))?;
    write_synced(&version.join(GRAPH), graph)?;
    write_synced(&version.join(Manifest::FILE), manifest.to_toml()?.as_bytes())?;
    sync_folder(&version)?;
    sync_folder(staging)?;
    let placed = home.join(&number);
    if home.exists() {
        std::fs::rename(&version, &placed).map_err(Error::file(&placed))?;
        sync_folder(&home)?;
    } else {
        // With its first version the whole model folder moves in, so that there is never an empty one.
        std::fs::rename(staging, &home).map_err(Error::file(&home))?;
        sync_folder(shelf_root)?;
    }
    remove_folder(staging)?;
    Ok(placed)
}

/// Numbers of the versions that a model has, lowest first.
fn versions(home: &Path) -> Result<Vec<u64>, Error> {
    if !home.exists() {
        return Ok(Vec::new());
    }
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(home).map_err(Error::file(home))? {
        let name = entry.map_err(Error::file(home))?.file_name();
        numbers.extend(name.to_str().and_then(|name| name.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Whether a version on the shelf is this model, whole.
fn is_same(version: &Path, manifest: &Manifest) -> bool {
    let same_use = Manifest::read(&version.join(Manifest::FILE)).is_ok_and(|present| present == *manifest);
    same_use && digest::of_file(&version.join(GRAPH)).is_ok_and(|sha256| sha256 == manifest.sha256)
}

/// Held while a name is being pulled; the system lets go of it when the program ends, however it ends.
fn lock(entry: &Entry, shelf_root: &Path) -> Result<File, Error> {
    let path = shelf_root.join(format!(".pull-{}.lock", entry.name));
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(Error::file(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Fetch {
            what: entry.name.clone(),
            reason: "it is being pulled already; wait for that to end".into(),
        }),
        Err(TryLockError::Error(error)) => Err(Error::file(&path)(error)),
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut file = File::create(path).map_err(Error::file(path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(Error::file(path))
}

/// Makes what happened in a folder survive a loss of power; only Unix knows how.
fn sync_folder(path: &Path) -> Result<(), Error> {
    if cfg!(unix) {
        File::open(path).and_then(|folder| folder.sync_all()).map_err(Error::file(path))?;
    }
    Ok(())
}

fn remove_folder(path: &Path) -> Result<(), Error> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file(path)(error)),
        _ => Ok(()),
    }
}
