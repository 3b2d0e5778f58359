//! Files that were built to attack, and files that were damaged, are refused with a sentence. Nothing in them runs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::io::Cursor;

use models::import::torch::read_state_dict_from;

/// The numbers and strings of a pickle, put together by hand.
fn text(value: &str) -> Vec<u8> {
    [&b"X"[..], &(value.len() as u32).to_le_bytes(), value.as_bytes()].concat()
}

fn integer(value: i64) -> Vec<u8> {
    [&b"\x8a\x08"[..], &value.to_le_bytes()].concat()
}

fn tuple(items: &[Vec<u8>]) -> Vec<u8> {
    [b"(", &items.concat()[..], b"t"].concat()
}

/// `_rebuild_tensor_v2` over a storage of floats.
fn tensor(elements: i64, offset: i64, shape: &[i64], strides: &[i64]) -> Vec<u8> {
    let sides = |sides: &[i64]| tuple(&sides.iter().map(|&side| integer(side)).collect::<Vec<_>>());
    let id = tuple(&[
        text("storage"),
        b"ctorch\nFloatStorage\n".to_vec(),
        text("0"),
        text("cpu"),
        integer(elements),
        b"N".to_vec(),
    ]);
    let storage = [id, b"Q".to_vec()].concat();
    let arguments = tuple(&[storage, integer(offset), sides(shape), sides(strides), b"\x89N".to_vec()]);
    [b"ctorch._utils\n_rebuild_tensor_v2\n", &arguments[..], b"R"].concat()
}

fn state_dict(name: &str, value: &[u8]) -> Vec<u8> {
    [&b"}"[..], &text(name), value, b"s"].concat()
}

/// The legacy container around one object, with one storage of `floats` zeros.
fn legacy(object: &[u8], floats: usize) -> Vec<u8> {
    [
        &b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."[..],
        b"\x80\x02M\xe9\x03.",
        b"\x80\x02}.",
        b"\x80\x02",
        object,
        b".",
        b"\x80\x02](X\x01\x00\x00\x000e.",
        &(floats as u64).to_le_bytes(),
        &vec![0; floats * 4],
    ]
    .concat()
}

fn refusal(object: &[u8]) -> String {
    bare_refusal(legacy(object, 4))
}

fn bare_refusal(file: Vec<u8>) -> String {
    read_state_dict_from(Cursor::new(file)).unwrap_err().to_string()
}

