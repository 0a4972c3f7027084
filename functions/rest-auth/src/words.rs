//! Every rule and refusal in this group's status and sentence (docs/contracts/rest-auth.md).

use std::time::Duration;

use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, StatusCode};
use tally::domain::password::{self, PasswordFault};
use tally::domain::text::TextFault;
use tally::domain::username::{self, UsernameFault};
use tally::http::answer::{Answer, whole_seconds};
use tally::http::body::BodyFault;
use tally::http::endpoint::Refusal;
use tally::http::field_errors::FieldErrors;
use tally::services::profiles::DetailsRefusal;
use tally::services::registration::Taken;
use tally::services::sessions::SignInRefusal;
use tally::store::StoreError;
use tally::telemetry::Outcome;

use crate::envelope::{detail, whole_body};

pub(crate) const REQUIRED: &str = "This field is required.";
pub(crate) const BLANK: &str = "This field may not be blank.";
pub(crate) const NULL: &str = "This field may not be null.";
pub(crate) const NOT_A_STRING: &str = "Not a valid string.";
pub(crate) const INVALID_EMAIL: &str = "Enter a valid email address.";
pub(crate) const CONTROL_CHARACTER: &str = "Control characters are not allowed.";
pub(crate) const MISMATCH: &str = "The two password fields didn't match.";
pub(crate) const INVALID_PASSWORD: &str = "Invalid password";
pub(crate) const LOGGED_OUT: &str = "Successfully logged out.";
pub(crate) const PASSWORD_SAVED: &str = "New password has been saved.";
pub(crate) const NO_USERNAME: &str = "Must include \"username\" and \"password\".";

const WRONG_CREDENTIALS: &str = "Unable to log in with provided credentials.";
const DISABLED: &str = "User account is disabled.";
const INVALID_USERNAME: &str =
    "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
const USERNAME_TAKEN: &str = "A user with that username already exists.";
const EMAIL_TAKEN: &str = "A user is already registered with this e-mail address.";
const DETAILS_EXIST: &str = "Detail Info has existed!";
const NOT_AUTHENTICATED: &str = "Authentication credentials were not provided.";

/// All that can go wrong in this group.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Around the endpoint.
    Refused(Refusal),
    /// The `Authorization` header.
    Token(TokenFault),
    /// The body could not be read.
    Body(BodyFault),
    /// The body is JSON, but no object; `None` for `null`.
    NotAnObject(Option<&'static str>),
    /// Fields are wrong.
    Fields(FieldErrors),
    /// An identifier that was asked for is somebody else's.
    Taken(FieldErrors),
    /// Nobody was logged in.
    SignIn(SignInRefusal),
    /// The old password is wrong, perhaps among other things.
    WrongOldPassword(FieldErrors),
    /// The details were submitted before.
    DetailsExist,
}

/// What is wrong with an `Authorization: Token …` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenFault {
    /// Nothing behind the scheme.
    Missing,
    /// More than one word behind it.
    Spaces,
    /// Not UTF-8.
    Characters,
    /// Not a living key.
    Invalid,
}

/// What a failure is in the log.
fn outcome(failure: &Failure) -> Outcome {
    match failure {
        Failure::Refused(refusal) => refusal.outcome(),
        Failure::Token(_) => Outcome::NotAuthenticated,
        Failure::Body(fault) => fault.outcome(),
        Failure::NotAnObject(_) | Failure::Fields(_) => Outcome::Invalid,
        Failure::Taken(_) => Outcome::Taken,
        Failure::SignIn(SignInRefusal::WrongCredentials) => Outcome::WrongCredentials,
        Failure::SignIn(SignInRefusal::Frozen) => Outcome::Frozen,
        Failure::WrongOldPassword(_) => Outcome::WrongPassword,
        Failure::DetailsExist => Outcome::AlreadyDone,
    }
}

/// Says a failure.
pub(crate) fn say(failure: Failure) -> Answer {
    match failure {
        Failure::Refused(refusal) => say_refusal(&refusal),
        Failure::Token(fault) => unauthenticated(token_sentence(fault)),
        Failure::Body(fault) => say_body_fault(&fault),
        Failure::NotAnObject(None) => bad_request(&whole_body("No data provided")),
        Failure::NotAnObject(Some(kind)) => {
            bad_request(&whole_body(&format!("Invalid data. Expected a dictionary, but got {kind}.")))
        }
        Failure::Fields(errors) | Failure::Taken(errors) | Failure::WrongOldPassword(errors) => {
            bad_request(&errors)
        }
        Failure::SignIn(SignInRefusal::WrongCredentials) => bad_request(&whole_body(WRONG_CREDENTIALS)),
        Failure::SignIn(SignInRefusal::Frozen) => bad_request(&whole_body(DISABLED)),
        Failure::DetailsExist => Answer::json(StatusCode::BAD_REQUEST, &[DETAILS_EXIST]),
    }
}

