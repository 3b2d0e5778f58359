//! The body of a request as named values, whatever its encoding: multipart, urlencoded or JSON.

mod multipart;

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use mime::Mime;

use crate::body;
use crate::fields::{FieldErrors, Problem};
use crate::pipeline::{Source, Ticket, Upload};
use crate::{AppState, Error};

/// The field for a picture as a file.
pub(crate) const IMAGE: &str = "image";
/// The field for the address of a picture.
pub(crate) const IMAGE_URL: &str = "image_url";

/// What a form may take beside the picture in it: boundaries, headers, other fields.
const FORM_OVERHEAD: u64 = 64 << 10;

/// Longest JSON or urlencoded body; pictures do not come in these.
const TEXT_LIMIT: u64 = 1 << 20;

/// One value of a form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// JSON `null`.
    Null,
    /// Text, or a JSON number or truth value as text.
    Text(String),
    /// A JSON list or object, where none belongs, as text.
    Nested(String),
    /// A file. Its bytes are kept only in the field [`IMAGE`].
    File {
        /// Name that the client gave it.
        name: String,
        /// Content.
        bytes: Bytes,
    },
}

/// The encodings of a body.
enum Encoding {
    Multipart { boundary: String },
    Urlencoded,
    Json,
}

/// The wanted values of a request's body, and the request's place. Of several values with one name the last
/// counts.
#[derive(Debug)]
pub(crate) struct Form {
    values: Vec<(&'static str, Value)>,
    ticket: Ticket,
}

impl Form {
    /// Reads a body: first a place and the memory for the body are reserved (429 when there is none), then
    /// it is read within the time and size limits. Only the values named in `wanted`, [`IMAGE`] and
    /// [`IMAGE_URL`] are kept. An empty body is an empty form, whatever its type.
    pub(crate) async fn read(
        state: &AppState,
        request: Request,
        wanted: &[&'static str],
    ) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let declared = body::declared_length(&parts.headers);
        if declared == Some(0) {
            let ticket = state.pipeline().admission.enter(0).await?;
            return Ok(Self { values: Vec::new(), ticket });
        }
        let encoding = Encoding::of(&parts.headers)?;
        let limit = match encoding {
            Encoding::Multipart { .. } => picture_limit(state),
            Encoding::Urlencoded | Encoding::Json => TEXT_LIMIT,
        };
        let (bytes, ticket) = read_body(state, declared, body, limit).await?;
        let wanted = Wanted(wanted);
        let values = match encoding {
            _ if bytes.is_empty() => Vec::new(),
            Encoding::Multipart { boundary } => multipart::values(bytes, &boundary, &wanted).await?,
            Encoding::Urlencoded => urlencoded(&bytes, &wanted),
            Encoding::Json => json(&bytes, &wanted)?,
        };
        Ok(Self { values, ticket })
    }

    /// Reads a body that is the picture itself, unless it is an urlencoded form of ours: `curl --data-binary`
    /// gives every body that type.
    pub(crate) async fn read_raw(
        state: &AppState,
        request: Request,
        wanted: &[&'static str],
    ) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let declared = body::declared_length(&parts.headers);
        let (bytes, ticket) = read_body(state, declared, body, picture_limit(state)).await?;
        let wanted = Wanted(wanted);
        let values = if wanted.begins(&bytes) {
            urlencoded(&bytes, &wanted)
        } else if bytes.is_empty() {
            Vec::new()
        } else {
            vec![(IMAGE, Value::File { name: String::new(), bytes })]
        };
        Ok(Self { values, ticket })
    }

    /// The last value of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.values.iter().rev().find(|(candidate, _)| *candidate == name).map(|(_, value)| value)
    }

    /// The last value of that name when it is text and not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Value::Text(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The picture in the fields [`IMAGE`] (a file) or [`IMAGE_URL`] (an address), or what is wrong with them.
    pub(crate) fn picture(&self) -> Result<Source, FieldErrors> {
        let address = self.text(IMAGE_URL).map(|address| Source::Url(address.to_owned()));
        let wrong = |field, problem| Err(FieldErrors::one(field, problem));
        match (self.get(IMAGE), address) {
            (Some(Value::File { .. }), Some(_)) => wrong(IMAGE_URL, Problem::Both),
            (Some(Value::File { bytes, .. }), None) if bytes.is_empty() => wrong(IMAGE, Problem::EmptyFile),
            (Some(Value::File { bytes, .. }), None) => Ok(Source::Bytes(bytes.clone())),
            (None | Some(Value::Null), Some(address)) => Ok(address),
            (Some(Value::Text(text)), Some(address)) if text.is_empty() => Ok(address),
            (Some(Value::Text(_) | Value::Nested(_)), _) => wrong(IMAGE, Problem::NotAFile),
            (Some(Value::Null), None) => wrong(IMAGE, Problem::Null),
            (None, None) => match self.get(IMAGE_URL) {
                Some(Value::Nested(_) | Value::File { .. }) => wrong(IMAGE_URL, Problem::NotText),
                _ => wrong(IMAGE, Problem::NoFile),
            },
        }
    }

