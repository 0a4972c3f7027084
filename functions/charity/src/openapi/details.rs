//! Names, and what is known of somebody.

use tally::http::openapi::Operation;

use super::{administrator, bad_request, done, id, names, no_target, not_permitted, told};
use crate::details::{User, user};
use crate::envelope::Tail;

pub(crate) fn rename() -> Operation {
    Operation::new("changeinformation", "Change one's names")
        .described("Both at once, or neither if one is wrong. Others are renamed by nobody.")
        .reads(names())
        .answers([
            done("changed", "The names are changed."),
            bad_request(
                "A name is missing, empty, of another type or too long, or holds control characters.",
            ),
        ])
}

pub(crate) fn show() -> Operation {
    Operation::new("getuser", "Ask about somebody")
        .described("Administrators about anybody, others about themselves.")
        .reads([id("About whom.")])
        .answers([
            told::<User<'_>>("shown", "What is known of that person.", user(&administrator())),
            bad_request("The number is missing, empty or of another type."),
            not_permitted("The caller is no administrator and asks about somebody else.", Tail::Bare),
            no_target(Tail::Bare),
        ])
}
