//! Pictures given by address, and the addresses that are never fetched.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use proptest::prelude::*;
use reqwest::multipart::Form;
use serde_json::{Value, json};
use serve::config::{Config, Seconds};
use serve::remote::is_public;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::app::{RED, TestApp, V0, png, read};

/// A server that gives every request the same answer.
async fn site(address: &str, answer: impl Into<Vec<u8>>) -> SocketAddr {
    let listener = TcpListener::bind((address, 0)).await.unwrap();
    let here = listener.local_addr().unwrap();
    let answer = answer.into();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut head = [0; 4096];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(&answer).await;
            });
        }
    });
    here
}

fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn redirect(target: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nconnection: close\r\ncontent-length: 0\r\nlocation: {target}\r\n\r\n")
}

/// Lets 127.0.0.2 stand for the public internet; 127.0.0.1 stays private.
fn internet(ports: &[u16]) -> impl FnOnce(&mut Config) {
    move |config| {
        config.remote.ports = ports.to_vec();
        config.remote.allowed_private_ranges = vec!["127.0.0.2".parse().unwrap()];
    }
}

async fn ask(app: &TestApp, address: &str) -> (u16, Value) {
    let body = json!({"model_type": "colours", "image_url": address});
    read(app.post(V0).json(&body).send().await.unwrap()).await
}

fn refusal(sentence: &str) -> (u16, Value) {
    (400, json!({"image_url": [sentence]}))
}

#[tokio::test]
async fn a_picture_is_fetched_from_its_address() {
    let site = site("127.0.0.2", ok(&png(RED))).await;
    let app = TestApp::with(internet(&[site.port()])).await;
    let address = format!("http://{site}/red.png");
    assert_eq!(ask(&app, &address).await.1["label"], "red");

    let form = Form::new().text("image_url", address.clone());
    let (status, answer) = read(app.post("/predict").multipart(form).send().await.unwrap()).await;
    assert_eq!((status, &answer["label"]), (200, &json!("red")));
    let body =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("image_url", &address).finish();
    let request = app.post("/predict").header("content-type", "application/x-www-form-urlencoded").body(body);
    assert_eq!(read(request.send().await.unwrap()).await.1["label"], "red");
}

#[tokio::test]
async fn a_file_and_an_address_at_once_are_one_too_many() {
    let app = TestApp::start().await;
    let form = crate::app::form("colours", png(RED)).text("image_url", "http://example.org/");
    assert_eq!(read(app.infer(form).await).await, refusal("Send a file or an address, not both."));
}

#[tokio::test]
async fn addresses_that_are_never_fetched_are_refused_before_anything_is_sent() {
    let app = TestApp::start().await;
    for (address, sentence) in [
        ("red.png", "Enter a valid URL."),
        ("ftp://example.org/red.png", "Only http and https addresses are fetched."),
        ("file:///etc/passwd", "Only http and https addresses are fetched."),
        ("http://user:secret@example.org/", "An address with a user name or password is not fetched."),
        ("http://example.org:22/", "Port 22 is not allowed in an address."),
        ("http://127.0.0.1/", "The address does not lead to the public internet."),
        ("http://2130706433/", "The address does not lead to the public internet."),
        ("http://0x7f.1/", "The address does not lead to the public internet."),
        ("http://[::1]/", "The address does not lead to the public internet."),
        ("http://[::ffff:10.0.0.1]/", "The address does not lead to the public internet."),
        ("http://169.254.169.254/latest/meta-data/", "The address does not lead to the public internet."),
        ("http://localhost/", "The address does not lead to the public internet."),
    ] {
        assert_eq!(ask(&app, address).await, refusal(sentence), "{address}");
    }
}

