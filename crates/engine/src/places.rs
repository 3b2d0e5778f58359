//! Where the engines' libraries are looked for, and what was found there.

use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::adapters::{OnnxRuntime, OpenVino, Rten};
use crate::{Engine, Kind, library};

/// What the search for one engine found. Written out, it is a sentence for the user.
pub enum Found {
    /// Ready to load graphs.
    Ready {
        /// The engine.
        engine: Arc<dyn Engine>,
        /// Where its library is; `None` when compiled in.
        library: Option<PathBuf>,
    },
    /// No library in any of the places.
    Missing {
        /// Which engine.
        kind: Kind,
        /// Folders looked in, in order.
        looked_in: Vec<PathBuf>,
    },
    /// A library that cannot be used.
    Broken {
        /// Which engine.
        kind: Kind,
        /// The library.
        library: PathBuf,
        /// Why and what to do, in sentences.
        reason: String,
    },
}

impl Found {
    /// Which engine was looked for.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Ready { engine, .. } => engine.kind(),
            Self::Missing { kind, .. } | Self::Broken { kind, .. } => *kind,
        }
    }

    /// The engine, when it is ready.
    pub fn engine(&self) -> Option<&Arc<dyn Engine>> {
        match self {
            Self::Ready { engine, .. } => Some(engine),
            _ => None,
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready { engine, library: None } => {
                write!(formatter, "{} {} is built in.", engine.kind(), engine.version())
            }
            Self::Ready { engine, library: Some(library) } => {
                write!(formatter, "{} {} is ready ({}).", engine.kind(), engine.version(), library.display())
            }
            Self::Missing { kind, .. } => {
                write!(formatter, "{kind} was not found. `pinhole engine install {}` gets it.", kind.id())
            }
            Self::Broken { reason, .. } => formatter.write_str(reason),
        }
    }
}

/// The folders in which libraries are looked for, nearest first.
#[derive(Debug, Clone)]
pub struct Places {
    roots: Vec<PathBuf>,
    with_system: bool,
}

impl Places {
    /// `engine_dir` (`PINHOLE_ENGINE_DIR`), `data_dir/engines`, the system's library folders and the active
    /// Python environment (`VIRTUAL_ENV`, `CONDA_PREFIX`).
    pub fn usual(engine_dir: Option<&Path>, data_dir: &Path) -> Self {
        let roots = engine_dir.into_iter().map(Path::to_owned).chain([data_dir.join("engines")]).collect();
        Self { roots, with_system: true }
    }

    /// Only `folder` and the folders `onnxruntime` and `openvino` in it.
    pub fn only(folder: &Path) -> Self {
        Self { roots: vec![folder.to_owned()], with_system: false }
    }

    /// Opens every engine, one entry per [`Kind`].
    pub fn discover(&self) -> Vec<Found> {
        Kind::ALL.into_iter().map(|kind| self.open(kind)).collect()
    }

    /// Looks for one engine and opens its library: the first that works counts, and when none does, the
    /// first one's fault is told.
    pub fn open(&self, kind: Kind) -> Found {
        if kind == Kind::Rten {
            return Found::Ready { engine: Arc::new(Rten::new()), library: None };
        }
        let looked_in = self.folders(kind);
        let mut first_fault = None;
        for library in looked_in.iter().filter_map(|folder| newest(folder, stem(kind))) {
            match open(kind, &library) {
                Ok(engine) => return Found::Ready { engine, library: Some(library) },
                Err(fault) => {
                    tracing::warn!(engine = kind.id(), library = %library.display(), "passed over: {fault}");
                    first_fault.get_or_insert((library, fault));
                }
            }
        }
        match first_fault {
            None => Found::Missing { kind, looked_in },
            Some((library, fault)) => {
                let reason = format!(
                    "{kind} cannot be used: {} {fault}. `pinhole engine install {}` puts a working one in place.",
                    library.display(),
                    kind.id()
                );
                Found::Broken { kind, library, reason }
            }
        }
    }

    fn folders(&self, kind: Kind) -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> =
            self.roots.iter().flat_map(|root| [root.clone(), root.join(kind.id())]).collect();
        if self.with_system {
            folders.extend(system_folders(kind));
            folders.extend(python_folders(kind));
        }
        folders
    }
}

/// Opens the library at `path`. The error is the end of a sentence that begins with the path.
pub(crate) fn open(kind: Kind, path: &Path) -> Result<Arc<dyn Engine>, String> {
    library::inspect(path)?;
    match kind {
        Kind::Rten => Ok(Arc::new(Rten::new())),
        Kind::OnnxRuntime => Ok(Arc::new(OnnxRuntime::open(path)?)),
        Kind::OpenVino => Ok(Arc::new(OpenVino::open(path)?)),
    }
}

/// The file name of the library that an adapter opens, without a version.
fn stem(kind: Kind) -> &'static str {
    match kind {
        Kind::Rten => "",
        Kind::OnnxRuntime => "libonnxruntime.so",
        Kind::OpenVino => "libopenvino_c.so",
    }
}

/// The file `stem` or, failing that, the highest `stem.<version>` of a folder.
pub(crate) fn newest(folder: &Path, stem: &str) -> Option<PathBuf> {
    let plain = folder.join(stem);
    if plain.is_file() {
        return Some(plain);
    }
    let names = fs::read_dir(folder).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let versioned = names.filter_map(|name| {
        let numbers: Vec<u32> = name
            .strip_prefix(stem)?
            .strip_prefix('.')?
            .split('.')
            .map(|part| part.parse().ok())
            .collect::<Option<_>>()?;
        Some((numbers, folder.join(name)))
    });
    versioned.filter(|(_, path)| path.is_file()).max().map(|(_, path)| path)
}

fn system_folders(kind: Kind) -> Vec<PathBuf> {
    let multiarch = format!("/usr/lib/{}-linux-gnu", env::consts::ARCH);
    let mut folders: Vec<PathBuf> =
        ["/usr/local/lib", "/usr/lib", &multiarch, "/usr/lib64"].into_iter().map(PathBuf::from).collect();
    if kind == Kind::OnnxRuntime {
        folders.push("/opt/onnxruntime/lib".into());
    } else {
        // Intel's archives unpack into /opt/intel/openvino, openvino_2026 and the like.
        let intel = if cfg!(target_arch = "x86_64") { "runtime/lib/intel64" } else { "runtime/lib/aarch64" };
        folders.extend(
            children(Path::new("/opt/intel"), |name| name.starts_with("openvino"))
                .map(|found| found.join(intel)),
        );
    }
    folders
}

fn python_folders(kind: Kind) -> Vec<PathBuf> {
    let package = if kind == Kind::OnnxRuntime { "onnxruntime/capi" } else { "openvino/libs" };
    ["VIRTUAL_ENV", "CONDA_PREFIX"]
        .into_iter()
        .filter_map(env::var_os)
        .filter(|prefix| !prefix.is_empty())
        .flat_map(|prefix| {
            children(&Path::new(&prefix).join("lib"), |name| name.starts_with("python3"))
                .map(|python| python.join("site-packages").join(package))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The entries of a folder whose names are wanted, in order; none when the folder cannot be read.
pub(crate) fn children(folder: &Path, is_wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_str().is_some_and(&is_wanted))
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found.into_iter()
}
