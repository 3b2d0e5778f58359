//! A client that costs almost nothing, since it shares the cores with what it measures: one prepared request
//! over one kept connection.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The bytes of a v0 request with one photo.
pub(crate) fn request(photo: &[u8]) -> Vec<u8> {
    const BOUNDARY: &str = "pinhole-bench-boundary";
    let mut body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"model_type\"\r\n\r\nmobilenet\r\n\
         --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"image\"; filename=\"x.jpg\"\r\n\
         Content-Type: image/jpeg\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(photo);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    let mut request = format!(
        "POST /api/v0/inferences/ HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(&body);
    request
}

/// Asks again and again until the end; returns the seconds of each answered request.
pub(crate) async fn ask_until(end: Instant, address: SocketAddr, request: &[u8]) -> anyhow::Result<Vec<f64>> {
    let mut connection = TcpStream::connect(address).await?;
    connection.set_nodelay(true)?;
    let mut seconds = Vec::new();
    let mut buffer = Vec::with_capacity(16 << 10);
    while Instant::now() < end {
        let started = Instant::now();
        connection.write_all(request).await?;
        read_answer(&mut connection, &mut buffer).await?;
        seconds.push(started.elapsed().as_secs_f64());
    }
    Ok(seconds)
}

/// Reads one answer with a Content-Length; anything but 200 is an error.
async fn read_answer(connection: &mut TcpStream, buffer: &mut Vec<u8>) -> anyhow::Result<()> {
    buffer.clear();
    loop {
        if connection.read_buf(buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        let Some(head_end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&buffer[..head_end]).context("a head that is not text")?;
        if !head.starts_with("HTTP/1.1 200") {
            bail!("the server answered {}", head.lines().next().unwrap_or_default());
        }
        let length: usize = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(str::to_owned))
            .context("an answer without a length")?
            .trim()
            .parse()?;
        if buffer.len() >= head_end + 4 + length {
            return Ok(());
        }
    }
}
