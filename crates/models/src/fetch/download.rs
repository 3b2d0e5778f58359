//! One file from an address: resumed where it was cut, bounded, verified, put in place in one step.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, Response};
use reqwest::header::{CONTENT_RANGE, RANGE};
use reqwest::{StatusCode, Url};

use super::{Digest, Watch, client, failed, tell};
use crate::Error;

/// Connections that may be cut before a download is given up.
const MOST_TRIES: u32 = 4;

/// Before the second try; longer before each further one.
const PAUSE: Duration = Duration::from_millis(250);

const LONGEST_DOWNLOAD: Duration = Duration::from_hours(2);

/// Downloads an https address to the file `place`, at most `limit` bytes, with the given SHA-256.
///
/// What has arrived waits in `<place>.part` when the connection is cut for good, and the next call goes on from there.
/// A file with the wrong digest is removed.
pub fn address(
    address: &str,
    place: &Path,
    limit: u64,
    digest: &Digest,
    watch: &mut Watch<'_>,
) -> Result<(), Error> {
    let url =
        Url::parse(address).map_err(|error| failed(address, format!("this is not an address: {error}")))?;
    fetch(&client::build(address, None)?, &url, place, limit, Some(digest), address, watch)
}

/// The same for what an index lists.
pub(super) fn fetch(
    client: &Client,
    address: &Url,
    place: &Path,
    limit: u64,
    digest: Option<&Digest>,
    what: &str,
    watch: &mut Watch<'_>,
) -> Result<(), Error> {
    client::check_address(address, what)?;
    let part = part_of(place);
    let had_part = part.exists();
    let mut tries = 0;
    let deadline = Instant::now() + LONGEST_DOWNLOAD;
    loop {
        tries += 1;
        match attempt(client, address, &part, limit, what, deadline, watch) {
            Ok(()) => break,
            Err(Attempt::Cut(reason)) if tries >= MOST_TRIES => return Err(failed(what, reason)),
            Err(Attempt::Cut(_)) => {
                tell(watch, "Connecting again", 0, None)?;
                std::thread::sleep(PAUSE * tries);
            }
            Err(Attempt::Final(error)) => return Err(error),
        }
    }
    if let Some(digest) = digest
        && let Err(error) = digest.verify(&part, what)
    {
        std::fs::remove_file(&part).map_err(Error::file(&part))?;
        // The part of an earlier day may belong to another edition of the file: once more from the beginning.
        return if had_part {
            fetch(client, address, place, limit, Some(digest), what, watch)
        } else {
            Err(error)
        };
    }
    std::fs::rename(&part, place).map_err(Error::file(place))
}

enum Attempt {
    /// Worth another try.
    Cut(String),
    Final(Error),
}

impl From<Error> for Attempt {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

/// One connection: goes on at the end of the part, or begins anew when the server does not know how.
fn attempt(
    client: &Client,
    address: &Url,
    part: &Path,
    limit: u64,
    what: &str,
    deadline: Instant,
    watch: &mut Watch<'_>,
) -> Result<(), Attempt> {
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(part)
        .map_err(Error::file(part))?;
    let have = file.seek(std::io::SeekFrom::End(0)).map_err(Error::file(part))?;
    let mut request = client.get(address.clone());
    if have > 0 {
        request = request.header(RANGE, format!("bytes={have}-"));
    }
    let response = request.send().map_err(|error| Attempt::Cut(client::reason(&error)))?;
    let mut done = match response.status() {
        StatusCode::PARTIAL_CONTENT if range_start(&response) == Some(have) => have,
        StatusCode::OK => restart(&mut file, part)?,
        StatusCode::RANGE_NOT_SATISFIABLE | StatusCode::PARTIAL_CONTENT => {
            restart(&mut file, part)?;
            return Err(Attempt::Cut("the server could not go on where the download was cut".into()));
        }
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            return Err(Attempt::Cut(format!("the server answered {status}")));
        }
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            return Err(failed(what, "the server answered that it is not there (404)").into());
        }
        status => return Err(failed(what, format!("the server answered {status}")).into()),
    };
    let total = response.content_length().and_then(|left| left.checked_add(done));
    if done > limit || total.is_some_and(|total| total > limit) {
        drop(file);
        std::fs::remove_file(part).map_err(Error::file(part))?;
        return Err(too_large(what, limit).into());
    }
    receive(response, &mut file, part, Received { done: &mut done, total, limit, what, deadline }, watch)?;
    if total.is_some_and(|total| done < total) {
        return Err(Attempt::Cut(cut(done, total)));
    }
    file.sync_all().map_err(Error::file(part))?;
    Ok(())
}

struct Received<'a> {
    done: &'a mut u64,
    total: Option<u64>,
    limit: u64,
    what: &'a str,
    deadline: Instant,
}

fn receive(
    mut response: Response,
    file: &mut File,
    part: &Path,
    so_far: Received<'_>,
    watch: &mut Watch<'_>,
) -> Result<(), Attempt> {
    let Received { done, total, limit, what, deadline } = so_far;
    let mut buffer = vec![0; 1 << 17];
    loop {
        tell(watch, "Downloading", *done, total)?;
        let count = response.read(&mut buffer).map_err(|_| Attempt::Cut(cut(*done, total)))?;
        if count == 0 {
            return Ok(());
        }
        *done += count as u64;
        if *done > limit {
            std::fs::remove_file(part).map_err(Error::file(part))?;
            return Err(too_large(what, limit).into());
        }
        if Instant::now() > deadline {
            return Err(failed(what, "the download took too long; start it again to go on").into());
        }
        file.write_all(&buffer[..count]).map_err(Error::file(part))?;
    }
}

fn restart(file: &mut File, part: &Path) -> Result<u64, Error> {
    file.set_len(0).map_err(Error::file(part))?;
    file.rewind().map_err(Error::file(part))?;
    Ok(0)
}

/// First byte of what the server sends.
fn range_start(response: &Response) -> Option<u64> {
    let range = response.headers().get(CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}

fn part_of(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

fn cut(done: u64, total: Option<u64>) -> String {
    match total {
        Some(total) => format!("the connection was cut after {done} of {total} bytes; start again to go on"),
        None => format!("the connection was cut after {done} bytes; start again to go on"),
    }
}

fn too_large(what: &str, limit: u64) -> Error {
    failed(what, format!("it is larger than the {limit} bytes that were expected at most"))
}
