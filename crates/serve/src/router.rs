//! Every route of the server, and what is done to requests on their way in and answers on their way out.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use crate::{AppState, Error, catalogue, documentation, feedback, health, inferences, layers, measurements};
use crate::{page, predict};

/// The whole server as one router.
pub fn router(state: AppState) -> Router {
    let (documented, document) = documented(&state).split_for_parts();
    documented
        .merge(limited(page::router(), &state))
        .merge(documentation::router(&document))
        .merge(inferences::slash())
        .fallback(async || Error::NotFound)
        .method_not_allowed_fallback(async |request: Request| {
            Error::MethodNotAllowed(request.method().clone())
        })
        // Bodies are bounded where they are read, by what has been reserved for them.
        .layer(DefaultBodyLimit::disable())
        // The last layer is the outermost.
        .layer(from_fn(layers::drain))
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(from_fn_with_state(state.clone(), layers::cors))
        .layer(from_fn(layers::security))
        .layer(from_fn(layers::log))
        .with_state(state)
}

/// The OpenAPI document, from the same routes as the server.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let routes = routes_without_layers();
    [routes.inferences, routes.doors, routes.probes, routes.catalogue]
        .into_iter()
        .fold(OpenApiRouter::with_openapi(documentation::Head::openapi()), OpenApiRouter::merge)
        .into_openapi()
}

/// The documented routes by what is done to their requests.
struct Routes {
    inferences: OpenApiRouter<AppState>,
    doors: OpenApiRouter<AppState>,
    probes: OpenApiRouter<AppState>,
    catalogue: OpenApiRouter<AppState>,
}

fn routes_without_layers() -> Routes {
    Routes {
        inferences: OpenApiRouter::new()
            .routes(with_every_method(routes!(inferences::create, inferences::describe))),
        doors: OpenApiRouter::new().routes(routes!(predict::create)).routes(routes!(feedback::create)),
        probes: OpenApiRouter::new()
            .routes(routes!(health::live))
            .routes(routes!(health::ready))
            .routes(routes!(measurements::read)),
        catalogue: OpenApiRouter::new().routes(routes!(catalogue::list)).routes(routes!(catalogue::pull)),
    }
}

/// Lets a route's own layers see requests with other methods, too; they refuse those in their own way.
fn with_every_method(
    (schemas, paths, methods): UtoipaMethodRouter<AppState>,
) -> UtoipaMethodRouter<AppState> {
    let refuse = async |request: Request| Error::MethodNotAllowed(request.method().clone());
    (schemas, paths, methods.fallback(refuse))
}

fn documented(state: &AppState) -> OpenApiRouter<AppState> {
    let Routes { inferences, doors, probes, catalogue } = routes_without_layers();
    let contract = from_fn_with_state(state.clone(), inferences::contract);
    OpenApiRouter::with_openapi(documentation::Head::openapi())
        .merge(limited_documented(inferences, state).layer(contract))
        .merge(limited_documented(doors, state))
        .merge(probes)
        .merge(limited_documented(catalogue.layer(from_fn(catalogue::guard)), state))
}

/// Bounds how often a client may ask and how long a request may take.
fn limited(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    router
        .layer(from_fn_with_state(state.clone(), layers::time_limit))
        .layer(from_fn_with_state(state.clone(), layers::rate))
}

/// The same for documented routes.
fn limited_documented(router: OpenApiRouter<AppState>, state: &AppState) -> OpenApiRouter<AppState> {
    router
        .layer(from_fn_with_state(state.clone(), layers::time_limit))
        .layer(from_fn_with_state(state.clone(), layers::rate))
}
