//! The container of `PyTorch` 1.6 and later: a zip archive with the object in `data.pkl` and a record per storage.

use std::io::{BufReader, Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use super::assemble::Assembly;
use super::plan::Plan;
use super::{policy, tree};
use crate::Error;
use crate::import::StateDict;
use crate::import::pickle::{self, Limits};

/// `torch.save` stores without compression; repacked archives shrink a little, and these bounds leave room for that.
const LARGEST_RATIO: u64 = 16;

/// The same for small archives.
const ALWAYS_ALLOWED: u64 = 16 << 20;

/// Records of an archive.
const MOST_RECORDS: usize = 100_000;

pub(super) fn read<R: Read + Seek>(source: R, length: u64) -> Result<StateDict, Error> {
    let mut archive = ZipArchive::new(source).map_err(damaged)?;
    if archive.len() > MOST_RECORDS {
        return Err(Error::Import(format!("its archive has {} records", archive.len())));
    }
    let prefix = prefix(&archive)?;
    let big_endian = match text_record(&mut archive, &format!("{prefix}byteorder"))?.as_deref() {
        None | Some("little") => false,
        Some("big") => true,
        Some(_) => return Err(Error::Import("it names an unknown byte order".into())),
    };
    let record = archive.by_name(&format!("{prefix}data.pkl")).map_err(damaged)?;
    let object = pickle::read(BufReader::new(record), Limits::default(), &policy::check)?;

    let available = length.saturating_mul(LARGEST_RATIO).saturating_add(ALWAYS_ALLOWED);
    let plan = Plan::new(tree::tensors(&object)?, tree::storages(&object), available)?;
    drop(object);
    let mut assembly = Assembly::new(plan, big_endian);
    for key in assembly.wanted() {
        let Some(size) = assembly.storage(&key).and_then(super::plan::Storage::bytes) else { continue };
        let name = format!("{prefix}data/{key}");
        let record = archive.by_name(&name).map_err(damaged)?;
        if record.size() != size {
            return Err(Error::Import(format!("its storage {} is not as described", tree::short(&key))));
        }
        let mut bytes = Vec::with_capacity(size.min(length) as usize);
        record.take(size + 1).read_to_end(&mut bytes).map_err(|error| damaged(ZipError::Io(error)))?;
        if bytes.len() as u64 != size {
            return Err(Error::Import(format!("its storage {} is not as described", tree::short(&key))));
        }
        assembly.supply(&key, bytes)?;
    }
    assembly.finish()
}

/// The folder in which all records lie, with its slash.
fn prefix<R: Read + Seek>(archive: &ZipArchive<R>) -> Result<String, Error> {
    let names = || archive.file_names().filter_map(Result::ok);
    let prefix = names()
        .filter_map(|name| {
            let prefix = name.strip_suffix("data.pkl")?;
            (prefix.is_empty() || prefix.ends_with('/')).then(|| prefix.to_owned())
        })
        .min_by_key(String::len)
        .ok_or_else(|| Error::Import("this is a zip archive, but not one that torch.save wrote".into()))?;
    let is_script = names().any(|name| {
        name.strip_prefix(&prefix).is_some_and(|name| name == "constants.pkl" || name.starts_with("code/"))
    });
    if is_script {
        return Err(Error::Import(
            "this is a TorchScript program and not a file of weights; export the network to ONNX \
             (torch.onnx.export) and import that"
                .into(),
        ));
    }
    Ok(prefix)
}

/// A short record of text, when it is there.
fn text_record<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &str) -> Result<Option<String>, Error> {
    let record = match archive.by_name(name) {
        Ok(record) => record,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(damaged(error)),
    };
    let mut text = String::new();
    record.take(64).read_to_string(&mut text).map_err(|error| damaged(ZipError::Io(error)))?;
    Ok(Some(text.trim().to_owned()))
}

fn damaged(error: ZipError) -> Error {
    Error::Import(match error {
        ZipError::FileNotFound => "one of its records is missing: it is damaged".into(),
        error => format!("its archive is damaged: {error}"),
    })
}
