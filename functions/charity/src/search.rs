//! `POST /user/search/`.

use serde::Serialize;
use tally::app::App;
use tally::domain::account_number::AccountNumber;
use tally::domain::digits::whole_number;
use tally::domain::directory::{Criteria, FoldedName, PageLimit, Position};
use tally::domain::permission::{Deed, Standpoint, Target, judge};
use tally::domain::role::Role;
use tally::domain::text;
use tally::http::answer::Answer;
use tally::http::body::Fields;
use tally::http::endpoint::{Endpoint, Guarded, described};
use tally::http::json::Value;
use tally::http::request::Request;
use tally::services::directory::{self, Search};
use tally::services::sessions::Caller;

use crate::envelope::Tail;
use crate::words::Failure;
use crate::{envelope, fields};

pub(crate) const SEARCH: Endpoint<Failure> =
    Endpoint::at("/user/search/", "按条件查询用户").post(Guarded(&search), described!(describe::search));

/// A page of people.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct Found {
    /// The account numbers, by role and number.
    id_list: Vec<String>,
    /// Where the next page starts; only if there are more people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    next: Option<String>,
}

/// Finds people by their names and role; for administrators.
async fn search(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    Failure::of(judge(Deed::Search, Standpoint::of(Some(&caller.account)), Target::Nobody), Tail::Bare)?;
    let search = wanted(&fields::read(&request).await?)?;
    let page = directory::search(&app.store, &search).await?;
    Ok(found(&page.numbers, page.next))
}

/// What is shown of a page.
fn found(numbers: &[AccountNumber], next: Option<Position>) -> Answer {
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

/// How many to list.
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

#[cfg(feature = "openapi")]
mod describe {
    use schemars::json_schema;
    use tally::domain::account::Account;
    use tally::domain::directory::{PageLimit, Position};
    use tally::http::openapi::{Field, Operation};

    use super::{Found, found};
    use crate::describing::{
        administrator, bad_request, donor, not_permitted, role_digits, role_words, told,
    };
    use crate::envelope::Tail;

    pub(super) fn search() -> Operation {
        let numbers = [administrator(), donor()].map(|account| account.number);
        Operation::new("search", "Search for people by name and role")
            .described(
                "For administrators. Each condition has to match exactly, ignoring case; one that is missing, \
                 empty or `null` is ignored. Frozen people are found, deleted ones are not. People who have just \
                 registered or changed may not be found until a moment later.",
            )
            .reads(fields())
            .answers([
                told::<Found>("found", "All matches.", found(&numbers, None)),
                told::<Found>(
                    "found_more",
                    "One page of the matches; there are more.",
                    found(&numbers[1..], Some(position(&donor()))),
                ),
                bad_request(
                    "A condition is of the wrong type or contains control characters, the role does not \
                     exist, `limit` is out of range, or `next` is invalid or belongs to another search.",
                ),
                not_permitted("The caller is not an administrator.", Tail::Bare),
            ])
    }

    fn fields() -> [Field; 5] {
        let Account { first_name, last_name, .. } = donor();
        let most = PageLimit::MOST.get();
        let limit = json_schema!({"anyOf": [
            {"type": "integer", "minimum": 1, "maximum": most},
            {"type": "string", "pattern": "^[0-9]*$"},
        ]});
        let others: Vec<&str> = role_words().into_iter().chain([""]).collect();
        [
            Field::text("first_name", "Given name.").example(first_name),
            Field::text("last_name", "Family name.").example(last_name),
            Field::number_of("role", "The role, as its digit or its name.", &role_digits(), &others)
                .example(donor().role.digit()),
            Field::of("limit", "The most people to list: a number, or its digits.", limit.as_value())
                .example(most),
            Field::text("next", "Where to continue: the previous page's `next`, with the same conditions.")
                .example(position(&donor()).to_string()),
        ]
    }

    fn position(account: &Account) -> Position {
        Position { role: account.role, number: account.number }
    }
}
