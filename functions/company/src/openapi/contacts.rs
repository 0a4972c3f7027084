//! The notify address.

use http::HeaderValue;
use schemars::json_schema;
use tally::courier::Language;
use tally::domain::account::Account;
use tally::domain::email_address::EmailAddress;
use tally::http::body;
use tally::http::endpoint::Refusal;
use tally::http::openapi::{Field, Operation, Outcome, Parameter};
use tally::services::email_binding::{BindingRefusal, LinkOffer, LinkRefusal, TokenRefusal};
use tally::telemetry;

use super::codes::{required, wrong_code};
use super::passwords::wrong_password;
use super::{account, code, done, failure, own_password, throttled, told, wrong};
use crate::contacts::{NotifyEmail, notify_email};
use crate::envelope::Nothing;
use crate::mailed_link::{self, TOKEN, send_on};
use crate::words::{self, Failure};

pub(crate) fn is_bound() -> Operation {
    let shown = |name, meaning, email_proven| {
        let account = Account { email_proven, ..account() };
        told::<NotifyEmail<'_>>(name, meaning, notify_email(&account))
    };
    Operation::new("notify_email_is_bind", "Ask for the notify address")
        .described(
            "It is the account's e-mail address, whichever group set it, and bound once its owner has \
             proven it by a link or a code.",
        )
        .answers([
            shown("bound", "There is one, and it is bound.", true),
            shown("not_bound", "It is not bound, or there is none.", false),
        ])
}

pub(crate) fn resend() -> Operation {
    Operation::new("resend_bind_email", "Have the link that binds the address mailed again")
        .described(
            "The link works for 24 hours, as often as it is followed; it dies with the address, a change \
             of the password and a freeze. Only a page of this origin or of a trusted one may ask, or the \
             person by hand. HEAD sends nothing.",
        )
        .answers([
            done("sent", "The link is mailed.", words::LINK_SENT),
            failure("no_address", "The account has no address.", LinkRefusal::NoAddress),
            already_bound(),
            failure("not_sent", "The mail could not be sent.", LinkRefusal::NotSent),
            failure("foreign", "A page of another origin, or a link there, asks.", Refusal::Foreign),
            prefetch(),
            throttled("Within the pause after the mail before, or over a limit of mails or requests."),
        ])
}

pub(crate) fn open() -> Operation {
    let word = json_schema!({"type": "string"});
    let offer = LinkOffer {
        email: EmailAddress::parse("notices@example.com").expect("this is an address"),
        company: "Tea House".to_owned(),
        phone_ending: Some("00".to_owned()),
    };
    let page = mailed_link::page(Language::English, &offer, "AQID", "/");
    Operation::new("bind_email_page", "Open the mailed link")
        .described(
            "A page in Chinese or English that tells which account wants the address, with a button that \
             binds it. Opening it changes nothing, whoever does.",
        )
        .with(Parameter::query(TOKEN, "The token of the link.", word.as_value()).required())
        .answers([Outcome::page("page", "The link works.", page), dead_link(), dead_page()])
}

pub(crate) fn follow() -> Operation {
    let sent_on = send_on(HeaderValue::from_static("/"));
    let token = Field::text(TOKEN, "The token of the link.").required().example("AQID");
    Operation::new("bind_email", "Bind the address, by the button behind the mailed link")
        .described(
            "The token is all the right that is needed, since mail may be read in another browser. Sent as \
             a form by the page; JSON does as well.",
        )
        .reads([token])
        .of_types(&body::CONTENT_TYPES)
        .answers([
            told::<Nothing>("bound", "The address is bound; at a second time too.", sent_on),
            dead_link(),
            dead_page(),
        ])
}

fn dead_link() -> Outcome {
    failure("dead_link", "The token is missing, there twice, wrong, or dead.", TokenRefusal::Dead)
}

fn dead_page() -> Outcome {
    let page = mailed_link::dead(Language::English);
    Outcome::page("dead_page", "The same, for a client that accepts HTML.", page)
}

pub(crate) fn send_code() -> Operation {
    Operation::new("send_email_code", "Ask for a code by mail")
        .described(
            "The fields are judged first, then the password is tried. The answer is the same whether a \
             mail goes out: none does within the pause after the one before, over a budget, or to an \
             address that another account has proven.",
        )
        .reads([own_password(), email()])
        .answers([
            done("sent", "The request is taken.", words::CODE_SENT),
            wrong_password(),
            already_bound(),
            failure(
                "not_sent",
                "The mail could not be sent.",
                Failure::Documented(words::MAIL_NOT_SENT, telemetry::Outcome::NotSent),
            ),
            invalid_email(),
            required(&["password", "email"]),
            throttled("Too many tries, or requests for codes."),
        ])
}

pub(crate) fn change() -> Operation {
    Operation::new("change_notify_email", "Set and bind another notify address")
        .described(
            "The fields are judged first, then the password is tried, then the code. An address that \
             another account claimed without proof is taken from it. The address before is told; if it \
             was bound, it recovers the account for 7 days more. The account's other sessions end; the user name stays.",
        )
        .reads([own_password(), code("The code that `send_email_code` mailed to `email`."), email()])
        .answers([
            done("changed", "The address is the account's, and bound.", words::EMAIL_CHANGED),
            wrong_password(),
            wrong_code(),
            failure("taken", "Another account has proven the address.", BindingRefusal::Taken),
            invalid_email(),
            required(&["password", "code", "email"]),
            throttled("Too many tries."),
        ])
}

fn email() -> Field {
    Field::text("email", "The new address.").email().required().example("notices@example.com")
}

fn invalid_email() -> Outcome {
    wrong("invalid_email", "The address is none.", &[("email", words::INVALID_EMAIL)])
}

fn already_bound() -> Outcome {
    failure("already_bound", "The account's own address, which is bound.", LinkRefusal::AlreadyBound)
}

fn prefetch() -> Outcome {
    failure("prefetch", "The browser only fetches ahead; nothing has happened.", Failure::Prefetch)
}
