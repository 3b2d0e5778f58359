//! `/api/v0/inferences/`: a picture and a model go in, the label comes out in the same answer.
//!
//! The names, messages and headers are those of the service that existing clients were written for.

mod negotiation;
mod options;
mod sheet;

use axum::extract::{Request, State};
use axum::http::header::{ALLOW, LOCATION, VARY};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, Router};
use serde::Serialize;

use self::negotiation::Renderer;
use self::options::Description;
use crate::answer::{Answer, TOP};
use crate::documentation::{BadRequest, CLASSIFY, Detail, InferenceAddress, InferenceForm};
use crate::fields::{FieldErrors, Problem};
use crate::form::{Form, Value};
use crate::pipeline::{self, Upload};
use crate::{AppState, Error};

/// The field that names the model.
const MODEL_TYPE: &str = "model_type";
/// What `Allow` says on every answer of this route.
const METHODS: HeaderValue = HeaderValue::from_static("POST, OPTIONS");

/// Classify a picture
///
/// Names the model, sends the picture as a file (or its address) and gets the label.
#[utoipa::path(
    post, path = "/api/v0/inferences/", operation_id = "infer", tag = CLASSIFY,
    request_body(content(
        (InferenceForm = "multipart/form-data"),
        (InferenceAddress = "application/x-www-form-urlencoded"),
        (InferenceAddress = "application/json"),
    )),
    responses(
        (status = 200, description = "The label", content(
            (Answer = "application/json"), (String = "text/html"))),
        (status = 400, description = "Something in the request is wrong", content(
            (BadRequest = "application/json"), (String = "text/html"))),
        (status = 406, description = "Only JSON and HTML can be given", body = Detail),
        (status = 408, description = "The body came too slowly", content(
            (Detail = "application/json"), (String = "text/html"))),
        (status = 413, description = "The body is too large", content(
            (Detail = "application/json"), (String = "text/html"))),
        (status = 415, description = "The body is of a type that is not read", content(
            (Detail = "application/json"), (String = "text/html"))),
        (status = 429, description = "The client asks too often, or the server is full; `Retry-After` says when to ask again", content(
            (Detail = "application/json"), (String = "text/html"))),
        (status = 500, description = "The model or the server failed", content(
            (Detail = "application/json"), (String = "text/html"))),
        (status = 503, description = "The answer took too long", content(
            (Detail = "application/json"), (String = "text/html"))),
    )
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    Extension(renderer): Extension<Renderer>,
    request: Request,
) -> Response {
    let models = names(&state);
    render(renderer, infer(&state, &models, request).await, &models)
}

/// Describe the route
///
/// Its media types and fields; the choices of `model_type` are the models on the shelf.
#[utoipa::path(
    options, path = "/api/v0/inferences/", operation_id = "describe_inferences", tag = CLASSIFY,
    responses(
        (status = 200, description = "Name, media types and fields", content(
            (Description = "application/json"), (String = "text/html"))),
        (status = 406, description = "Only JSON and HTML can be given", body = Detail),
        (status = 429, description = "The client asks too often", body = Detail),
    )
)]
pub(crate) async fn describe(
    State(state): State<AppState>,
    Extension(renderer): Extension<Renderer>,
) -> Response {
    let models = names(&state);
    render(renderer, Ok(Description::v0(models.clone())), &models)
}

/// What every answer of the route has in common: the media type is settled before anything is read, other
/// methods are refused, and the headers say what there is.
pub(crate) async fn contract(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let mut response = match Renderer::choose(request.headers()) {
        Err(refused) => refused.into_response(),
        Ok(renderer) if [Method::POST, Method::OPTIONS].contains(request.method()) => {
            request.extensions_mut().insert(renderer);
            next.run(request).await
        }
        Ok(renderer) => {
            let refused = Error::MethodNotAllowed(request.method().clone());
            render::<Answer>(renderer, Err(refused), &names(&state))
        }
    };
    response.headers_mut().insert(ALLOW, METHODS);
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
    response
}

/// Sends whoever forgot the slash to the path with it.
pub(crate) fn slash<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route(
        "/api/v0/inferences",
        axum::routing::any(async |request: Request| {
            let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
            let target = format!("/api/v0/inferences/{query}");
            (StatusCode::MOVED_PERMANENTLY, [(LOCATION, target)]).into_response()
        }),
    )
}

async fn infer(state: &AppState, models: &[String], request: Request) -> Result<Answer, Error> {
    let form = Form::read(state, request, &[MODEL_TYPE]).await?;
    let (model, upload) = validate(form, models)?;
    let answer = pipeline::classify(state, Some(&model), upload).await.map_err(word)?;
    Ok(Answer::new(&answer, TOP))
}

/// The model and the picture, or everything that is wrong with the form.
fn validate(form: Form, models: &[String]) -> Result<(String, Upload), FieldErrors> {
    let mut errors = FieldErrors::default();
    let name = match form.get(MODEL_TYPE) {
        None => Err(Problem::Required),
        Some(Value::Null) => Err(Problem::Null),
        Some(Value::Text(name)) if models.contains(name) => Ok(name.clone()),
        Some(Value::Text(name) | Value::Nested(name) | Value::File { name, .. }) => {
            Err(Problem::NotAChoice(name.clone()))
        }
    };
    let name = name.map_err(|problem| errors.push(MODEL_TYPE, problem));
    let upload = form.into_upload().map_err(|wrong| errors.extend(wrong));
    match (name, upload) {
        (Ok(name), Ok(upload)) => Ok((name, upload)),
        _ => Err(errors),
    }
}

/// A picture that cannot be read, in the words that clients of this route know.
fn word(error: Error) -> Error {
    let Error::Picture { field, source } = error else { return error };
    let problem = match source {
        vision::Error::Empty => Problem::EmptyFile,
        vision::Error::UnknownFormat { .. } | vision::Error::Damaged { .. } => Problem::NotAPicture,
        other => Problem::Other(other.to_string()),
    };
    FieldErrors::one(field, problem).into()
}

/// Names of the models that answer.
fn names(state: &AppState) -> Vec<String> {
    state.shelf().models().iter().map(|model| model.name().to_owned()).collect()
}

fn render<T: Serialize>(renderer: Renderer, result: Result<T, Error>, models: &[String]) -> Response {
    match (renderer, result) {
        (Renderer::Json, Ok(answer)) => Json(answer).into_response(),
        (Renderer::Json, Err(error)) => error.into_response(),
        (Renderer::Html, Ok(answer)) => sheet::response(&answer, StatusCode::OK, models),
        (Renderer::Html, Err(error)) => {
            let mut response = sheet::response(&error.body(), error.status(), models);
            error.attach(&mut response);
            response
        }
    }
}
