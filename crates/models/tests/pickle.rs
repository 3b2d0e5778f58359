//! The pickle reader on its own: every protocol gives the same tree, and classes are only names.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use models::import::pickle::{ClassName, Limits, Node, Value, read};

#[expect(clippy::unnecessary_wraps, reason = "a policy can refuse")]
fn anything(_: &ClassName) -> Result<(), String> {
    Ok(())
}

/// A value in Python's notation, to a bounded depth.
fn shown(value: Value<'_>, depth: usize) -> String {
    if depth == 0 {
        return "...".into();
    }
    let list = |values: Vec<Value<'_>>| {
        values.into_iter().map(|value| shown(value, depth - 1)).collect::<Vec<_>>().join(", ")
    };
    let pairs = |entries: Vec<(Value<'_>, Value<'_>)>| {
        let pairs = entries
            .into_iter()
            .map(|(key, value)| format!("{}: {}", shown(key, depth - 1), shown(value, depth - 1)));
        pairs.collect::<Vec<_>>().join(", ")
    };
    match value.node() {
        Node::None => "None".into(),
        Node::Bool(truth) => truth.to_string(),
        Node::Integer(integer) => integer.to_string(),
        Node::LargeInteger(bytes) => format!("integer of {} bytes", bytes.len()),
        Node::Float(number) => format!("{number:?}"),
        Node::Text(text) => format!("{text:?}"),
        Node::Bytes(bytes) => format!("b{bytes:?}"),
        Node::Tuple(_) => format!("({})", list(value.items().unwrap().collect())),
        Node::List(_) => format!("[{}]", list(value.items().unwrap().collect())),
        Node::Set(_) => format!("set({})", list(value.items().unwrap().collect())),
        Node::Dict(_) => format!("{{{}}}", pairs(value.entries().unwrap().collect())),
        Node::Class(class) => class.to_string(),
        Node::Persistent(_) => format!("persistent {}", shown(value.persistent().unwrap(), depth - 1)),
        Node::Object(_) => {
            let class = value.constructor().map_or("?".into(), ToString::to_string);
            let state =
                value.state().map_or(String::new(), |state| format!(" state {}", shown(state, depth - 1)));
            let entries =
                value.entries().map(Iterator::collect::<Vec<_>>).filter(|entries| !entries.is_empty());
            let entries = entries.map_or(String::new(), |entries| format!(" {{{}}}", pairs(entries)));
            format!("{class}({}){entries}{state}", list(value.arguments().unwrap().collect()))
        }
    }
}

fn tree(bytes: &[u8]) -> String {
    shown(read(bytes, Limits::default(), &anything).unwrap().root(), 8)
}

#[test]
fn every_protocol_gives_the_same_tree() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/pickle");
    let trees: Vec<String> = (0..=5)
        .map(|protocol| tree(&std::fs::read(format!("{folder}/protocol{protocol}.pkl")).unwrap()))
        .collect();
    for tree in &trees {
        assert_eq!(tree, &trees[0]);
    }
    insta::assert_snapshot!(trees[0]);
}

#[test]
fn a_value_can_contain_itself() {
    let pickle = read(&b"]q\x00h\x00a."[..], Limits::default(), &anything).unwrap();
    assert_eq!(pickle.root().items().unwrap().next().unwrap().id(), pickle.root().id());
}

#[test]
fn reading_stops_at_the_end_of_the_pickle() {
    let mut source = &b"\x80\x02K\x07.the rest"[..];
    assert_eq!(read(&mut source, Limits::default(), &anything).unwrap().root().integer(), Some(7));
    assert_eq!(source, b"the rest");
}

#[test]
fn the_policy_is_asked_about_each_class() {
    let error = read(&b"cos\nsystem\n."[..], Limits::default(), &|class| Err(format!("{class} it is not")));
    insta::assert_snapshot!(error.unwrap_err(), @"the file cannot be imported: os.system it is not");
}

#[test]
fn whole_exports_of_fastai_can_be_read_as_symbols() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/fastai");
    if !folder.is_dir() {
        assert!(
            std::env::var("PINHOLE_REQUIRE_SHARED").as_deref() != Ok("1"),
            "{} is missing",
            folder.display()
        );
        eprintln!("SKIPPED: {} is missing", folder.display());
        return;
    }
    let file = std::fs::File::open(folder.join("v2_squeezenet1_1_resize128.pkl")).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let name = archive
        .file_names()
        .filter_map(Result::ok)
        .find(|name| name.ends_with("data.pkl"))
        .unwrap()
        .into_owned();
    let record = std::io::BufReader::new(archive.by_name(&name).unwrap());
    let pickle = read(record, Limits::default(), &anything).unwrap();
    assert_eq!(pickle.root().constructor().unwrap().to_string(), "fastai.learner.Learner");
    assert!(pickle.len() < 100_000, "{} values", pickle.len());
}
