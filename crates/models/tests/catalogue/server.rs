//! A small HTTP server whose answers each test chooses.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub(crate) struct Request {
    pub(crate) path: String,
    /// First byte asked for, when a range was.
    pub(crate) from: Option<usize>,
    /// How many requests came before.
    pub(crate) earlier: usize,
}

#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) status: &'static str,
    pub(crate) headers: Vec<String>,
    pub(crate) body: Vec<u8>,
    /// Close the connection after so many bytes of the body.
    pub(crate) cut: Option<usize>,
}

impl Answer {
    pub(crate) fn status(status: &'static str) -> Self {
        Self { status, ..Self::default() }
    }

    /// The file as a server gives it that knows ranges.
    pub(crate) fn file(request: &Request, content: &[u8]) -> Self {
        match request.from {
            Some(from) if from < content.len() => Self {
                status: "206 Partial Content",
                headers: vec![format!("Content-Range: bytes {from}-{}/{}", content.len() - 1, content.len())],
                body: content[from..].to_vec(),
                cut: None,
            },
            Some(_) => Self::status("416 Range Not Satisfiable"),
            None => Self { status: "200 OK", body: content.to_vec(), ..Self::default() },
        }
    }
}

/// Path and first byte of each request so far.
type Requests = Arc<Mutex<Vec<(String, Option<usize>)>>>;

pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) requests: Requests,
}

impl Server {
    pub(crate) fn start(answer: impl Fn(&Request) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Requests::default();
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                // A client that goes away in the middle is part of the tests.
                let _ = serve(connection, &seen, &answer);
            }
        });
        Self { address, requests }
    }
}

fn serve(connection: TcpStream, seen: &Requests, answer: &dyn Fn(&Request) -> Answer) -> std::io::Result<()> {
    let mut lines = BufReader::new(connection.try_clone()?).lines();
    let path = lines.next().unwrap()?.split(' ').nth(1).unwrap().to_owned();
    let mut from = None;
    for line in lines {
        let line = line?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(range) = line.strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().ok();
        }
    }
    let earlier = {
        let mut seen = seen.lock().unwrap();
        seen.push((path.clone(), from));
        seen.len() - 1
    };
    let answer = answer(&Request { path, from, earlier });
    let mut connection = connection;
    let mut headers = answer.headers.join("\r\n");
    if !headers.is_empty() {
        headers.push_str("\r\n");
    }
    let length = answer.body.len();
    write!(
        connection,
        "HTTP/1.1 {}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n",
        answer.status
    )?;
    connection.write_all(&answer.body[..answer.cut.unwrap_or(length)])?;
    connection.flush()?;
    connection.shutdown(Shutdown::Both)
}
