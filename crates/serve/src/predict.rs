//! `POST /predict`: the plain way, with the picture as a form field or as the whole body.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;

use crate::answer::{Answer, TOP};
use crate::documentation::{CLASSIFY, PredictAddress, PredictForm, Refused};
use crate::fields::{FieldErrors, Problem};
use crate::form::{Form, Value};
use crate::{AppState, Error, pipeline};

const MODEL: &str = "model";
const COUNT: &str = "top";
/// Most predictions that can be asked for.
const MOST: usize = 1000;

/// Classify a picture
///
/// The picture is a form field, the whole body, or at an address. `model` and `top` can stand in the query
/// or in the form; the form counts more.
#[utoipa::path(
    post, path = "/predict", operation_id = "predict", tag = CLASSIFY,
    params(
        ("model" = Option<String>, Query, description = "Name of a model on the shelf; the default one when left out"),
        ("top" = Option<u16>, Query, description = "Number of predictions, 5 when left out", minimum = 1, maximum = 1000),
    ),
    request_body(content(
        (PredictForm = "multipart/form-data"),
        (PredictAddress = "application/json"),
        (PredictAddress = "application/x-www-form-urlencoded"),
        (Vec<u8> = "application/octet-stream"),
        (Vec<u8> = "image/*"),
    )),
    responses((status = 200, description = "The labels", body = Answer), Refused)
)]
pub(crate) async fn create(State(state): State<AppState>, request: Request) -> Result<Json<Answer>, Error> {
    let query = Query::of(request.uri().query().unwrap_or_default());
    let form = read(&state, request).await?;
    let model = text(&form, MODEL)?.or(query.model);
    let count = text(&form, COUNT)?.or(query.count);
    let count = count.map_or(Ok(TOP), |count| parse_count(&count))?;
    let upload = form.into_upload()?;
    let answer = pipeline::classify(&state, model.as_deref(), upload).await?;
    Ok(Json(Answer::new(&answer, count)))
}

/// A form where the content type says so, else the body is the picture.
async fn read(state: &AppState, request: Request) -> Result<Form, Error> {
    let media = request.headers().get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "multipart/form-data" | "application/json" => Form::read(state, request, &[MODEL, COUNT]).await,
        _ => Form::read_raw(state, request, &[MODEL, COUNT]).await,
    }
}

/// What the query of the address says; empty values are none.
#[derive(Default)]
struct Query {
    model: Option<String>,
    count: Option<String>,
}

impl Query {
    fn of(query: &str) -> Self {
        let mut found = Self::default();
        for (name, value) in
            url::form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty())
        {
            match name.as_ref() {
                MODEL => found.model = Some(value.into_owned()),
                COUNT => found.count = Some(value.into_owned()),
                _ => {}
            }
        }
        found
    }
}

/// The text of an optional field.
fn text(form: &Form, field: &'static str) -> Result<Option<String>, FieldErrors> {
    match form.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(Value::Nested(_) | Value::File { .. }) => Err(FieldErrors::one(field, Problem::NotText)),
    }
}

fn parse_count(text: &str) -> Result<usize, FieldErrors> {
    let count = text.trim().parse().ok().filter(|count| (1..=MOST).contains(count));
    count.ok_or_else(|| {
        let problem = format!("Write a whole number from 1 to {MOST}.");
        FieldErrors::one(COUNT, Problem::Other(problem))
    })
}
