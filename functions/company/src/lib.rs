//! The group company: `/users/*`, as company customers' pages call it (docs/contracts/company.md).

mod bookings;
mod codes;
mod contacts;
mod customer;
#[cfg(feature = "openapi")]
mod describing;
mod dialect;
mod envelope;
mod form;
mod link_page;
mod mailed_link;
#[cfg(feature = "openapi")]
pub mod openapi;
mod passwords;
mod phones;
mod registration;
mod sessions;
mod weixin;
mod words;

use axum::Router;
use tally::app::App;
use tally::http::endpoint::Endpoint;

use dialect::Company;
use words::Failure;

/// The paths that belong to this group: everything below each of them, in `template.yaml` and on
/// every host.
pub const PREFIXES: [&str; 1] = ["/users/"];

/// The group's router.
pub fn router(app: App) -> Router {
    tally::http::router::<Company>(app, ENDPOINTS)
}

/// The paths of the group's endpoints, each with its final slash.
pub fn paths() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.iter().map(|endpoint| endpoint.path)
}

/// The group's endpoints. A cookie that opens nothing is a stranger's, so it is refused only where
/// strangers are.
///
/// Every POST but the one behind the mailed link, which is a form's, reads its body by
/// [`form::read`] or [`form::fields`], which take JSON only.
const ENDPOINTS: &[Endpoint<Failure>] = &[
    registration::REGISTER,
    sessions::LOGIN,
    sessions::LOGOUT,
    codes::SEND,
    codes::CHECK,
    phones::CHANGE,
    passwords::RESET,
    passwords::CHANGE,
    customer::CHANGE_PERSON,
    customer::CHANGE_FIRM,
    customer::CHANGE_RECEIVING,
    customer::SHOW,
    contacts::IS_BOUND,
    contacts::RESEND,
    mailed_link::ENDPOINT,
    contacts::SEND_CODE,
    contacts::CHANGE,
    weixin::IS_BOUND,
    weixin::BIND,
    weixin::UNBIND,
    bookings::BOOK,
];
