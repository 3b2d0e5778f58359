//! `POST /feedback`: what people say about answers, kept as lines of JSON.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use crate::config::Config;
use crate::documentation::{CLASSIFY, Detail};
use crate::{AppState, Error, body};

/// Longest feedback, in bytes.
const LIMIT: u64 = 64 << 10;
/// The field that says which answer is meant.
const REQUEST_ID: &str = "request_id";

/// Where feedback is written: `feedback.jsonl` in the data folder, one line each, on the disk before the
/// client hears of success.
pub(crate) struct Journal {
    path: PathBuf,
    largest: u64,
    file: Arc<Mutex<Option<File>>>,
}

impl Journal {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            path: config.data_dir.join("feedback.jsonl"),
            largest: config.limits.feedback_bytes,
            file: Arc::default(),
        }
    }

    /// Adds a line; `false` when the file has grown to its limit.
    async fn append(&self, line: &Value) -> io::Result<bool> {
        let mut line = serde_json::to_vec(line)?;
        line.push(b'\n');
        let mut file = Arc::clone(&self.file).lock_owned().await;
        let (path, largest) = (self.path.clone(), self.largest);
        let written = tokio::task::spawn_blocking(move || {
            let opened = match file.take() {
                Some(opened) => opened,
                None => open(&path)?,
            };
            let fits = opened.metadata()?.len().saturating_add(line.len() as u64) <= largest;
            if fits {
                // A file that failed half-way is opened anew by the next line, which then ends the broken one.
                (&opened).write_all(&line)?;
                opened.sync_data()?;
            }
            *file = Some(opened);
            Ok(fits)
        });
        written.await.map_err(io::Error::other)?
    }
}

/// Opens or creates the file for appending, and ends a line that was cut off.
fn open(path: &Path) -> io::Result<File> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
    File::open(folder)?.sync_all()?;
    if file.metadata()?.len() > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}

/// Why feedback was refused, in the words that clients know.
#[derive(Debug, Clone, Copy, thiserror::Error)]
enum Refusal {
    #[error("Incorrect content format, require JSON")]
    NotJson,
    #[error("Missing request id")]
    NoRequestId,
    #[error("Missing feedback data")]
    NoData,
}

/// Say something about an answer
///
/// The JSON object names the answer by its `request_id` header and carries anything else beside it.
#[utoipa::path(
    post, path = "/feedback", operation_id = "give_feedback", tag = CLASSIFY,
    request_body(content = Map<String, Value>, example = json!({"request_id": "0192f0c1-...", "label": "tabby cat"})),
    responses(
        (status = 200, description = "`success`: it is on the disk", body = String, content_type = "text/plain"),
        (status = 400, description = "What is missing", content(
            (String = "text/plain"), (Detail = "application/json"))),
        (status = 408, description = "The body came too slowly", body = Detail),
        (status = 413, description = "The body is too large", body = Detail),
        (status = 429, description = "The client asks too often, or the server is full; `Retry-After` says when to ask again", body = Detail),
        (status = 500, description = "The disk failed", body = Detail),
        (status = 503, description = "The file of feedback is full", body = Detail),
    )
)]
pub(crate) async fn create(State(state): State<AppState>, request: Request) -> Result<Response, Error> {
    let (parts, body) = request.into_parts();
    let room = body::room(body::declared_length(&parts.headers), LIMIT)?;
    let _ticket = state.pipeline().admission.enter(room).await?;
    let json = parts.headers.get(header::CONTENT_TYPE).is_some_and(is_json);
    let bytes = body::read(body, room, LIMIT, &state.config().timeouts).await?;
    let feedback = match parse(json, &bytes) {
        Ok(feedback) => feedback,
        Err(refusal) => return Ok((StatusCode::BAD_REQUEST, refusal.to_string()).into_response()),
    };
    let received = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let line = json!({ "received": received, "feedback": feedback });
    match state.journal().append(&line).await {
        Ok(true) => Ok("success".into_response()),
        Ok(false) => Err(Error::Full),
        Err(error) => Err(Error::Internal(format!("feedback could not be written: {error}"))),
    }
}

fn is_json(media: &header::HeaderValue) -> bool {
    let essence = media.as_bytes().split(|&byte| byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

fn parse(json: bool, bytes: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let value = if json { serde_json::from_slice(bytes).ok() } else { None };
    match value.ok_or(Refusal::NotJson)? {
        Value::Object(feedback) if !feedback.contains_key(REQUEST_ID) => Err(Refusal::NoRequestId),
        Value::Object(feedback) if feedback.len() < 2 => Err(Refusal::NoData),
        Value::Object(feedback) => Ok(feedback),
        _ => Err(Refusal::NotJson),
    }
}
