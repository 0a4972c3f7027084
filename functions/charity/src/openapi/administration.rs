//! What administrators do about other people.

use tally::http::openapi::{Field, Operation};

use super::{bad_request, done, id, no_target, not_permitted, role};
use crate::administration::STANDINGS;
use crate::envelope::Tail;

/// Whom an order cannot be about, and who cannot give one.
const NOT_PERMITTED: &str = "The caller is no administrator, or the target is one, or a superuser.";

pub(crate) fn change_role() -> Operation {
    Operation::new("permission", "Give somebody another role")
        .described(
            "For administrators. An administrator is not staff of the console of `manage` by that. The role \
             that somebody has already is given again without any effect.",
        )
        .reads([id("Whose role."), role()])
        .answers([
            done("changed", "The role is given."),
            bad_request("A field is missing, empty or of another type, or there is no such role."),
            not_permitted(NOT_PERMITTED, Tail::EmptyData),
            no_target(Tail::EmptyData),
        ])
}

pub(crate) fn change_standing() -> Operation {
    let digits = STANDINGS.map(|(digit, _)| digit);
    let [active, frozen, deleted] = digits;
    let meaning = format!("`{active}` is active, `{frozen}` frozen, `{deleted}` deleted for ever.");
    Operation::new("status", "Freeze, release or delete somebody")
        .described(
            "For administrators. Each change ends every session and key of the target, in every group. \
             Whoever is deleted keeps the number alone; name, e-mail address and phone are free at once.",
        )
        .reads([
            id("Whose status."),
            Field::number_of("status", &meaning, &digits, &[]).required().example(frozen),
        ])
        .answers([
            done("changed", "The status is as it was asked for."),
            bad_request("A field is missing, empty or of another type, or there is no such status."),
            not_permitted(NOT_PERMITTED, Tail::EmptyData),
            no_target(Tail::EmptyData),
        ])
}
