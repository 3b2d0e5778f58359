//! The OpenAPI document: its head, its reusable parts, and where it is read.

use std::collections::BTreeMap;

use axum::Router;
use axum::routing::get;
use serde::Serialize;
use utoipa::{IntoResponses, OpenApi, ToSchema};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::AppState;

/// The routes that classify.
pub(crate) const CLASSIFY: &str = "classify";
/// The routes that tell how the server is.
pub(crate) const PROBES: &str = "probes";
/// The routes about further models.
pub(crate) const CATALOGUE: &str = "catalogue";

/// The head of the document; the paths come from the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Pinhole",
        description = "Sends a picture to an image model and gives its answer.\n\nEvery answer carries \
                       `x-request-id` (also as `request_id`). A picture can be JPEG, PNG, WebP, GIF, BMP or \
                       TIFF; EXIF orientation is applied and transparency is put on white.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = CLASSIFY, description = "A picture goes in, labels come out"),
        (name = PROBES, description = "How the server is"),
        (name = CATALOGUE, description = "Models that can be pulled; only for clients on the same machine"),
    )
)]
pub(crate) struct Head;

/// What is wrong, by field; `non_field_errors` when it belongs to none.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"image": ["No file was submitted."]}))]
pub(crate) struct FieldProblems(BTreeMap<String, Vec<String>>);

/// What is wrong.
#[derive(Serialize, ToSchema)]
pub(crate) struct Detail {
    detail: String,
}

/// What is wrong with a request.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what `Error::body` builds")]
pub(crate) enum BadRequest {
    /// Fields are missing or wrong.
    Fields(FieldProblems),
    /// The request cannot be understood.
    Detail(Detail),
}

/// How a request with a body can be refused; see [`crate::Error`].
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes what `Error` answers")]
pub(crate) enum Refused {
    /// Something in the request is wrong
    #[response(status = 400)]
    BadRequest(#[to_schema] BadRequest),
    /// The body came too slowly
    #[response(status = 408)]
    SlowUpload(#[to_schema] Detail),
    /// The body is too large
    #[response(status = 413)]
    TooLarge(#[to_schema] Detail),
    /// The client asks too often, or the server is full; `Retry-After` says when to ask again
    #[response(status = 429)]
    Busy(#[to_schema] Detail),
    /// The model or the server failed
    #[response(status = 500)]
    Failed(#[to_schema] Detail),
    /// There is no model yet, or the answer took too long
    #[response(status = 503)]
    Unavailable(#[to_schema] Detail),
}

/// A picture and a model, as a form.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `Form` reads")]
pub(crate) struct InferenceForm {
    /// Name of a model on the shelf.
    model_type: String,
    /// The picture as a file. Either this or `image_url` is needed.
    #[schema(value_type = Option<String>, format = Binary)]
    image: Option<Vec<u8>>,
    /// The http or https address of a picture, instead of `image`.
    #[schema(format = "uri")]
    image_url: Option<String>,
}

/// The address of a picture and a model.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `Form` reads")]
pub(crate) struct InferenceAddress {
    /// Name of a model on the shelf.
    model_type: String,
    /// The http or https address of a picture.
    #[schema(format = "uri")]
    image_url: String,
}

/// A picture, as a form.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `Form` reads")]
pub(crate) struct PredictForm {
    /// The picture as a file. Either this or `image_url` is needed.
    #[schema(value_type = Option<String>, format = Binary)]
    image: Option<Vec<u8>>,
    /// The http or https address of a picture, instead of `image`.
    #[schema(format = "uri")]
    image_url: Option<String>,
    /// Name of a model on the shelf; the default one when left out.
    model: Option<String>,
    /// Number of predictions, 5 when left out.
    #[schema(minimum = 1, maximum = 1000)]
    top: Option<u16>,
}

/// The address of a picture.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `Form` reads")]
pub(crate) struct PredictAddress {
    /// The http or https address of a picture.
    #[schema(format = "uri")]
    image_url: String,
    /// Name of a model on the shelf; the default one when left out.
    model: Option<String>,
    /// Number of predictions, 5 when left out.
    #[schema(minimum = 1, maximum = 1000)]
    top: Option<u16>,
}

/// `/openapi.json`, `/docs.json` and Swagger UI at `/docs/`.
pub(crate) fn router(document: &utoipa::openapi::OpenApi) -> Router<AppState> {
    // Serialised once; a clone of `Bytes` only counts up.
    let json = bytes::Bytes::from(serde_json::to_vec(document).unwrap_or_default());
    let read = get(move || async move { ([("content-type", "application/json")], json) });
    // The validator would send the document's address to another site.
    let swagger = SwaggerUi::new("/docs").config(Config::from("/openapi.json").validator_url("none"));
    Router::new().route("/openapi.json", read.clone()).route("/docs.json", read).merge(Router::from(swagger))
}
