//! `POST /user/permission/` and `POST /user/status/`: what administrators do about other people.

use tally::app::{App, Basics};
use tally::domain::account_number::AccountNumber;
use tally::domain::administration::Order;
use tally::domain::permission::{Deed, Standpoint, foregone};
use tally::http::answer::Answer;
use tally::http::body::Fields;
use tally::http::endpoint::{Endpoint, Guarded, described};
use tally::http::request::Request;
use tally::services::administration::{self, Administrator};
use tally::services::sessions::Caller;

use crate::envelope::{Nothing, Tail};
use crate::words::{self, Failure};
use crate::{envelope, fields};

pub(crate) const CHANGE_ROLE: Endpoint<Failure> = Endpoint::at("/user/permission/", "更改账号权限")
    .post(Guarded(&change_role), described!(describe::change_role));
pub(crate) const CHANGE_STANDING: Endpoint<Failure> = Endpoint::at("/user/status/", "更改账号状态")
    .post(Guarded(&change_standing), described!(describe::change_standing));

/// What is done to somebody for each digit by which the document names a standing.
const STANDINGS: [(&str, Order); 3] = [("0", Order::Unfreeze), ("1", Order::Freeze), ("2", Order::Delete)];

/// Changes somebody's role.
async fn change_role(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    carry_out(app, caller, request, Deed::ChangeRole, |fields| Ok(Order::Role(fields::role(fields)?))).await
}

/// Freezes, unfreezes or deletes somebody.
async fn change_standing(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    carry_out(app, caller, request, Deed::ChangeStanding, |fields| {
        let wanted = fields::number(fields, "status")?;
        let found = STANDINGS.iter().find(|(digit, _)| *digit == wanted);
        found.map(|(_, order)| *order).ok_or(Failure::BadRequest)
    })
    .await
}

async fn carry_out(
    app: App,
    caller: Caller,
    request: Request,
    deed: Deed,
    order: impl Fn(&Fields) -> Result<Order, Failure>,
) -> Result<Answer, Failure> {
    let caller = caller.account;
    // Before the body is read: a caller without permission is told so first (security rule S16).
    if let Some(verdict) = foregone(deed, Standpoint::of(Some(&caller))) {
        Failure::of(verdict, Tail::EmptyData)?;
    }
    let fields = fields::read(&request).await?;
    let target = AccountNumber::parse(&fields::id(&fields)?);
    let order = order(&fields)?;
    let administrator = Administrator { account: &caller, door: request.asker.door };
    let on = Basics::from(&app);
    let obeyed = administration::obey_administrator(&on, administrator, deed, target, order);
    Box::pin(obeyed).await.map_err(|refusal| words::command_failure(refusal, Tail::EmptyData))?;
    Ok(envelope::success(Nothing {}))
}

#[cfg(feature = "openapi")]
mod describe {
    use tally::http::openapi::{Field, Operation};

    use super::STANDINGS;
    use crate::describing::{bad_request, done, id, no_target, not_permitted, role};
    use crate::envelope::Tail;

    /// Whom an order cannot be about, and who cannot give one.
    const NOT_PERMITTED: &str = "The caller is not an administrator, or the target is an administrator or \
        a superuser.";

    pub(super) fn change_role() -> Operation {
        Operation::new("permission", "Change somebody's role")
            .described(
                "For administrators. Becoming an administrator does not make a person staff of the \
                 `manage` console. Giving somebody the role they already have has no effect.",
            )
            .reads([id("Whose role to change."), role()])
            .answers([
                done("changed", "The role is set."),
                bad_request("A field is missing, empty or of the wrong type, or the role does not exist."),
                not_permitted(NOT_PERMITTED, Tail::EmptyData),
                no_target(Tail::EmptyData),
            ])
    }

    pub(super) fn change_standing() -> Operation {
        let digits = STANDINGS.map(|(digit, _)| digit);
        let [active, frozen, deleted] = digits;
        let meaning = format!("`{active}` is active, `{frozen}` frozen, `{deleted}` deleted permanently.");
        Operation::new("status", "Freeze, unfreeze or delete somebody")
            .described(
                "For administrators. Each change ends every session and key of the target in every group. \
                 A deleted account keeps only its number; its username, e-mail address and phone number \
                 are free at once.",
            )
            .reads([
                id("Whose status to change."),
                Field::number_of("status", &meaning, &digits, &[]).required().example(frozen),
            ])
            .answers([
                done("changed", "The status is set."),
                bad_request("A field is missing, empty or of the wrong type, or the status does not exist."),
                not_permitted(NOT_PERMITTED, Tail::EmptyData),
                no_target(Tail::EmptyData),
            ])
    }
}
