//! Whether a page of this service's own sent a request, by a token that other pages cannot know
//! (docs/contracts/accounts.md#csrf-tokens; security rule S8).

use http::HeaderValue;

use super::body::Fields;
use super::cookie::{self, CSRF_TOKEN_LASTS, Cookie};
use super::json::Value;
use super::request::Request;
use crate::app::App;
use crate::domain::csrf_token::{self, Binding, CsrfSecret, Letters, NONCE_LENGTH, SECRET_LENGTH};
use crate::secret::Purpose;

/// The field that carries the token; it goes before the header.
const FIELD: &str = "csrfmiddlewaretoken";

/// The header that carries it where the field is absent or empty.
const HEADER: &str = "x-csrftoken";

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsrfFault {
    /// The CSRF cookie is missing.
    NoCookie,
    /// The token is missing, forged, or of another browser or session.
    Token,
}

/// A token as `get_token` hands it out.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The token for the page.
    pub token: String,
    /// The cookie it fits.
    pub cookie: HeaderValue,
}

/// Checks a request that changes something. Its token must be bound to one of the given things; the
/// answer is to which.
pub fn check<'a>(
    app: &App,
    request: &Request,
    fields: &Fields,
    bindings: &[Binding<'a>],
) -> Result<Binding<'a>, CsrfFault> {
    let submitted = submitted(request, fields);
    let mut fault = CsrfFault::NoCookie;
    for cookie in presented(request) {
        let bound = csrf_token::pair(cookie, submitted)
            .and_then(|secret| bindings.iter().find(|binding| is_bound(app, &secret, **binding)));
        match bound {
            Some(binding) => return Ok(*binding),
            None => fault = CsrfFault::Token,
        }
    }
    Err(fault)
}

/// A token for the browser, newly masked; of the secret it has, if that is good for this binding and
/// will be for long. One from before a rotation of the server's secret is still accepted, but no longer
/// handed out.
#[must_use]
pub fn issue(app: &App, request: &Request, binding: Binding<'_>) -> Issued {
    let is_good = |secret: &CsrfSecret| secret.has_code(&signature(app, &secret.derivation(binding)));
    let kept = presented(request).filter_map(CsrfSecret::presented).find(is_good);
    let secret = kept.unwrap_or_else(|| fresh(app, binding));
    Issued { token: mask(app, &secret), cookie: cookie(app, &secret) }
}

/// The cookie of a new secret: every token of the one before is dead.
#[must_use]
pub fn renew(app: &App, binding: Binding<'_>) -> HeaderValue {
    cookie(app, &fresh(app, binding))
}

/// What the browser holds under the token's name: ours, and what another server of the domain left there.
fn presented(request: &Request) -> impl Iterator<Item = &str> {
    // It has one name, whatever protection cookies have.
    cookie::values(request, Cookie::CsrfToken.name(false))
}

/// The token of the body; the header counts only where the body has none. Never of the query, which
/// ends up in logs.
fn submitted<'a>(request: &'a Request, fields: &'a Fields) -> Option<&'a str> {
    let header = || std::str::from_utf8(request.sole_value(HEADER).ok()??).ok();
    match fields.get(FIELD) {
        None | Some(Value::Null) => header(),
        Some(Value::Text(text)) if text.is_empty() => header(),
        Some(Value::Text(text)) => Some(text),
        Some(Value::Bool | Value::Number(_) | Value::List(_) | Value::Object) => None,
    }
}

fn is_bound(app: &App, secret: &CsrfSecret, binding: Binding<'_>) -> bool {
    let message = secret.derivation(binding);
    app.secret.accepted_codes(Purpose::CsrfToken, &message).any(|code| secret.has_code(&code))
}

fn fresh(app: &App, binding: Binding<'_>) -> CsrfSecret {
    let nonce = letters::<NONCE_LENGTH>(app);
    CsrfSecret::new(nonce, &signature(app, &csrf_token::derivation(binding, nonce)))
}

fn signature(app: &App, message: &[u8]) -> [u8; 16] {
    app.secret.code(Purpose::CsrfToken, message)
}

fn mask(app: &App, secret: &CsrfSecret) -> String {
    secret.masked(letters::<SECRET_LENGTH>(app))
}

fn cookie(app: &App, secret: &CsrfSecret) -> HeaderValue {
    let (secure, now) = (app.config.secure_cookies, app.clock.now());
    Cookie::CsrfToken.set(secure, &mask(app, secret), now, CSRF_TOKEN_LASTS)
}

fn letters<const N: usize>(app: &App) -> Letters<N> {
    Letters::read(&app.entropy.alphanumeric(N)).expect("an alphanumeric text has its length and letters")
}
