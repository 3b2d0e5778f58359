//! npm packages, by way of the npm that is installed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::{Watch, check_name, child, failed};
use crate::Error;

const LONGEST_DOWNLOAD: Duration = Duration::from_hours(1);

/// Downloads the archive of an npm package into a folder and gives its path. No script of the package runs.
pub fn npm_package(
    package: &str,
    version: &str,
    into: &Path,
    watch: &mut Watch<'_>,
) -> Result<PathBuf, Error> {
    let what = format!("the npm package {package} {version}");
    check_name(package, version)?;
    std::fs::create_dir_all(into).map_err(Error::file(into))?;
    let work = tempfile::Builder::new().prefix(".npm-").tempdir_in(into).map_err(Error::file(into))?;
    let packed = work.path().join("packed");
    std::fs::create_dir(&packed).map_err(Error::file(&packed))?;
    let mut command = Command::new("npm");
    command.args(["pack", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]);
    // npm gathers a package in its cache: one of ours, so that its growth can be shown and the user's stays as it is.
    command.arg("--cache").arg(work.path().join("cache")).arg("--pack-destination").arg(&packed);
    command.arg(format!("{package}@{version}")).current_dir(work.path());
    let finished =
        child::run(command, &what, LONGEST_DOWNLOAD, work.path(), watch).map_err(|error| match error {
            Error::Fetch { what, reason } if reason.contains("could not be started") => {
                failed(&what, "no npm was found; install Node.js with npm")
            }
            other => other,
        })?;
    let archive = std::fs::read_dir(&packed)
        .map_err(Error::file(&packed))?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "tgz"));
    match archive {
        Some(archive) if finished.succeeded => {
            let place = into.join(archive.file_name().unwrap_or_default());
            std::fs::rename(&archive, &place).map_err(Error::file(&place))?;
            Ok(place)
        }
        _ => Err(failed(&what, format!("npm failed: {}", finished.complaint()))),
    }
}
