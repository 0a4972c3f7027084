//! The session cookie, for every group whose sessions travel in it.

use std::time::Duration;

use http::{HeaderName, HeaderValue};

use super::answer::Answer;
use super::cookie::{self, Cookie, DEVICE_LASTS};
use super::csrf;
use super::request::Request;
use crate::app::App;
use crate::domain::asker::Device;
use crate::domain::csrf_token::Binding;
use crate::domain::session::SessionToken;

/// How long it lasts: two weeks, not sliding (rest-auth.md, section 6; accounts.md, section 3).
pub const LASTS: Duration = Duration::from_hours(14 * 24);

/// The value that the request presents, living or not.
#[must_use]
pub fn presented<'a>(app: &App, request: &'a Request) -> Option<&'a str> {
    cookie::find(request, Cookie::Session.name(app.config.secure_cookies)).filter(|value| !value.is_empty())
}

/// The mark that the browser shows, if it can be one of ours.
#[must_use]
pub fn device(app: &App, request: &Request) -> Option<Device> {
    cookie::find(request, Cookie::Device.name(app.config.secure_cookies)).and_then(Device::parse)
}

/// The answer, starting a session in the browser: its cookie, and a CSRF token bound to it.
#[must_use]
pub fn start(app: &App, answer: Answer, token: &SessionToken) -> Answer {
    let (secure, now) = (app.config.secure_cookies, app.clock.now());
    answer
        .with_cookie(Cookie::Session.set(secure, token.as_str(), now, LASTS))
        .with_cookie(csrf::renew(app, Binding::Session(&token.digest())))
}

/// The answer, marking the browser as one from which somebody succeeded, where it gets a mark.
#[must_use]
pub fn mark(app: &App, answer: Answer, device: Option<&Device>) -> Answer {
    let (secure, now) = (app.config.secure_cookies, app.clock.now());
    let cookie = device.map(|device| Cookie::Device.set(secure, device.as_str(), now, DEVICE_LASTS));
    cookie.into_iter().fold(answer, Answer::with_cookie)
}

/// The answer, making the browser forget a session that is over.
#[must_use]
pub fn forget(app: &App, answer: Answer) -> Answer {
    answer.with_cookie(Cookie::Session.delete(app.config.secure_cookies))
}

/// The answer to a logout: the browser forgets the session, and all it kept while it lasted.
#[must_use]
pub fn clear(app: &App, answer: Answer) -> Answer {
    let all = HeaderValue::from_static("\"cache\", \"cookies\", \"storage\"");
    forget(app, answer).with_header(HeaderName::from_static("clear-site-data"), all)
}
