//! The parts of a `multipart/form-data` body.
//!
//! The parser is given the whole body, which has been bounded already. Fed piece by piece it would search an
//! unfinished header again from its start with every packet, and hold the picture twice for longer.

use bytes::Bytes;
use futures_util::stream;

use super::{IMAGE, Value, Wanted};
use crate::Error;

/// Parts that are looked at.
const PARTS: usize = 64;
/// Longest text of one part, in bytes.
const TEXT: usize = 64 << 10;

/// The wanted values, in the order of the body. As in Django, a file without a name is no file: browsers
/// send one when nothing was chosen.
pub(super) async fn values(
    body: Bytes,
    boundary: &str,
    wanted: &Wanted<'_>,
) -> Result<Vec<(&'static str, Value)>, Error> {
    let whole = stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut parts = multer::Multipart::new(whole, boundary);
    let mut values = Vec::new();
    let mut seen = 0;
    while let Some(part) = parts.next_field().await.map_err(|error| broken(&error))? {
        seen += 1;
        if seen > PARTS {
            return Err(Error::Malformed(format!("The form has more than {PARTS} parts.")));
        }
        let Some(name) = part.name().and_then(|name| wanted.find(name)) else { continue };
        let file = part.file_name().map(ToOwned::to_owned);
        let bytes = content(part).await?;
        match file {
            Some(file) if file.is_empty() => {}
            Some(file) => {
                let bytes = if name == IMAGE { bytes } else { Bytes::new() };
                values.push((name, Value::File { name: file, bytes }));
            }
            None if bytes.len() > TEXT => {
                return Err(Error::Malformed(format!("The field \"{name}\" is too long.")));
            }
            None => values.push((name, Value::Text(String::from_utf8_lossy(&bytes).into_owned()))),
        }
    }
    Ok(values)
}

/// The bytes of a part: one piece, and so not copied again, because the parser has the whole body.
async fn content(mut part: multer::Field<'_>) -> Result<Bytes, Error> {
    let mut content = part.chunk().await.map_err(|error| broken(&error))?.unwrap_or_default();
    while let Some(piece) = part.chunk().await.map_err(|error| broken(&error))? {
        content = [content, piece].concat().into();
    }
    Ok(content)
}

fn broken(error: &multer::Error) -> Error {
    Error::Malformed(format!("Multipart form parse error - {error}."))
}
