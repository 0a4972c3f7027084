//! Writing power anew that is in the form of before staff, superuser and role were three things.
//!
//! Whoever is written anew is found no more, so a run that was stopped goes on where it was, and one
//! that is over changes nothing.

use std::fmt::Write as _;

use futures_util::{StreamExt, TryStreamExt, stream};
use tally::app::Basics;
use tally::services::administration;
use tally::store::{FormerlyWritten, StoreError};

use crate::commands::{Failure, refused, unusable};

/// How many accounts are under way at a time.
const MOST_UNDER_WAY: usize = 16;

/// Writes everybody anew, or tells what that would do.
pub(crate) async fn carry_out(on: &Basics, dry_run: bool) -> Result<String, Failure> {
    let (mut said, mut written, mut late, mut unreadable, mut from) = (String::new(), 0, 0, 0, None);
    loop {
        let page = administration::former_power_page(on, from.as_ref()).await;
        let page = page.map_err(|source| unusable(on, source))?;
        unreadable += page.unreadable.len();
        for one in page.found.iter().filter(|one| one.former.is_doubtful()) {
            writeln!(said, "{}", doubtful(one)).expect("a string takes any text");
        }
        let renewed: Vec<bool> = stream::iter(page.found.iter().map(|one| renew(on, one, dry_run)))
            .buffer_unordered(MOST_UNDER_WAY)
            .try_collect()
            .await
            .map_err(|source| unusable(on, source))?;
        written += renewed.iter().filter(|is_written| **is_written).count();
        late += renewed.iter().filter(|is_written| !**is_written).count();
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    let verb = if dry_run { "would be written anew" } else { "are written anew" };
    writeln!(said, "{written} accounts {verb}.").expect("a string takes any text");
    if late + unreadable > 0 {
        return Err(refused(format!(
            "{said}{late} accounts changed meanwhile: run this again. {unreadable} cannot be read and were \
             passed over."
        )));
    }
    Ok(said)
}

async fn renew(on: &Basics, one: &FormerlyWritten, dry_run: bool) -> Result<bool, StoreError> {
    if dry_run { Ok(true) } else { administration::renew_power(on, one).await }
}

/// Who is not believed to be staff, and what to do if they are.
fn doubtful(one: &FormerlyWritten) -> String {
    let number = one.account.number;
    let by = match (one.former.is_superuser, one.account.administers_charity()) {
        (true, _) => "a superuser",
        (false, true | false) => "an administrator of the charity",
    };
    format!(
        "Account {number} is {by} and was staff, perhaps by that alone: it is not from now on. If it is to \
         be: tally-admin staff '#{number}' on"
    )
}
