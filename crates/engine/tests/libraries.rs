//! A library that is missing, broken or too old is a sentence, and something else runs.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

use std::fs;
use std::path::Path;
use std::process::Command;

use engine::{Choice, Found, Kind, Places, Precision};
use tempfile::TempDir;

/// What the user reads, with the temporary folder taken out.
fn sentence(kind: Kind, folder: &TempDir) -> String {
    let found = Places::only(folder.path()).open(kind);
    assert!(found.engine().is_none(), "{found}");
    found.to_string().replace(folder.path().to_str().unwrap(), "[folder]")
}

/// A folder with one file in it.
fn folder(name: &str, bytes: &[u8]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    folder
}

/// The bytes of some file in the format of libraries: the test program itself.
fn some_program() -> Vec<u8> {
    fs::read(std::env::current_exe().unwrap()).unwrap()
}

fn compile(code: &str, library: &Path) {
    let source = library.with_extension("c");
    fs::write(&source, code).unwrap();
    // The compiler that Rust links with.
    let status =
        Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(library).arg(&source).status().unwrap();
    assert!(status.success());
    fs::remove_file(source).unwrap();
}

#[test]
fn a_missing_library_says_how_to_get_it() {
    let folder = TempDir::new().unwrap();
    insta::assert_snapshot!(sentence(Kind::OnnxRuntime, &folder), @"ONNX Runtime was not found. `pinhole engine install onnxruntime` gets it.");
    insta::assert_snapshot!(sentence(Kind::OpenVino, &folder), @"OpenVINO was not found. `pinhole engine install openvino` gets it.");
}

#[test]
fn a_missing_library_tells_where_it_was_looked_for() {
    let folder = TempDir::new().unwrap();
    let Found::Missing { kind, looked_in } = Places::only(folder.path()).open(Kind::OpenVino) else {
        panic!()
    };
    assert_eq!(kind, Kind::OpenVino);
    assert_eq!(looked_in, [folder.path().to_owned(), folder.path().join("openvino")]);
}

#[test]
fn a_text_file_is_not_a_library() {
    insta::assert_snapshot!(sentence(Kind::OnnxRuntime, &folder("libonnxruntime.so", b"hello")), @"ONNX Runtime cannot be used: [folder]/libonnxruntime.so is not a shared library. `pinhole engine install onnxruntime` puts a working one in place.");
    let long = "hello ".repeat(100);
    insta::assert_snapshot!(sentence(Kind::OpenVino, &folder("libopenvino_c.so.2641", long.as_bytes())), @"OpenVINO cannot be used: [folder]/libopenvino_c.so.2641 is not a shared library. `pinhole engine install openvino` puts a working one in place.");
}

#[test]
fn a_truncated_library_is_not_opened() {
    let program = some_program();
    for part in [2, 3, 10] {
        let cut = &program[..program.len() - program.len() / part];
        insta::allow_duplicates! {
            insta::assert_snapshot!(sentence(Kind::OnnxRuntime, &folder("libonnxruntime.so.1.31.1", cut)), @"ONNX Runtime cannot be used: [folder]/libonnxruntime.so.1.31.1 is truncated. `pinhole engine install onnxruntime` puts a working one in place.");
        }
    }
}

#[test]
fn a_missing_or_truncated_part_of_openvino_is_named() {
    let folder = TempDir::new().unwrap();
    compile("int ov_get_openvino_version;", &folder.path().join("libopenvino_c.so.2641"));
    insta::assert_snapshot!(sentence(Kind::OpenVino, &folder), @"OpenVINO cannot be used: [folder]/libopenvino_c.so.2641 lacks its part libopenvino.so. `pinhole engine install openvino` puts a working one in place.");
    let program = some_program();
    fs::write(folder.path().join("libopenvino.so.2641"), &program[..program.len() / 2]).unwrap();
    insta::assert_snapshot!(sentence(Kind::OpenVino, &folder), @"OpenVINO cannot be used: [folder]/libopenvino_c.so.2641 needs [folder]/libopenvino.so.2641, which is truncated. `pinhole engine install openvino` puts a working one in place.");
}

#[test]
fn a_library_for_another_processor_is_not_opened() {
    let mut program = some_program();
    program[18] = 40; // 32-bit ARM
    insta::assert_snapshot!(sentence(Kind::OnnxRuntime, &folder("libonnxruntime.so", &program)), @"ONNX Runtime cannot be used: [folder]/libonnxruntime.so was made for another kind of processor. `pinhole engine install onnxruntime` puts a working one in place.");
}

