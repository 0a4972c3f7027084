//! Signing everybody out, which is needed after the table was restored: sessions and keys that ended
//! since the copy was made live again in it.

use futures_util::{StreamExt, TryStreamExt, stream};
use tally::app::Basics;
use tally::domain::account::Standing;
use tally::domain::administration::Order;
use tally::services::administration::{self, Obeyed, OrderRefusal};
use tally::services::transfer;
use tally::store::{Resident, StoreError};

use crate::commands::{Failure, refused, unusable};

/// How many accounts are under way at a time.
const MOST_UNDER_WAY: usize = 16;

/// Ends the sessions of every account, where the table's name that was repeated is the right one.
/// Run again after it was stopped, it begins anew, which does no harm.
pub(crate) async fn end_sessions(on: &Basics, confirmed: Option<&str>) -> Result<String, Failure> {
    let table = on.store.table();
    if confirmed != Some(table) {
        return Err(refused(format!(
            "Everybody in the table {table} would be signed out. To do it, repeat its name: --confirm {table}"
        )));
    }
    let (mut accounts, mut sessions, mut unreadable, mut from) = (0_usize, 0_usize, 0_usize, None);
    loop {
        let page = transfer::page(on, from.as_ref()).await.map_err(|source| unusable(on, source))?;
        unreadable += page.unreadable.len();
        let living = page.found.into_iter().filter(|one| one.account.standing != Standing::Deleted);
        let ended: Vec<usize> = stream::iter(living.map(|resident| end(on, resident)))
            .buffer_unordered(MOST_UNDER_WAY)
            .try_collect()
            .await
            .map_err(|source| unusable(on, source))?;
        accounts += ended.len();
        sessions += ended.iter().sum::<usize>();
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    if unreadable > 0 {
        return Err(refused(format!(
            "{unreadable} accounts cannot be read and were passed over; the other {accounts} are signed out."
        )));
    }
    Ok(format!("{accounts} accounts are signed out everywhere; {sessions} sessions ended.\n"))
}

async fn end(on: &Basics, resident: Resident) -> Result<usize, StoreError> {
    match administration::obey(on, resident.account.number, Order::EndSessions).await {
        Ok(Obeyed::Done { sessions }) => Ok(sessions),
        // Deleted meanwhile; none of the others comes of this order.
        Ok(Obeyed::AlreadySo)
        | Err(OrderRefusal::Gone | OrderRefusal::LastSuperuser | OrderRefusal::AddressMoved) => Ok(0),
        Err(OrderRefusal::Unavailable(error)) => Err(error),
    }
}
