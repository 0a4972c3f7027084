//! Writing power anew that is in the form of before staff, superuser and role were three things.
//!
//! Whoever is written anew is found no more, so a run that was stopped goes on where it was, and one
//! that is over changes nothing.

use std::fmt::Write as _;

use serde_json::{Value, json};
use tally::app::Basics;
use tally::services::administration;
use tally::store::{FormerlyWritten, StoreError};

use crate::outcome::{Answer, Failure};
use crate::pages;
use crate::terminal::Terminal;

/// Writes everybody anew, or tells what that would do.
pub(crate) async fn carry_out(on: &Basics, dry_run: bool, terminal: &Terminal) -> Result<Answer, Failure> {
    let (mut text, mut doubtful, mut written, mut late, mut unreadable) =
        (String::new(), Vec::new(), 0, 0, 0);
    let fetch = async |from: Option<&_>| administration::former_power_page(on, from).await;
    let is_over = pages::each((on, terminal), None, fetch, async |page| {
        unreadable += page.unreadable.len();
        for one in page.found.iter().filter(|one| one.former.is_doubtful()) {
            doubtful.push(tell(one, &mut text));
        }
        let renewed = pages::all(on, page.found.iter().map(|one| renew(on, one, dry_run))).await?;
        let is_written = renewed.iter().filter(|is_written| **is_written).count();
        written += is_written;
        late += renewed.len() - is_written;
        Ok(())
    });
    let is_over = is_over.await?;
    let verb = if dry_run { "would be rewritten" } else { "are rewritten" };
    if !is_over {
        return Err(terminal.stopped(&format!("{text}{written} accounts {verb}")));
    }
    writeln!(text, "{written} accounts {verb}.").expect("a string takes any text");
    if late + unreadable > 0 {
        let rest = format!(
            "{late} accounts changed in the meantime: run this again. {unreadable} cannot be read and were skipped."
        );
        writeln!(text, "{rest}").expect("a string takes any text");
    }
    let facts = json!({
        "accounts": written, "dry_run": dry_run, "no_longer_staff": doubtful, "changed_meanwhile": late,
        "unreadable": unreadable,
    });
    let answer = Answer::new(text, &facts);
    if late + unreadable > 0 { Err(Failure::Partly(answer)) } else { Ok(answer) }
}

async fn renew(on: &Basics, one: &FormerlyWritten, dry_run: bool) -> Result<bool, StoreError> {
    if dry_run { Ok(true) } else { administration::renew_power(on, one).await }
}

/// Tells who is not believed to be staff, and what to do if they are.
fn tell(one: &FormerlyWritten, text: &mut String) -> Value {
    let number = one.account.number;
    let (by, word) = match (one.former.is_superuser, one.account.administers_charity()) {
        (true, _) => ("a superuser", "superuser"),
        (false, true | false) => ("an administrator of the charity", "administrator"),
    };
    writeln!(
        text,
        "Account {number} is {by} and was staff, perhaps by that alone: it is not from now on. If it is to \
         be: tally-admin staff '#{number}' on"
    )
    .expect("a string takes any text");
    json!({"account": number.get(), "because": word})
}