#[test]
fn an_old_onnx_runtime_is_named_with_its_version() {
    let folder = TempDir::new().unwrap();
    let code = r#"
        static const char *version(void) { return "1.10.0"; }
        static const void *api(unsigned wanted) { return 0; }
        static const struct { const void *(*api)(unsigned); const char *(*version)(void); } base = { api, version };
        const void *OrtGetApiBase(void) { return &base; }
    "#;
    compile(code, &folder.path().join("libonnxruntime.so"));
    insta::assert_snapshot!(sentence(Kind::OnnxRuntime, &folder), @"ONNX Runtime cannot be used: [folder]/libonnxruntime.so is too old (1.10.0; 1.17 is needed). `pinhole engine install onnxruntime` puts a working one in place.");
}

#[test]
fn an_old_openvino_is_named_with_its_version() {
    let folder = TempDir::new().unwrap();
    compile("int ov_core_create;", &folder.path().join("libopenvino_c.so.2500"));
    insta::assert_snapshot!(sentence(Kind::OpenVino, &folder), @"OpenVINO cannot be used: [folder]/libopenvino_c.so.2500 is too old (2025.0; 2025.1 is needed). `pinhole engine install openvino` puts a working one in place.");
}

#[test]
fn another_library_under_the_name_is_refused() {
    let folder = TempDir::new().unwrap();
    compile("int something_else;", &folder.path().join("libonnxruntime.so"));
    insta::assert_snapshot!(sentence(Kind::OnnxRuntime, &folder), @"ONNX Runtime cannot be used: [folder]/libonnxruntime.so is not an ONNX Runtime library. `pinhole engine install onnxruntime` puts a working one in place.");
    compile("int something_else;", &folder.path().join("libopenvino_c.so"));
    insta::assert_snapshot!(sentence(Kind::OpenVino, &folder), @"OpenVINO cannot be used: [folder]/libopenvino_c.so is not an OpenVINO library. `pinhole engine install openvino` puts a working one in place.");
}

#[test]
fn the_highest_version_in_a_folder_is_taken() {
    let folder = folder("libonnxruntime.so.1.9.0", b"old");
    fs::write(folder.path().join("libonnxruntime.so.1.31.1"), b"new").unwrap();
    fs::write(folder.path().join("libonnxruntime.so.backup"), b"not a version").unwrap();
    let Found::Broken { library, .. } = Places::only(folder.path()).open(Kind::OnnxRuntime) else { panic!() };
    assert_eq!(library, folder.path().join("libonnxruntime.so.1.31.1"));
}

#[test]
fn rten_is_always_there() {
    let folder = TempDir::new().unwrap();
    let found = Places::only(folder.path()).discover();
    assert_eq!(found.iter().map(Found::kind).collect::<Vec<_>>(), Kind::ALL);
    insta::assert_snapshot!(found[0], @"rten 0.27 is built in.");
    let Choice { engine, precision, warnings } = Places::only(folder.path()).select(None, Precision::F32);
    assert_eq!((engine.kind(), precision), (Kind::Rten, Precision::F32));
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn a_wish_that_cannot_be_met_is_a_warning() {
    let empty = TempDir::new().unwrap();
    let choice = Places::only(empty.path()).select(Some(Kind::OpenVino), Precision::F32);
    assert_eq!(choice.engine.kind(), Kind::Rten);
    insta::assert_snapshot!(choice.warnings.join("\n"), @r"
OpenVINO was not found. `pinhole engine install openvino` gets it.
rten runs instead.
");

    let broken = folder("libonnxruntime.so", b"hello");
    let choice = Places::only(broken.path()).select(None, Precision::F32);
    let warnings = choice.warnings.join("\n").replace(broken.path().to_str().unwrap(), "[folder]");
    assert_eq!(choice.engine.kind(), Kind::Rten);
    insta::assert_snapshot!(warnings, @r"
ONNX Runtime cannot be used: [folder]/libonnxruntime.so is not a shared library. `pinhole engine install onnxruntime` puts a working one in place.
rten runs instead.
");
}

#[test]
fn bf16_falls_back_to_f32_with_a_warning() {
    let empty = TempDir::new().unwrap();
    for wanted in [None, Some(Kind::Rten)] {
        let choice = Places::only(empty.path()).select(wanted, Precision::Bf16);
        assert_eq!((choice.engine.kind(), choice.precision), (Kind::Rten, Precision::F32));
        assert!(!choice.warnings.is_empty());
    }
    let choice = Places::only(empty.path()).select(Some(Kind::Rten), Precision::Bf16);
    insta::assert_snapshot!(choice.warnings.join("\n"), @"No engine here computes in bf16 on this processor; f32 is used instead.");
}
