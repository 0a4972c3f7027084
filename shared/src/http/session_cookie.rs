//! The session cookie, for every group whose sessions travel in it.

use std::time::Duration;

use super::answer::Answer;
use super::cookie::{self, Cookie, DEVICE_LASTS};
use super::csrf;
use super::request::Request;
use crate::app::App;
use crate::config::Config;
use crate::domain::asker::Device;
use crate::domain::csrf_token::Binding;
use crate::domain::session::{self, SessionToken};

/// How long it lasts: two weeks, not sliding (docs/contracts/rest-auth.md#keys-and-sessions;
/// docs/contracts/accounts.md#sessions).
pub const LASTS: Duration = Duration::from_hours(14 * 24);

/// The most sessions of one request that are looked at: one, and what older systems left in the browser.
const MOST: usize = 8;

/// The sessions that the request presents, living or not, each once.
#[must_use]
pub fn presented<'a>(app: &App, request: &'a Request) -> Vec<&'a str> {
    let mut values: Vec<&str> = Vec::new();
    for value in cookie::values(request, Cookie::Session.name(app.config.secure_cookies)) {
        if values.len() < MOST && !values.contains(&value) && session::account_in_cookie(value).is_some() {
            values.push(value);
        }
    }
    values
}

/// Whether the request has a cookie by that name, whatever it holds.
#[must_use]
pub fn is_presented(request: &Request, config: &Config) -> bool {
    cookie::values(request, Cookie::Session.name(config.secure_cookies)).next().is_some()
}

/// The mark that the browser shows, if it can be one of ours.
#[must_use]
pub fn device(app: &App, request: &Request) -> Option<Device> {
    cookie::values(request, Cookie::Device.name(app.config.secure_cookies)).find_map(Device::parse)
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

/// The answer to a logout: the browser forgets the session that it has shown, if it has shown any.
#[must_use]
pub fn forget_presented(app: &App, request: &Request, answer: Answer) -> Answer {
    if is_presented(request, &app.config) { forget(app, answer) } else { answer }
}

/// The answer, making the browser forget a session that is over.
#[must_use]
pub fn forget(app: &App, answer: Answer) -> Answer {
    answer.with_cookie(Cookie::Session.delete(app.config.secure_cookies))
}
