//! Looking for people.

use schemars::json_schema;
use tally::domain::account::Account;
use tally::domain::directory::{PageLimit, Position};
use tally::http::openapi::{Field, Operation};

use super::{administrator, bad_request, donor, not_permitted, role_digits, role_words, told};
use crate::envelope::Tail;
use crate::search::{Found, found};

pub(crate) fn search() -> Operation {
    let numbers = [administrator(), donor()].map(|account| account.number);
    Operation::new("search", "Look for people by name and role")
        .described(
            "For administrators. Each condition that is there has to fit exactly, in any case; one that is \
             missing, empty or `null` does not limit. Frozen people are found, deleted ones are not. \
             Somebody who has just registered or changed may be missing for a moment.",
        )
        .reads(fields())
        .answers([
            told::<Found>("found", "All that were found.", found(&numbers, None)),
            told::<Found>(
                "found_more",
                "A page of them; there is more.",
                found(&numbers[1..], Some(position(&donor()))),
            ),
            bad_request(
                "A condition is of another type or holds control characters, there is no such role, `limit` is out \
                 of range, or `next` is of another search or none.",
            ),
            not_permitted("The caller is no administrator.", Tail::Bare),
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
        Field::number_of("role", "The role, by its digit or its word.", &role_digits(), &others)
            .example(donor().role.digit()),
        Field::of("limit", "How many to name: a number, or its digits.", limit.as_value()).example(most),
        Field::text("next", "Where to go on: the `next` of the page before, with the same conditions.")
            .example(position(&donor()).to_string()),
    ]
}

fn position(account: &Account) -> Position {
    Position { role: account.role, number: account.number }
}
