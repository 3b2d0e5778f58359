//! The body of a request as named values, whatever its encoding: multipart, urlencoded or JSON.

use axum::extract::Request;
use bytes::Bytes;

use crate::fields::FieldErrors;
use crate::pipeline::{Ticket, Upload};
use crate::{AppState, Error};

/// One value of a form.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// JSON `null`.
    Null,
    /// Text, or a JSON number or truth value as text.
    Text(String),
    /// A JSON list or object, where none belongs, as text.
    Nested(String),
    /// A file. Its bytes are kept only for the field that the form wants a picture in.
    File {
        /// Name that the client gave it.
        name: String,
        /// Content.
        bytes: Bytes,
    },
}

/// The wanted values of a request's body, and the request's place. Of several values with one name the last
/// counts.
#[derive(Debug)]
pub struct Form {
    values: Vec<(&'static str, Value)>,
    ticket: Ticket,
}

impl Form {
    /// Reads the body: first a place and the memory for the body are reserved (429 when there is none), then
    /// it is read within the time and size limits. Values of other names than `wanted` and the picture's are
    /// dropped.
    pub async fn read(_state: &AppState, _request: Request, _wanted: &[&'static str]) -> Result<Self, Error> {
        todo!()
    }

    /// The last value of that name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.iter().rev().find(|(candidate, _)| *candidate == name).map(|(_, value)| value)
    }

    /// The last value of that name when it is text and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Value::Text(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The picture in the fields `image` (a file) or `image_url` (an address), or what is wrong with them.
    pub fn into_upload(self) -> Result<Upload, FieldErrors> {
        let _ = self.ticket;
        todo!()
    }
}
