//! Reading files out of a wheel: a zip archive whose `RECORD` lists the SHA-256 digest of every file.
//! <https://packaging.python.org/en/latest/specifications/binary-distribution-format/>

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

/// More than the largest library by a good deal, and far from filling a disk.
const MOST_BYTES: u64 = 512 << 20;
const MOST_RECORD_BYTES: u64 = 8 << 20;

type Archive = ZipArchive<BufReader<File>>;

/// Unpacks from `folder` of the wheel each of `libraries` (file names without a version) into `into` and
/// synchronises it with the disk. Gives the file names, with their versions.
pub(super) fn unpack(
    wheel: &Path,
    (folder, libraries): (&str, &[&str]),
    into: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<String>, String> {
    let unreadable = |error: io::Error| format!("{} cannot be read ({error})", wheel.display());
    let damaged = |error: zip::result::ZipError| format!("{} is damaged ({error})", wheel.display());
    let file = File::open(wheel).map_err(unreadable)?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    let paths: Vec<String> = archive
        .file_names()
        .map(|name| name.map(std::borrow::Cow::into_owned))
        .collect::<Result<_, _>>()
        .map_err(damaged)?;
    let digests = digests(&mut archive, &paths)?;

    let mut wanted = Vec::new();
    let mut total = 0_u64;
    for library in libraries {
        let path = paths
            .iter()
            .find(|path| path.strip_prefix(folder).is_some_and(|name| is_version_of(name, library)))
            .ok_or_else(|| format!("there is no {library} in {}", wheel.display()))?;
        total = total.saturating_add(archive.by_name(path).map_err(damaged)?.size());
        wanted.push(path);
    }
    if total > MOST_BYTES {
        return Err(format!("the libraries in {} are too large ({total} bytes)", wheel.display()));
    }
    let mut done = 0;
    let mut names = Vec::new();
    for path in wanted {
        let name = &path[folder.len()..];
        let expected =
            digests.get(path.as_str()).ok_or_else(|| format!("the wheel has no digest of {name}"))?;
        let mut entry = archive.by_name(path).map_err(damaged)?;
        // A size that lies is caught here, whatever the archive says about it.
        let mut bounded = (&mut entry).take(MOST_BYTES);
        let mut advance = |bytes: u64| {
            done += bytes;
            progress(done, total);
        };
        let digest = write(&mut bounded, &into.join(name), &mut advance)
            .map_err(|error| format!("{name} cannot be unpacked ({error})"))?;
        if digest != *expected {
            return Err(format!("{name} is damaged: its SHA-256 is not the one that the wheel lists"));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

/// Whether `name` is `library`, alone or with a version of numbers and points after it.
fn is_version_of(name: &str, library: &str) -> bool {
    let version = name.strip_prefix(library);
    version
        .is_some_and(|version| version.is_empty() || version.chars().all(|c| c == '.' || c.is_ascii_digit()))
}

/// The digests in `RECORD`, in base64, by path.
fn digests(archive: &mut Archive, paths: &[String]) -> Result<HashMap<String, String>, String> {
    let path = paths
        .iter()
        .find(|path| path.ends_with(".dist-info/RECORD") && path.matches('/').count() == 1)
        .ok_or("the wheel has no list of its files")?;
    let unreadable =
        |error: &dyn std::fmt::Display| format!("the wheel's list of files cannot be read ({error})");
    let entry = archive.by_name(path).map_err(|error| unreadable(&error))?;
    let mut text = String::new();
    entry.take(MOST_RECORD_BYTES).read_to_string(&mut text).map_err(|error| unreadable(&error))?;
    let line = |line: &str| {
        // path,sha256=digest,size: only the path can hold a comma, and none that is wanted does.
        let (path, rest) = line.split_once(",sha256=")?;
        Some((path.to_owned(), rest.split(',').next()?.to_owned()))
    };
    Ok(text.lines().filter_map(line).collect())
}

/// Copies to a new file, synchronised with the disk. Gives the SHA-256 as a wheel writes it.
fn write(from: &mut dyn Read, to: &Path, advance: &mut dyn FnMut(u64)) -> io::Result<String> {
    let mut file = File::options().write(true).create_new(true).mode(0o755).open(to)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        let count = from.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        digest.update(&buffer[..count]);
        file.write_all(&buffer[..count])?;
        advance(count as u64);
    }
    file.sync_all()?;
    Ok(URL_SAFE_NO_PAD.encode(digest.finalize()))
}
