//! Unpacking a library from a wheel: whole and checked, or not at all.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::{Kind, install};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

const LIBRARY: &str = "onnxruntime/capi/libonnxruntime.so.1.31.1";

/// A wheel with these files; `RECORD` lists the digests of what `recorded` says is in them.
fn wheel(folder: &TempDir, files: &[(&str, &[u8])], recorded: &[(&str, &[u8])]) -> PathBuf {
    let path = folder.path().join("some.whl");
    let mut archive = zip::ZipWriter::new(File::create(&path).unwrap());
    let line = |(name, bytes): &(&str, &[u8])| {
        let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(bytes));
        format!("{name},sha256={digest},{}\n", bytes.len())
    };
    let lines: Vec<String> = recorded.iter().map(line).collect();
    let record = lines.concat() + "onnxruntime-1.31.1.dist-info/RECORD,,\n";
    for (name, bytes) in
        files.iter().copied().chain([("onnxruntime-1.31.1.dist-info/RECORD", record.as_bytes())])
    {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap();
    path
}

fn good_wheel(folder: &TempDir, library: &[u8]) -> PathBuf {
    let files = [(LIBRARY, library), ("onnxruntime/__init__.py", b"import os")];
    wheel(folder, &files, &files)
}

fn unpack(wheel: &Path, into: &Path) -> Result<PathBuf, String> {
    install::unpack(Kind::OnnxRuntime, wheel, into, &mut |_, _| ()).map_err(|error| error.to_string())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn only_the_library_is_unpacked_with_a_name_without_version() {
    let folder = TempDir::new().unwrap();
    let into = folder.path().join("engines/onnxruntime");
    assert_eq!(unpack(&good_wheel(&folder, b"a library"), &into), Ok(into.clone()));
    assert_eq!(names(&into), ["libonnxruntime.so", "libonnxruntime.so.1.31.1"]);
    assert_eq!(fs::read(into.join("libonnxruntime.so")).unwrap(), b"a library");
    assert_eq!(names(&folder.path().join("engines")), ["onnxruntime"]);
}

#[test]
fn progress_counts_bytes_up_to_their_total() {
    let folder = TempDir::new().unwrap();
    let wheel = good_wheel(&folder, &vec![7; 1_000_000]);
    let mut told = Vec::new();
    install::unpack(Kind::OnnxRuntime, &wheel, &folder.path().join("onnxruntime"), &mut |done, total| {
        told.push((done, total));
    })
    .unwrap();
    assert!(told.is_sorted() && told.len() > 1);
    assert_eq!(told.last(), Some(&(1_000_000, 1_000_000)));
}

#[test]
fn an_older_library_is_replaced() {
    let folder = TempDir::new().unwrap();
    let into = folder.path().join("onnxruntime");
    unpack(&good_wheel(&folder, b"old"), &into).unwrap();
    fs::write(into.join("libonnxruntime.so.1.9.0"), b"older still").unwrap();
    unpack(&good_wheel(&folder, b"new"), &into).unwrap();
    assert_eq!(names(&into), ["libonnxruntime.so", "libonnxruntime.so.1.31.1"]);
    assert_eq!(fs::read(into.join("libonnxruntime.so")).unwrap(), b"new");
    assert_eq!(names(folder.path()), ["onnxruntime", "some.whl"]);
}

#[test]
fn a_wheel_that_does_not_hold_what_it_lists_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let into = folder.path().join("onnxruntime");
    unpack(&good_wheel(&folder, b"old"), &into).unwrap();
    let swapped = wheel(&folder, &[(LIBRARY, b"swapped")], &[(LIBRARY, b"listed.")]);
    insta::assert_snapshot!(unpack(&swapped, &into).unwrap_err(), @"ONNX Runtime was not installed: libonnxruntime.so.1.31.1 is damaged: its SHA-256 is not the one that the wheel lists");
    insta::assert_snapshot!(unpack(&wheel(&folder, &[(LIBRARY, b"new")], &[]), &into).unwrap_err(), @"ONNX Runtime was not installed: the wheel has no digest of libonnxruntime.so.1.31.1");
    let without = wheel(&folder, &[("onnxruntime/__init__.py", b"")], &[]);
    let refused = unpack(&without, &into).unwrap_err().replace(folder.path().to_str().unwrap(), "[folder]");
    insta::assert_snapshot!(refused, @"ONNX Runtime was not installed: there is no libonnxruntime.so in [folder]/some.whl");
    assert_eq!(fs::read(into.join("libonnxruntime.so")).unwrap(), b"old");
    assert_eq!(names(folder.path()), ["onnxruntime", "some.whl"]);
}

#[test]
fn a_file_that_is_no_wheel_is_refused() {
    let folder = TempDir::new().unwrap();
    let into = folder.path().join("onnxruntime");
    let whole = fs::read(good_wheel(&folder, &[7; 10_000])).unwrap();
    for bytes in [b"".as_slice(), b"hello", &whole[..whole.len() / 2]] {
        let path = folder.path().join("damaged.whl");
        fs::write(&path, bytes).unwrap();
        assert!(unpack(&path, &into).unwrap_err().contains("is damaged"));
        assert!(!into.exists());
    }
}

#[test]
fn what_was_unpacked_is_tried_before_it_is_trusted() {
    let folder = TempDir::new().unwrap();
    let into = folder.path().join("onnxruntime");
    unpack(&good_wheel(&folder, b"not really a library"), &into).unwrap();
    let refused = install::verify(Kind::OnnxRuntime, &into).err().unwrap().to_string();
    assert!(refused.contains("is not a shared library"), "{refused}");
}

#[test]
fn pip_is_told_the_platform_so_that_any_python_finds_the_wheel() {
    let options = install::pip_options(Kind::OpenVino).unwrap();
    assert!(options.iter().any(|option| option.starts_with("manylinux_2_28_")));
}
