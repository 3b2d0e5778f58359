//! Getting a library out of the PyPI wheel that carries it.
//!
//! Fetching the wheel is another room's work: it passes the package's name and [`pip_options`] to `pip download` and the file it
//! got to [`unpack`]. The libraries in a wheel do not depend on the version of Python.

mod wheel;

use std::env::consts;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::{Data, Engine, Error, Found, Kind, Options, Places, Tensor};

/// A package on PyPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: &'static str,
    /// The version that Pinhole is tested with.
    pub version: &'static str,
    /// The libraries needed of those in the wheel, by folder and file name without a version.
    libraries: (&'static str, &'static [&'static str]),
}

const ONNX_RUNTIME: Package = Package {
    name: "onnxruntime",
    version: "1.31.1",
    libraries: ("onnxruntime/capi/", &["libonnxruntime.so"]),
};

const OPEN_VINO: Package = Package {
    name: "openvino",
    version: "2026.4.1",
    libraries: (
        "openvino/libs/",
        &[
            "libopenvino.so",
            "libopenvino_c.so",
            "libopenvino_intel_cpu_plugin.so",
            "libopenvino_onnx_frontend.so",
            "libtbb.so",
        ],
    ),
};

/// The package that carries an engine's library; `None` for rten, which is built in.
pub fn package(kind: Kind) -> Option<Package> {
    match kind {
        Kind::Rten => None,
        Kind::OnnxRuntime => Some(ONNX_RUNTIME),
        Kind::OpenVino => Some(OPEN_VINO),
    }
}

/// Options for `pip download` that name a Python and this platform, so that any pip finds the wheel, also one that
/// runs in an older or newer Python than the wheels are for.
pub fn pip_options(kind: Kind) -> Result<Vec<String>, Error> {
    if consts::OS != "linux" || !["x86_64", "aarch64"].contains(&consts::ARCH) {
        return Err(failed(
            kind,
            format!("there is no package of it for {} on {}", consts::OS, consts::ARCH),
        ));
    }
    let mut options = Vec::new();
    for glibc in ["2_28", "2_27", "2_17"] {
        options.extend(["--platform".into(), format!("manylinux_{glibc}_{}", consts::ARCH)]);
    }
    options.extend(["--implementation", "cp", "--python-version", "3.12"].map(String::from));
    Ok(options)
}

/// Unpacks the libraries needed from `wheel` into the folder `into`, replacing what it held, in one step:
/// whoever looks finds the old library or the new one, whole. Every file is checked against the wheel's own
/// list of SHA-256 digests. `progress` is told the bytes written and their total. Gives the folder back.
pub fn unpack(
    kind: Kind,
    wheel: &Path,
    into: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<PathBuf, Error> {
    let package = package(kind).ok_or_else(|| failed(kind, "it is built in"))?;
    let place = |error: io::Error| failed(kind, format!("{} cannot be written ({error})", into.display()));
    let parent = into.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(place)?;
    // Removed again, with what is in it, on every way out of here.
    let staging = tempfile::Builder::new().prefix(".unpacking-").tempdir_in(parent).map_err(place)?;
    let fresh = staging.path().join(package.name);
    fs::create_dir(&fresh).map_err(place)?;

    let names =
        wheel::unpack(wheel, package.libraries, &fresh, progress).map_err(|reason| failed(kind, reason))?;
    for name in &names {
        // Linkers and finders look for the name without a version.
        if let Some((stem, _)) = name.split_once(".so.") {
            symlink(name, fresh.join(format!("{stem}.so"))).map_err(place)?;
        }
    }
    File::open(&fresh).and_then(|folder| folder.sync_all()).map_err(place)?;
    put_in_place(&fresh, into).map_err(place)?;
    File::open(parent).and_then(|folder| folder.sync_all()).map_err(place)?;
    Ok(into.to_owned())
}

/// Moves a folder to `into`; what was there takes its place in the staging folder.
fn put_in_place(fresh: &Path, into: &Path) -> io::Result<()> {
    match renameat_with(CWD, fresh, CWD, into, RenameFlags::EXCHANGE) {
        // Some file systems cannot exchange; the moment without a library is short.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            fs::rename(into, fresh.with_extension("old"))?;
            fs::rename(fresh, into)
        }
        Err(Errno::NOENT) => fs::rename(fresh, into),
        other => Ok(other?),
    }
}

/// A graph that doubles its input `x`: one float, output `y`.
const DOUBLE: &[u8] = include_bytes!("install/double.onnx");

/// Opens the library in `folder` and runs a tiny graph on it. A process can hold one library of a kind: a new
/// one that replaced the one already opened needs a new process.
pub fn verify(kind: Kind, folder: &Path) -> Result<Arc<dyn Engine>, Error> {
    let engine = match Places::only(folder).open(kind) {
        Found::Ready { engine, .. } => engine,
        not_ready => return Err(failed(kind, not_ready.to_string())),
    };
    let session = engine.load(DOUBLE, &Options::default())?;
    let tensor = |value: f32| Tensor::new(vec![1], Data::F32(vec![value]));
    let Some(input) = tensor(21.0) else { return Err(failed(kind, "a tensor of one number was refused")) };
    let outputs = session.run(&[("x", &input)])?;
    if outputs.first().map(|(_, output)| output) != tensor(42.0).as_ref() {
        return Err(failed(kind, "it computed a wrong number"));
    }
    Ok(engine)
}

fn failed(kind: Kind, reason: impl Into<String>) -> Error {
    Error::Install { engine: kind.name(), reason: reason.into() }
}
