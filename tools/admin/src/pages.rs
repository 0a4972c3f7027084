//! Going through all accounts of the table, page by page, until the end or until somebody presses Ctrl-C.

use futures_util::{StreamExt, TryStreamExt, stream};
use tally::app::Basics;
use tally::store::{AccountPage, ScanPosition, StoreError};

use crate::commands::unusable;
use crate::outcome::Failure;
use crate::terminal::Terminal;

/// How many accounts are under way at a time.
pub(crate) const MOST_UNDER_WAY: usize = 16;

/// Fetches page after page from a place on and hands each to `take`. The answer is whether it was the last one; not,
/// where somebody stopped it between two pages.
pub(crate) async fn each<T>(
    (on, terminal): (&Basics, &Terminal),
    mut from: Option<ScanPosition>,
    fetch: impl AsyncFn(Option<&ScanPosition>) -> Result<AccountPage<T>, StoreError>,
    mut take: impl AsyncFnMut(AccountPage<T>) -> Result<(), Failure>,
) -> Result<bool, Failure> {
    loop {
        let page = tokio::select! {
            () = terminal.interrupted(1) => return Ok(false),
            page = fetch(from.as_ref()) => page.map_err(|source| unusable(on, source))?,
        };
        from = page.next.clone();
        take(page).await?;
        if from.is_none() {
            return Ok(true);
        }
    }
}

/// Does something about each of many accounts, some at a time, and collects what came of it.
pub(crate) async fn all<T>(
    on: &Basics,
    each: impl Iterator<Item: Future<Output = Result<T, StoreError>>>,
) -> Result<Vec<T>, Failure> {
    let under_way = stream::iter(each).buffer_unordered(MOST_UNDER_WAY);
    under_way.try_collect().await.map_err(|source| unusable(on, source))
}