#[test]
fn a_function_of_the_system_is_refused_by_name_however_it_is_called() {
    let by_reduce = b"cposix\nsystem\n(X\x04\x00\x00\x00calctR";
    let by_inst = b"(X\x04\x00\x00\x00calcios\nsystem\n";
    let by_stack_global = b"\x8c\x05posix\x8c\x06system\x93\x8c\x04calc\x85R";
    let by_obj = b"(cbuiltins\neval\nX\x03\x00\x00\x001+1o";
    let by_newobj = b"csubprocess\nPopen\n(X\x04\x00\x00\x00calct\x81";
    let hidden_in_a_name = b"cbuiltins\ngetattr\n(ccollections\nOrderedDict\nX\x08\x00\x00\x00__init__tR";
    let refusals: Vec<String> =
        [&by_reduce[..], by_inst, by_stack_global, by_obj, by_newobj, hidden_in_a_name].map(refusal).to_vec();
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn tensors_that_claim_more_than_the_file_holds_are_refused() {
    let refusals = [
        tensor(4, 0, &[1 << 60], &[1]),
        tensor(4, 0, &[1 << 40, 1 << 40], &[0, 0]),
        tensor(4, 0, &[1 << 33], &[0]),
        tensor(1 << 60, 0, &[4], &[1]),
        tensor(4, 0, &[2, 2], &[-1, 1]),
        tensor(4, 0, &[-4], &[1]),
        tensor(4, 3, &[2], &[1]),
        tensor(4, i64::MAX, &[1], &[1]),
        tensor(4, 0, &[4], &[1, 1]),
        tensor(4, 0, &[1; 65], &[1; 65]),
        tensor(5, 0, &[4], &[1]),
    ]
    .map(|tensor| refusal(&state_dict("weight", &tensor)));
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn pickles_that_grow_without_end_are_refused() {
    // Each value refers twice to the one before: Python would print 2^100,000 items, here they are 100,000.
    let laughs = [&b"]"[..], &b"2\x86".repeat(100_000)].concat();
    let nested = b"(".repeat(1_000_000);
    let deep = [b"]".repeat(400_000), b"a".repeat(399_999)].concat();
    let wide = b"]".repeat(3_000_000);
    let long = [&b"\x8b"[..], &0x7fff_ffff_u32.to_le_bytes(), &[1; 64]].concat();
    let claimed = [&b"\x8d"[..], &(1_u64 << 62).to_le_bytes(), b"abc"].concat();
    let line = [&b"V"[..], &b"x".repeat(1 << 20), b"\n"].concat();
    let refusals = [laughs, nested, deep, wide, long, claimed, line].map(|object| refusal(&object));
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn values_that_are_shared_do_not_multiply() {
    // One long text as the name of many tensors, one long tuple as the shape or the arguments of a tensor.
    let stored = |value: &[u8]| [value, b"q\x00", b"0"].concat();
    let long_text = stored(&text(&"x".repeat(8 << 20)));
    let long_tuple = stored(&[b"(", &b"K\x01".repeat(250_000)[..], b"t"].concat());
    let honest = tensor(4, 0, &[4], &[1]);
    let sides = [tuple(&[integer(4)]), tuple(&[integer(1)]), b"\x89NtR".to_vec()].concat();
    let shaped = [&honest[..honest.len() - sides.len()], b"h\x00h\x00\x89NtR"].concat();
    let named = [b"h\x00", &honest[..], b"s"].concat().repeat(5_000);
    // A dictionary that is its own model, net, network and so on.
    let names = [
        "state_dict",
        "model_state_dict",
        "model",
        "net",
        "network",
        "weights",
        "params",
        "model_ema",
        "ema",
    ];
    let itself: Vec<u8> = names.iter().flat_map(|name| [&text(name)[..], b"h\x00s"].concat()).collect();
    let many = [stored(&honest), b"}".to_vec(), [&text("w")[..], b"h\x00s"].concat().repeat(30_000)];
    let refusals = [
        many.concat(),
        [long_text.clone(), b"}".to_vec(), named].concat(),
        [long_tuple.clone(), state_dict("weight", &shaped)].concat(),
        [long_tuple, state_dict("weight", b"ctorch._utils\n_rebuild_tensor_v2\nh\x00R")].concat(),
        [b"}q\x00".to_vec(), [&text("k")[..], b"Ns"].concat().repeat(50_000), itself].concat(),
        [long_text, b"h\x00h\x00\x93".to_vec()].concat(),
    ]
    .map(|object| refusal(&object));
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn broken_pickles_are_refused() {
    let refusals = [
        &b""[..],
        b"h\x05",
        b"\x80\x09",
        b"\x99",
        b"0",
        b"}X\x01\x00\x00\x00as",
        b"a",
        b"t",
        b"NNR",
        b"N}b",
        b"I12x\n",
        b"\x97",
        b"\x82\x01",
    ]
    .map(refusal);
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn other_files_are_refused_with_a_guess() {
    let refusals = [
        Vec::new(),
        b"<!DOCTYPE html><html>".to_vec(),
        b"\x89HDF\r\n\x1a\n....".to_vec(),
        b"PK\x03\x04 and then nothing".to_vec(),
        b"\x80\x02}q\x00.".to_vec(),
        b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00]\x94.".to_vec(),
    ]
    .map(bare_refusal);
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn an_honest_tensor_in_the_same_frame_is_read() {
    let object = state_dict("weight", &tensor(4, 0, &[2, 2], &[1, 2]));
    let weights = read_state_dict_from(Cursor::new(legacy(&object, 4))).unwrap();
    assert_eq!(weights["weight"].shape(), [2, 2]);
}

#[test]
fn ten_thousand_damaged_files_crash_nothing() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/torch");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension != "json"));
    files.sort();
    let originals: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    // xorshift64: the same damage in every run.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let (mut read, mut refused) = (0, 0);
    for round in 0..10_000 {
        let mut bytes = originals[round % originals.len()].clone();
        for _ in 0..=random(8) {
            let place = random(bytes.len());
            match random(4) {
                0 => bytes[place] = random(256) as u8,
                1 => bytes[place] ^= 1 << random(8),
                2 => bytes.truncate(place.max(1)),
                _ => {
                    let end = (place + random(64)).min(bytes.len());
                    let piece = bytes[place..end].to_vec();
                    let target = random(bytes.len());
                    bytes.splice(target..target, piece);
                }
            }
        }
        match read_state_dict_from(Cursor::new(bytes)) {
            Ok(_) => read += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 1000 && read > 100, "{read} read, {refused} refused");
}
