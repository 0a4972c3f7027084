//! The page on which a developer reads the OpenAPI document and tries what it describes, and the document
//! itself. The viewer is Swagger UI, out of a crate: nothing is fetched from the network.

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::middleware;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use data_encoding::BASE64;
use sha2::{Digest, Sha256};
use swagger_ui_dist::{ApiDefinition, OpenApiSource};

use crate::openapi;

/// The document.
const DOCUMENT: &str = "/_local/openapi.json";

/// Where the viewer's own files are.
const VIEWER: &str = "/_local/openapi/viewer";

const SCRIPT: &str = include_str!("openapi_page/script.js");
const MARKUP: &str = include_str!("openapi_page/page.html");

/// `GET /_local/openapi/` and `GET /_local/openapi.json`, to be merged into the router that serves the
/// account APIs.
pub fn router() -> Router {
    let page = MARKUP.replace("/*script*/", SCRIPT);
    let viewer = ApiDefinition {
        uri_prefix: VIEWER,
        api_definition: OpenApiSource::Uri(DOCUMENT),
        title: Some("Tigertally"),
    };
    let page = get(move || async move { ([(CONTENT_TYPE, "text/html; charset=utf-8")], page.clone()) });
    let document =
        get(|| async { ([(CONTENT_TYPE, "application/json; charset=utf-8")], openapi::document()) });
    Router::new()
        .route("/_local/openapi", get(|| async { Redirect::temporary("/_local/openapi/") }))
        .route("/_local/openapi/", page)
        .route(DOCUMENT, document)
        .merge(swagger_ui_dist::generate_routes(viewer))
        .layer(middleware::map_response(guard))
}

/// Only the page's own script and the viewer's may run, and they may ask nobody but this service.
async fn guard(response: Response) -> Response {
    let hash = BASE64.encode(&Sha256::digest(SCRIPT));
    let policy = format!(
        "default-src 'none'; script-src 'self' 'sha256-{hash}'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    let policy = HeaderValue::from_str(&policy).expect("the policy is ASCII");
    ([(CONTENT_SECURITY_POLICY, policy)], response).into_response()
}
