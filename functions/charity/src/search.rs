//! `POST /user/search/`.

use serde::Serialize;
use tally::domain::account_number::AccountNumber;
use tally::domain::digits::whole_number;
use tally::domain::directory::{Criteria, FoldedName, PageLimit, Position};
use tally::domain::permission::{Deed, Standpoint, Target, judge};
use tally::domain::role::Role;
use tally::domain::text;
use tally::http::answer::Answer;
use tally::http::body::Fields;
use tally::http::endpoint::{Exchange, Refusal};
use tally::http::json::Value;
use tally::services::directory::{self, Search};

use crate::envelope::Tail;
use crate::words::Failure;
use crate::{envelope, fields};

/// A page of people.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Found {
    /// The account numbers, by role and number.
    id_list: Vec<String>,
    /// Where the next page goes on; only where there is more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    next: Option<String>,
}

/// Finds people by their names and role; for administrators.
pub(crate) async fn search(exchange: Exchange) -> Result<Answer, Failure> {
    let Exchange { app, request, caller } = exchange;
    let caller = caller.ok_or(Refusal::NotAuthenticated)?;
    Failure::of(judge(Deed::Search, Standpoint::of(Some(&caller.account)), Target::Nobody), Tail::Bare)?;
    let search = wanted(&fields::read(&request).await?)?;
    let page = directory::search(&app.store, &search).await?;
    Ok(found(&page.numbers, page.next))
}

/// What is told of a page.
pub(crate) fn found(numbers: &[AccountNumber], next: Option<Position>) -> Answer {
    envelope::success(Found {
        id_list: numbers.iter().map(ToString::to_string).collect(),
        next: next.map(|next| next.to_string()),
    })
}

fn wanted(fields: &Fields) -> Result<Search, Failure> {
    let role = match limiting_number(fields, "role")? {
        Some(typed) => Some(role(typed)?),
        None => None,
    };
    let criteria =
        Criteria { first_name: name(fields, "first_name")?, last_name: name(fields, "last_name")?, role };
    let after = limiting(fields, "next")?.map(str::parse::<Position>).transpose();
    let after = after.map_err(|_| Failure::BadRequest)?;
    if after.is_some_and(|after| !criteria.can_go_on_from(after)) {
        return Err(Failure::BadRequest);
    }
    Ok(Search { criteria, limit: limit(fields)?, after })
}

fn name(fields: &Fields, name: &str) -> Result<Option<FoldedName>, Failure> {
    match limiting(fields, name)? {
        Some(text) if text::has_control(text) => Err(Failure::BadRequest),
        Some(text) => Ok(FoldedName::of(text)),
        None => Ok(None),
    }
}

/// A role, by its digit or its word.
fn role(typed: &str) -> Result<Role, Failure> {
    let by_digit = whole_number(typed).and_then(|number| Role::with_digit(&number));
    by_digit.or_else(|| Role::with_word(typed)).ok_or(Failure::BadRequest)
}

/// How many to name.
fn limit(fields: &Fields) -> Result<PageLimit, Failure> {
    let Some(typed) = limiting_number(fields, "limit")? else {
        return Ok(PageLimit::MOST);
    };
    let limit = whole_number(typed).and_then(|number| PageLimit::new(number.parse().ok()?));
    limit.ok_or(Failure::BadRequest)
}

/// A text that limits the search. One that is not there, or empty, does not
/// (docs/contracts/charity.md#search).
fn limiting<'a>(fields: &'a Fields, name: &str) -> Result<Option<&'a str>, Failure> {
    match fields.get(name) {
        Some(Value::Number(_)) => Err(Failure::BadRequest),
        Some(_) | None => limiting_number(fields, name),
    }
}

/// The same where digits belong, in quotes or without.
fn limiting_number<'a>(fields: &'a Fields, name: &str) -> Result<Option<&'a str>, Failure> {
    match fields.get(name) {
        Some(Value::Null) | None => Ok(None),
        Some(value) => {
            let typed = value.typed().ok_or(Failure::BadRequest)?;
            Ok(Some(text::strip(typed)).filter(|typed| !typed.is_empty()))
        }
    }
}