    /// The picture with the request's place, or what is wrong with its fields.
    pub(crate) fn into_upload(self) -> Result<Upload, FieldErrors> {
        Ok(Upload { source: self.picture()?, ticket: self.ticket })
    }
}

/// Names of the values that are kept.
struct Wanted<'a>(&'a [&'static str]);

impl Wanted<'_> {
    fn find(&self, name: &str) -> Option<&'static str> {
        self.all().find(|wanted| *wanted == name)
    }

    /// Whether these bytes begin as an urlencoded form with one of the names; no picture does.
    fn begins(&self, bytes: &[u8]) -> bool {
        self.all().any(|name| bytes.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"=")))
    }

    fn all(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().copied().chain([IMAGE, IMAGE_URL])
    }
}

impl Encoding {
    fn of(headers: &HeaderMap) -> Result<Self, Error> {
        let stated = headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let stated = stated.unwrap_or_default();
        let unsupported = || Error::UnsupportedMediaType(stated.chars().take(200).collect());
        let media: Mime = stated.parse().map_err(|_| unsupported())?;
        match media.essence_str() {
            "application/json" => Ok(Self::Json),
            "application/x-www-form-urlencoded" => Ok(Self::Urlencoded),
            "multipart/form-data" => {
                let boundary = multer::parse_boundary(stated.as_ref());
                boundary.map(|boundary| Self::Multipart { boundary }).map_err(|_| {
                    Error::Malformed(
                        "Multipart form parse error - the content type names no boundary.".into(),
                    )
                })
            }
            _ => Err(unsupported()),
        }
    }
}

fn picture_limit(state: &AppState) -> u64 {
    state.config().limits.picture_bytes.saturating_add(FORM_OVERHEAD)
}

async fn read_body(
    state: &AppState,
    declared: Option<u64>,
    body: axum::body::Body,
    limit: u64,
) -> Result<(Bytes, Ticket), Error> {
    let room = body::room(declared, limit)?;
    let ticket = state.pipeline().admission.enter(room).await?;
    let bytes = body::read(body, room, limit, &state.config().timeouts).await?;
    Ok((bytes, ticket))
}

fn urlencoded(bytes: &[u8], wanted: &Wanted<'_>) -> Vec<(&'static str, Value)> {
    url::form_urlencoded::parse(bytes)
        .filter_map(|(name, value)| Some((wanted.find(&name)?, Value::Text(value.into_owned()))))
        .collect()
}

fn json(bytes: &[u8], wanted: &Wanted<'_>) -> Result<Vec<(&'static str, Value)>, Error> {
    use serde_json::Value as Json;

    let parsed: Json = serde_json::from_slice(bytes)
        .map_err(|error| Error::Malformed(format!("JSON parse error - {error}")))?;
    let problem = match parsed {
        Json::Object(object) => {
            let wanted = |(name, value): (String, Json)| {
                let value = match value {
                    Json::Null => Value::Null,
                    Json::String(text) => Value::Text(text),
                    Json::Bool(_) | Json::Number(_) => Value::Text(value.to_string()),
                    Json::Array(_) | Json::Object(_) => Value::Nested(value.to_string()),
                };
                Some((wanted.find(&name)?, value))
            };
            return Ok(object.into_iter().filter_map(wanted).collect());
        }
        Json::Null => Problem::NoData,
        Json::Array(_) => Problem::NotAnObject("list"),
        Json::String(_) => Problem::NotAnObject("str"),
        Json::Bool(_) => Problem::NotAnObject("bool"),
        Json::Number(number) if number.is_f64() => Problem::NotAnObject("float"),
        Json::Number(_) => Problem::NotAnObject("int"),
    };
    Err(FieldErrors::one(FieldErrors::NO_FIELD, problem).into())
}
