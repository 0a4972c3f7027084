//! `GET /api/accounts/get_token/`, and which tokens each endpoint takes.

use tally::app::App;
use tally::domain::csrf_token::Binding;
use tally::domain::session::SessionDigest;
use tally::http::answer::Answer;
use tally::http::body::Fields;
use tally::http::csrf::{self, CsrfFault};
use tally::http::endpoint::{Endpoint, Welcoming, described};
use tally::http::request::Request;
use tally::http::session_cookie;
use tally::services::sessions::Caller;

use crate::envelope::success;
use crate::words::Failure;

pub(crate) const ENDPOINT: Endpoint<Failure> = Endpoint::at("/api/accounts/get_token/", "get_token")
    .get(Welcoming(&get_token), described!(describe::get_token));

/// Whose tokens an endpoint takes. One of the caller's own session is good everywhere; where nobody
/// is logged in, an anonymous one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tokens {
    /// No others.
    OfCaller,
    /// An anonymous one too: the login page may be older than the present session.
    OrAnonymous,
    /// One of a session that is over too, since what it gets here is "not logged in".
    OrEndedSession,
}

/// Hands out a token, newly masked, with the cookie it fits. For a stranger nothing is read and
/// nothing stored: the token proves itself.
async fn get_token(app: App, caller: Option<Caller>, request: Request) -> Result<Answer, Failure> {
    let binding = caller.as_ref().and_then(Caller::session).map_or(Binding::Anonymous, Binding::Session);
    let issued = csrf::issue(&app, &request, binding);
    Ok(success(issued.token, "").with_cookie(issued.cookie))
}

/// Checks a POST; answers whether its token is of the caller's own session.
pub(crate) fn check(
    app: &App,
    request: &Request,
    caller: Option<&Caller>,
    fields: &Fields,
    tokens: Tokens,
) -> Result<bool, CsrfFault> {
    let session = caller.and_then(Caller::session);
    let presented: Vec<SessionDigest> =
        session_cookie::presented(app, request).into_iter().map(SessionDigest::of).collect();
    let bound = csrf::check(app, request, fields, &bindings(session, &presented, tokens))?;
    Ok(session.is_some_and(|session| bound == Binding::Session(session)))
}

/// What the token may be bound to, given the living session and those that are merely presented.
fn bindings<'a>(
    session: Option<&'a SessionDigest>,
    presented: &'a [SessionDigest],
    tokens: Tokens,
) -> Vec<Binding<'a>> {
    let mut bindings = vec![session.map_or(Binding::Anonymous, Binding::Session)];
    match tokens {
        Tokens::OrAnonymous if session.is_some() => bindings.push(Binding::Anonymous),
        Tokens::OrEndedSession if session.is_none() => {
            bindings.extend(presented.iter().map(Binding::Session));
        }
        Tokens::OfCaller | Tokens::OrAnonymous | Tokens::OrEndedSession => {}
    }
    bindings
}

#[cfg(feature = "openapi")]
mod describe {
    use http::header::SET_COOKIE;
    use tally::http::openapi::Operation;

    use crate::describing::success;

    pub(super) fn get_token() -> Operation {
        let token = "hJ3mQ8xVb2TnLk5RfYw7ZcPd9SgA4uEoNvXi6BtMrUqKyHjCsWlDzFpG1aOeI0xT";
        Operation::new("get_token", "Get a CSRF token")
            .described(
                "The token is masked differently every time; all tokens of one secret are valid until the \
                 secret changes.",
            )
            .answers([
                success("token", "The token; its cookie is set too.", token, "").perhaps_with(SET_COOKIE)
            ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_from_before_the_login_is_dead_but_for_logging_in() {
        let own = SessionDigest::of("own");
        let presented = [own.clone()];
        let bindings = |session, tokens| bindings(session, &presented, tokens);
        assert_eq!(bindings(Some(&own), Tokens::OfCaller), [Binding::Session(&own)]);
        assert_eq!(bindings(Some(&own), Tokens::OrEndedSession), [Binding::Session(&own)]);
        assert_eq!(bindings(Some(&own), Tokens::OrAnonymous), [Binding::Session(&own), Binding::Anonymous]);
    }

    #[test]
    fn a_token_of_an_ended_session_only_leads_to_being_told_so() {
        let ended = SessionDigest::of("ended");
        let presented = [ended.clone()];
        let bindings = |tokens| bindings(None, &presented, tokens);
        assert_eq!(bindings(Tokens::OfCaller), [Binding::Anonymous]);
        assert_eq!(bindings(Tokens::OrAnonymous), [Binding::Anonymous]);
        assert_eq!(bindings(Tokens::OrEndedSession), [Binding::Anonymous, Binding::Session(&ended)]);
    }
}