fn say_refusal(refusal: &Refusal) -> Answer {
    let (method, wait);
    let sentence = match refusal {
        Refusal::Foreign => "CSRF Failed: Origin checking failed - it does not match any trusted origin.",
        Refusal::NoAddress => "The request does not tell where it comes from.",
        Refusal::CodedBody => "Unsupported content encoding in request.",
        Refusal::NotFound => "Not found.",
        Refusal::NotAcceptable => "Could not satisfy the request Accept header.",
        Refusal::NotAuthenticated => return unauthenticated(NOT_AUTHENTICATED),
        Refusal::MethodNotAllowed(name) => {
            method = format!("Method \"{name}\" not allowed.");
            &method
        }
        Refusal::BodyTooLarge => "The request body is too large.",
        Refusal::BodyIncomplete => "The request body did not arrive whole.",
        Refusal::Throttled(after) => {
            wait = throttled(*after);
            &wait
        }
        Refusal::Unavailable | Refusal::Store(StoreError::Unavailable(_)) => {
            "The service is temporarily unavailable, please try again."
        }
        Refusal::Internal | Refusal::Store(StoreError::Unreadable(_)) => "A server error occurred.",
    };
    refusal.headed(detail(refusal.status(), sentence))
}

fn say_body_fault(fault: &BodyFault) -> Answer {
    let sentence = match fault {
        BodyFault::UnsupportedMediaType(sent) => format!("Unsupported media type \"{sent}\" in request."),
        BodyFault::Json(what) => format!("JSON parse error - {what}"),
        BodyFault::Form(what) => format!("Form parse error - {what}"),
        BodyFault::Multipart(what) => format!("Multipart form parse error - {what}"),
    };
    detail(fault.status(), &sentence)
}

fn bad_request(errors: &FieldErrors) -> Answer {
    Answer::json(StatusCode::BAD_REQUEST, errors)
}

fn unauthenticated(sentence: &str) -> Answer {
    detail(StatusCode::UNAUTHORIZED, sentence)
        .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Token"))
}

fn throttled(wait: Duration) -> String {
    let seconds = whole_seconds(wait);
    let unit = if seconds == 1 { "second" } else { "seconds" };
    format!("Request was throttled. Expected available in {seconds} {unit}.")
}

const fn token_sentence(fault: TokenFault) -> &'static str {
    match fault {
        TokenFault::Missing => "Invalid token header. No credentials provided.",
        TokenFault::Spaces => "Invalid token header. Token string should not contain spaces.",
        TokenFault::Characters => "Invalid token header. Token string should not contain invalid characters.",
        TokenFault::Invalid => "Invalid token.",
    }
}

/// The sentence for a username that cannot be registered.
pub(crate) fn username_sentence(fault: UsernameFault) -> String {
    match fault {
        UsernameFault::TooLong => too_long(username::MAX_CHARACTERS),
        UsernameFault::Characters | UsernameFault::AnothersIdentifier => INVALID_USERNAME.to_owned(),
    }
}

/// The sentences for a password that cannot be set.
pub(crate) fn password_sentences(faults: &[PasswordFault]) -> impl Iterator<Item = String> {
    faults.iter().map(|fault| match fault {
        PasswordFault::TooShort => format!(
            "This password is too short. It must contain at least {} characters.",
            password::MIN_CHARACTERS
        ),
        PasswordFault::TooCommon => "This password is too common.".to_owned(),
        PasswordFault::EntirelyNumeric => "This password is entirely numeric.".to_owned(),
        PasswordFault::ControlCharacter => CONTROL_CHARACTER.to_owned(),
    })
}

/// The sentence for a password over the limit, which is counted in bytes.
pub(crate) fn password_too_long() -> String {
    format!("This password is too long. It must contain at most {} bytes.", password::MAX_BYTES)
}

/// The sentence for a text that cannot be kept.
pub(crate) fn text_sentence(fault: TextFault) -> String {
    match fault {
        TextFault::TooLong { most, .. } => too_long(most),
        TextFault::ControlCharacter => CONTROL_CHARACTER.to_owned(),
    }
}

/// The sentence for a text over its limit.
pub(crate) fn too_long(most: usize) -> String {
    format!("Ensure this field has no more than {most} characters.")
}

/// Adds what is taken to the errors of the form.
pub(crate) fn add_taken(errors: &mut FieldErrors, taken: Taken) {
    errors.add("username", taken.username.then(|| USERNAME_TAKEN.to_owned()));
    errors.add("email", taken.email.then(|| EMAIL_TAKEN.to_owned()));
}

tally::fails_like_others!(Failure);

impl From<Taken> for Failure {
    fn from(taken: Taken) -> Self {
        let mut errors = FieldErrors::default();
        add_taken(&mut errors, taken);
        Self::Taken(errors)
    }
}

impl From<DetailsRefusal> for Failure {
    fn from(refusal: DetailsRefusal) -> Self {
        match refusal {
            DetailsRefusal::Exist => Self::DetailsExist,
            DetailsRefusal::Missing => Self::Refused(Refusal::NotFound),
        }
    }
}
