//! The pages of Python package indexes, in JSON (PEP 691) or HTML (PEP 503).

use std::io::Read;

use reqwest::blocking::Client;
use serde::Deserialize;
use url::Url;

use super::{client, failed};
use crate::Error;

/// Pages of packages with many versions have a few megabytes.
const LARGEST_PAGE: u64 = 32 << 20;

const ACCEPT: &str =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

/// A file that an index lists.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) address: Url,
    pub(super) sha256: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    files: Vec<FileOnPage>,
}

#[derive(Deserialize)]
struct FileOnPage {
    filename: String,
    url: String,
    #[serde(default)]
    hashes: std::collections::BTreeMap<String, String>,
}

/// The page of a package below an index's address.
pub(super) fn page(index: &Url, package: &str) -> Url {
    let mut page = index.clone();
    let path = format!("{}/{}/", index.path().trim_end_matches('/'), normalized(package));
    page.set_path(&path);
    page
}

/// The source archive of a version on a page.
pub(super) fn find_source(
    client: &Client,
    page: &Url,
    package: &str,
    version: &str,
    what: &str,
) -> Result<Listed, Error> {
    client::check_address(page, what)?;
    let response = client
        .get(page.clone())
        .header("Accept", ACCEPT)
        .send()
        .map_err(|error| failed(what, client::reason(&error)))?;
    if !response.status().is_success() {
        return Err(failed(what, format!("pip's index answered {}", response.status())));
    }
    let base = response.url().clone();
    let mut text = String::new();
    response
        .take(LARGEST_PAGE)
        .read_to_string(&mut text)
        .map_err(|error| failed(what, format!("pip's index broke off: {error}")))?;
    let files = listed(&text, &base);
    let wanted = format!("-{version}.tar.gz");
    files
        .into_iter()
        .find(|file| {
            file.name.strip_suffix(&wanted).is_some_and(|name| normalized(name) == normalized(package))
        })
        .ok_or_else(|| failed(what, "pip's index has no source archive of this version"))
}

/// All files on a page; what cannot be understood is left out.
fn listed(text: &str, base: &Url) -> Vec<Listed> {
    if let Ok(page) = serde_json::from_str::<Page>(text) {
        let files = page.files.into_iter().filter(|file| is_file_name(&file.filename));
        return files
            .filter_map(|file| {
                let address = base.join(&file.url).ok()?;
                Some(Listed { name: file.filename, address, sha256: file.hashes.get("sha256").cloned() })
            })
            .collect();
    }
    anchors(text)
        .filter_map(|address| {
            let mut address = base.join(&address).ok()?;
            let sha256 =
                address.fragment().and_then(|fragment| fragment.strip_prefix("sha256=")).map(str::to_owned);
            address.set_fragment(None);
            let name = address.path_segments()?.next_back()?.to_owned();
            is_file_name(&name).then_some(Listed { name, address, sha256 })
        })
        .collect()
}

/// A name that stays in its folder.
fn is_file_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-+!".contains(c))
}

/// The addresses of all links of an HTML page.
fn anchors(html: &str) -> impl Iterator<Item = String> {
    html.split("<a ").skip(1).filter_map(|anchor| {
        let tag = &anchor[..anchor.find('>')?];
        let value = tag[tag.find("href=")? + 5..].trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let end = value[1..].find(quote)? + 1;
        Some(value[1..end].replace("&amp;", "&"))
    })
}

/// A package's name as indexes compare it (PEP 503): lower case, runs of `-_.` as one `-`.
fn normalized(name: &str) -> String {
    let parts: Vec<String> =
        name.split(['-', '_', '.']).filter(|part| !part.is_empty()).map(str::to_ascii_lowercase).collect();
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTML: &str = r#"<!DOCTYPE html><html><body><h1>Links</h1>
        <a href="../../files/Some_Package-1.0.tar.gz#sha256=0123abcd" data-requires-python="&gt;=3">x</a><br/>
        <a data-x="1" href='/files/some_package-1.0-py3-none-any.whl'>y</a>
        <a href="../../files/..%2fsome-package-1.0.tar.gz">z</a></body></html>"#;

    const JSON: &str = r#"{"meta": {"api-version": "1.1"}, "name": "some-package", "files": [
        {"filename": "some-package-1.0.tar.gz", "url": "/files/a.tar.gz", "hashes": {"sha256": "0123abcd"}},
        {"filename": "../some-package-1.0.tar.gz", "url": "/files/b.tar.gz"}]}"#;

    #[test]
    fn html_and_json_pages_list_their_files() {
        let base = Url::parse("https://index.example/simple/some-package/").unwrap();
        let lines: Vec<String> = [HTML, JSON]
            .iter()
            .flat_map(|page| listed(page, &base))
            .map(|file| format!("{} {} {:?}", file.name, file.address, file.sha256))
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn a_package_page_lies_below_the_index() {
        for index in ["https://index.example/simple", "https://index.example/simple/"] {
            let page = page(&Url::parse(index).unwrap(), "Some_Package.x");
            assert_eq!(page.as_str(), "https://index.example/simple/some-package-x/");
        }
    }
}
