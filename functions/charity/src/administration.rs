//! `POST /user/permission/` and `POST /user/status/`: what administrators do about other people.

use tally::app::Basics;
use tally::domain::account_number::AccountNumber;
use tally::domain::administration::Order;
use tally::domain::permission::{Deed, Standpoint, foregone};
use tally::http::answer::Answer;
use tally::http::body::Fields;
use tally::http::endpoint::{Exchange, Refusal};
use tally::services::administration::{self, Administrator};

use crate::envelope::{Nothing, Tail};
use crate::words::{self, Failure};
use crate::{envelope, fields};

/// What is done to somebody for each digit by which the document names a standing.
pub(crate) const STANDINGS: [(&str, Order); 3] =
    [("0", Order::Unfreeze), ("1", Order::Freeze), ("2", Order::Delete)];

/// Gives somebody another role.
pub(crate) async fn change_role(exchange: Exchange) -> Result<Answer, Failure> {
    carry_out(exchange, Deed::ChangeRole, |fields| Ok(Order::Role(fields::role(fields)?))).await
}

/// Freezes, releases or deletes somebody.
pub(crate) async fn change_standing(exchange: Exchange) -> Result<Answer, Failure> {
    carry_out(exchange, Deed::ChangeStanding, |fields| {
        let wanted = fields::number(fields, "status")?;
        let found = STANDINGS.iter().find(|(digit, _)| *digit == wanted);
        found.map(|(_, order)| *order).ok_or(Failure::BadRequest)
    })
    .await
}

async fn carry_out(
    exchange: Exchange,
    deed: Deed,
    order: impl Fn(&Fields) -> Result<Order, Failure>,
) -> Result<Answer, Failure> {
    let Exchange { app, request, caller } = exchange;
    let caller = caller.ok_or(Refusal::NotAuthenticated)?.account;
    // Before the body is read: whoever may not is told so, whatever they ask (security rule S16).
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
