//! Writing the power of accounts anew that is in the former form, page by page.

use crate::app::Basics;
use crate::domain::history::Act;
use crate::services::records::operators_record;
use crate::services::transfer::patiently;
use crate::store::{AccountPage, Acted, FormerlyWritten, ScanPosition, StoreError};

/// The next accounts behind a place in the table that are in the former form.
pub async fn former_power_page(
    on: &Basics,
    from: Option<&ScanPosition>,
) -> Result<AccountPage<FormerlyWritten>, StoreError> {
    patiently(async || on.store.former_power_page(from).await).await
}

/// Writes one of them anew, as it is read. The answer is whether that is done; it is not where somebody
/// else wrote to the account meanwhile, and another run finds it again.
pub async fn renew_power(on: &Basics, one: &FormerlyWritten) -> Result<bool, StoreError> {
    let op = on.entropy.mark();
    let record = operators_record(on, Act::StaffTaken);
    let act = Acted::new(&record, &op);
    let act = one.former.is_doubtful().then_some(&act);
    Ok(patiently(async || on.store.renew_power(one, act, &op).await).await?.is_ok())
}
