//! The page: one page to give a photo and read the answer, which also works without scripts.

mod assets;
mod language;
mod view;
mod words;

use std::time::Instant;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{CACHE_CONTROL, SET_COOKIE, VARY};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode};
use axum::middleware::from_fn;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use models::shelf;
use serde::Deserialize;

use crate::fields::{FieldErrors, Problem};
use crate::form::Form;
use crate::pipeline::{self, Answer};
use crate::pull::Pull;
use crate::{AppState, Error, catalogue};
use language::Language;
use view::{AnswerView, Card, CardState, Catalogue, Outcome, PageView, RefusalView};
use words::{Refusal, Words};

/// How many of the most likely labels are shown.
const SHOWN: usize = 5;

/// `GET /`, `POST /`, `POST /get/{name}` and `GET /assets/...`.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/", get(show).post(answer))
        .route("/get/{name}", post(fetch).layer(from_fn(catalogue::guard)))
        .route("/assets/{version}/{file}", get(assets::serve))
}

#[derive(Debug, Deserialize)]
struct Switches {
    /// A language chosen by hand.
    lang: Option<String>,
}

/// `GET /`: the form, or the catalogue when the shelf is empty.
async fn show(
    State(state): State<AppState>,
    Query(switches): Query<Switches>,
    extensions: Extensions,
    headers: HeaderMap,
) -> Response {
    let language = Language::of_visitor(switches.lang.as_deref(), &headers);
    let page = page(&state, language, catalogue::is_local(&extensions, &headers));
    let mut response = respond(StatusCode::OK, &page);
    let chosen = switches.lang.as_deref().and_then(Language::from_tag);
    if let Some(cookie) = chosen.and_then(|language| HeaderValue::from_str(&language.cookie()).ok()) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

/// `POST /`: the way of browsers without scripts. Answers with the same page and the result in it.
async fn answer(State(state): State<AppState>, request: Request) -> Response {
    let language = Language::of_visitor(None, request.headers());
    let may_pull = catalogue::is_local(request.extensions(), request.headers());
    let page = page(&state, language, may_pull);
    let began = Instant::now();

    let form = match Form::read(&state, request, &["model"]).await {
        Ok(form) => form,
        Err(error) => return refuse(page, language, &error),
    };
    let model = form.text("model").map(str::to_owned);
    let address = form.text("image_url").map(str::to_owned);
    let page = page.with_form(model.as_deref(), address.as_deref());
    match classify(&state, model.as_deref(), form).await {
        Ok(answer) => {
            let top: Vec<(String, f32)> =
                answer.top(SHOWN).into_iter().map(|guess| (guess.label, guess.probability)).collect();
            let shown = AnswerView::new(language, &top, &answer.model, began.elapsed());
            respond(StatusCode::OK, &page.with_outcome(shown.map_or(Outcome::None, Outcome::Answer)))
        }
        Err(error) => refuse(page, language, &error),
    }
}

/// `POST /get/{name}`: starts to fetch a model, the way of browsers without scripts.
async fn fetch(State(state): State<AppState>, Path(name): Path<String>) -> Response {
    if !state.puller().available().iter().any(|offer| offer.name == name) {
        return Error::NotFound.into_response();
    }
    match state.puller().start(&name) {
        Ok(()) => Redirect::to("/").into_response(),
        Err(reason) => Error::Internal(reason).into_response(),
    }
}

async fn classify(state: &AppState, model: Option<&str>, form: Form) -> Result<Answer, Error> {
    pipeline::classify(state, model, form.into_upload()?).await
}

/// The page as it opens, for this shelf and this visitor.
fn page(state: &AppState, language: Language, may_pull: bool) -> PageView {
    let mut models: Vec<String> =
        state.shelf().models().iter().map(|model| model.name().to_owned()).collect();
    if let Some(default) = state.default_model() {
        models.sort_by_key(|name| name != default.name());
    }
    let is_empty = models.is_empty();
    let page = PageView::new(language, models);
    match (is_empty, state.is_ready()) {
        (false, _) => page,
        (true, true) => page.with_catalogue(offers(state, may_pull)),
        (true, false) => page.while_loading(),
    }
}

fn offers(state: &AppState, may_pull: bool) -> Catalogue {
    let puller = state.puller();
    let statuses = state.shelf().statuses();
    let is_known = |name: &str| statuses.iter().any(|status| status.name == name);
    let cards = puller.available().into_iter().map(|offer| Card {
        state: match puller.progress(&offer.name) {
            // Fetched a moment ago, and not yet seen by the shelf.
            Some(Pull::Done) if !is_known(&offer.name) => CardState::Pulling(Some(100)),
            None | Some(Pull::Done) => CardState::Idle,
            Some(Pull::Running { done, total, .. }) => CardState::Pulling(share(done, total)),
            Some(Pull::Failed { reason }) => CardState::Failed(reason),
        },
        name: offer.name,
        about: offer.description,
        bytes: offer.bytes,
        licence: offer.licence,
    });
    let troubles = statuses.iter().filter_map(|status| match &status.state {
        shelf::State::Failed(reason) => Some(format!("{}: {reason}", status.name)),
        shelf::State::Present | shelf::State::Serving => None,
    });
    Catalogue {
        // Paths and reasons are for whoever runs the server.
        troubles: if may_pull { troubles.collect() } else { Vec::new() },
        cards: cards.collect(),
        may_pull,
        shelf: if may_pull { state.shelf().root().display().to_string() } else { String::new() },
    }
}

/// What is done, in percent.
fn share(done: u64, total: Option<u64>) -> Option<u8> {
    let total = total.filter(|total| *total > 0)?;
    u8::try_from(done.min(total).saturating_mul(100) / total).ok()
}

/// The same page, saying what was wrong, with the error's status.
fn refuse(page: PageView, language: Language, error: &Error) -> Response {
    let page = page.with_outcome(Outcome::Refusal(refusal(Words::of(language), error)));
    let mut response = respond(error.status(), &page);
    error.attach(&mut response);
    response
}

fn refusal(words: &Words, error: &Error) -> RefusalView {
    let seconds = error.retry_after().unwrap_or(1).to_string();
    let (refusal, detail): (Refusal, String) = match error {
        Error::Fields(errors) => field_refusal(words, errors),
        Error::Picture {
            source: source @ (vision::Error::TooManyBytes { .. } | vision::Error::TooManyPixels { .. }),
            ..
        } => (words.too_large, source.to_string()),
        Error::Picture { field: "image_url", source } => (words.bad_address, source.to_string()),
        Error::Picture { source, .. } => (words.bad_photo, source.to_string()),
        Error::TooLarge { .. } => (words.too_large, error.to_string()),
        Error::Throttled { .. } | Error::Busy { .. } => (words.busy, String::new()),
        other => (words.failed, other.to_string()),
    };
    RefusalView::new(refusal, detail, &[("seconds", &seconds)])
}

fn field_refusal(words: &Words, errors: &FieldErrors) -> (Refusal, String) {
    match errors.iter().next() {
        None | Some((_, Problem::NoFile | Problem::Required | Problem::NoData)) => {
            (words.nothing_given, String::new())
        }
        Some(("image_url", problem)) => (words.bad_address, problem.to_string()),
        Some(("model", problem)) => (words.bad_model, problem.to_string()),
        Some((_, problem)) => (words.bad_photo, problem.to_string()),
    }
}

fn respond(status: StatusCode, page: &PageView) -> Response {
    let html = match page.render() {
        Ok(html) => html,
        Err(error) => {
            return Error::Internal(format!("the page could not be written: {error}")).into_response();
        }
    };
    let headers = [(CACHE_CONTROL, "no-cache"), (VARY, "Accept-Language, Cookie")];
    (status, headers, Html(html)).into_response()
}