#[tokio::test]
async fn a_redirect_is_followed_but_not_into_this_network() {
    let inner = site("127.0.0.1", ok(&png(RED))).await;
    let picture = site("127.0.0.2", ok(&png(RED))).await;
    let good = site("127.0.0.2", redirect(&format!("http://{picture}/"))).await;
    let bad = site("127.0.0.2", redirect(&format!("http://{inner}/"))).await;
    let named = site("127.0.0.2", redirect(&format!("http://localhost:{}/", inner.port()))).await;
    let scheme = site("127.0.0.2", redirect("file:///etc/passwd")).await;
    let ports = [inner, picture, good, bad, named, scheme].map(|site| site.port());
    let app = TestApp::with(internet(&ports)).await;
    assert_eq!(ask(&app, &format!("http://{good}/")).await.1["label"], "red");
    for site in [bad, named] {
        let expected = refusal("The address does not lead to the public internet.");
        assert_eq!(ask(&app, &format!("http://{site}/")).await, expected);
    }
    let expected = refusal("Only http and https addresses are fetched.");
    assert_eq!(ask(&app, &format!("http://{scheme}/")).await, expected);
}

#[tokio::test]
async fn redirects_in_a_circle_end() {
    let circle = site("127.0.0.2", redirect("/again")).await;
    let app = TestApp::with(internet(&[circle.port()])).await;
    let expected = refusal("The address redirects more than 3 times.");
    assert_eq!(ask(&app, &format!("http://{circle}/")).await, expected);
}

#[tokio::test]
async fn what_an_address_gives_is_bounded_in_size_and_time() {
    let declared = site("127.0.0.2", "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await;
    let endless = [b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".as_slice(), &vec![7; 20_000]].concat();
    let endless = site("127.0.0.2", endless).await;
    let silent = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let quiet = silent.local_addr().unwrap();
    let app = TestApp::with(|config| {
        internet(&[declared.port(), endless.port(), quiet.port()])(config);
        config.limits.picture_bytes = 10_000;
        config.remote.timeout = Seconds::try_from(0.3).unwrap();
    })
    .await;
    let too_large = refusal("The picture at the address is too large; at most 10000 bytes are accepted.");
    assert_eq!(ask(&app, &format!("http://{declared}/")).await, too_large);
    assert_eq!(ask(&app, &format!("http://{endless}/")).await, too_large);
    let slow = refusal("The address took too long to answer.");
    assert_eq!(ask(&app, &format!("http://{quiet}/")).await, slow);
}

#[tokio::test]
async fn what_is_not_a_picture_or_not_there_is_said() {
    let words = site("127.0.0.2", ok(b"just words")).await;
    let missing = site("127.0.0.2", "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await;
    let app = TestApp::with(internet(&[words.port(), missing.port()])).await;
    let (status, body) = ask(&app, &format!("http://{words}/")).await;
    assert_eq!(status, 400);
    assert!(body["image_url"][0].as_str().unwrap().starts_with("Upload a valid image."), "{body}");
    let expected = refusal("The address answered with status 404.");
    assert_eq!(ask(&app, &format!("http://{missing}/")).await, expected);
}

#[test]
fn only_addresses_of_the_public_internet_are_public() {
    for address in
        ["1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "64:ff9b::1.1.1.1", "::ffff:1.1.1.1"]
    {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
    for address in [
        "0.0.0.0",
        "0.1.2.3",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.0.1",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::10.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "3fff::1",
        "100::1",
        "fec0::1",
        "2606:4700::5efe:10.0.0.1",
    ] {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
}

proptest! {
    #[test]
    fn an_embedded_address_is_never_more_public_than_itself(bits: u32) {
        let inner = Ipv4Addr::from_bits(bits);
        let [a, b, c, d] = inner.octets().map(u16::from);
        let (high, low) = (a << 8 | b, c << 8 | d);
        for outer in [
            inner.to_ipv6_mapped(),
            inner.to_ipv6_compatible(),
            Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
        ] {
            prop_assert!(!is_public(IpAddr::V6(outer)) || is_public(IpAddr::V4(inner)), "{} {}", outer, inner);
        }
    }

    #[test]
    fn private_addresses_of_the_standard_library_are_never_public(bits: u32) {
        let address = Ipv4Addr::from_bits(bits);
        if address.is_private() || address.is_loopback() || address.is_link_local() || address.is_multicast()
            || address.is_broadcast() || address.is_documentation() || address.is_unspecified()
        {
            prop_assert!(!is_public(IpAddr::V4(address)));
        }
    }
}
