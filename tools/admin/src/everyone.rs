//! Signing everybody out, which is needed after the table was restored: sessions and keys that ended
//! since the copy was made live again in it.

use serde_json::json;
use tally::app::Basics;
use tally::domain::account::Standing;
use tally::domain::administration::Order;
use tally::services::administration::{self, Obeyed, OrderRefusal};
use tally::services::transfer;
use tally::store::{Resident, StoreError};

use crate::outcome::{Answer, Failure};
use crate::pages;
use crate::terminal::{Progress, Terminal};

/// Ends the sessions of every account, where the table's name that was repeated is the right one.
/// Run again after it was stopped, it begins anew, which does no harm.
pub(crate) async fn end_sessions(
    on: &Basics,
    confirmed: Option<&str>,
    terminal: &Terminal,
) -> Result<Answer, Failure> {
    let table = on.store.table();
    let why = format!("Everybody in the table {table} would be signed out.");
    terminal.insist(confirmed, table, &why, &format!("To do it, repeat its name: --confirm {table}")).await?;
    let (mut accounts, mut sessions, mut unreadable) = (0_usize, 0_usize, 0_usize);
    let progress = Progress::new(None);
    let fetch = async |from: Option<&_>| transfer::page(on, from).await;
    let is_over = pages::each((on, terminal), None, fetch, async |page| {
        unreadable += page.unreadable.len();
        let living = page.found.into_iter().filter(|one| one.account.standing != Standing::Deleted);
        let ended = pages::all(on, living.map(|resident| end(on, resident))).await?;
        accounts += ended.len();
        sessions += ended.iter().sum::<usize>();
        progress.tell(format!("{accounts} accounts"));
        Ok(())
    });
    let is_over = is_over.await?;
    progress.end();
    let mut text = format!("{accounts} accounts are signed out everywhere; {sessions} sessions ended.\n");
    if !is_over {
        return Err(
            terminal.stopped(&format!("{accounts} accounts are signed out, and the next run starts over"))
        );
    }
    if unreadable > 0 {
        text = format!(
            "{unreadable} accounts cannot be read and were skipped; the other {accounts} are signed out.\n"
        );
    }
    let facts = json!({"accounts": accounts, "sessions_ended": sessions, "unreadable": unreadable});
    let answer = Answer::new(text, &facts);
    if unreadable > 0 { Err(Failure::Partly(answer)) } else { Ok(answer) }
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
