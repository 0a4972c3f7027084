//! The id at WeChat: an attribute of the account, and a claim, so that it belongs to one account only.

use super::codes::codes_die;
use super::expression::Update;
use super::guarded::Guarded;
use super::key::Identifier;
use super::transaction::{Setback, meaning};
use super::{Store, StoreError, text};
use crate::domain::account::Account;
use crate::domain::history::Record;
use crate::domain::weixin::OpenId;

const WEIXIN: &str = "weixin";

impl Store {
    /// Gives the account this id in place of the one it has, or none; the claims follow, or nothing does.
    /// All codes and links that were made for the account die.
    pub async fn set_weixin(
        &self,
        account: &Account,
        id: Option<&OpenId>,
        record: &Record,
        op: &str,
    ) -> Result<Result<(), Setback>, StoreError> {
        let number = account.number;
        let written = |id: Option<&OpenId>| id.map(|id| text(id.as_str()));
        let update = codes_die(Update::default(), record.at)
            .if_is(WEIXIN, written(account.weixin.as_ref()))
            .put(WEIXIN, written(id));
        let mut parts = vec![(self.guarded_part(Guarded::of(account, op), update), Setback::Changed)];
        // Nobody releases an id for later, so there is no time to look at.
        parts.extend(
            id.map(|id| (self.take(&Identifier::weixin(id), number, account.joined), Setback::Taken)),
        );
        let freed = account.weixin.as_ref().map(|seen| self.free(&Identifier::weixin(seen), number));
        let beside = freed.into_iter().chain([self.record_part(number, record, op)]);
        parts.extend(meaning(beside, Setback::Changed));
        self.transact_parts(parts, number, op).await
    }
}

/// The part of an account's update by which the id is its no longer.
pub(super) fn unbound(update: Update, seen: &OpenId) -> Update {
    update.remove(WEIXIN).if_equal(WEIXIN, text(seen.as_str()))
}
