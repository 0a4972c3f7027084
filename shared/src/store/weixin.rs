//! The id at WeChat: an attribute of the account, and a claim, so that it belongs to one account only.

use super::codes::codes_die;
use super::expression::Update;
use super::key::Identifier;
use super::transaction::Transaction;
use super::{Guarded, Store, StoreError, text};
use crate::domain::account::Account;
use crate::domain::history::Record;
use crate::domain::weixin::OpenId;

const WEIXIN: &str = "weixin";

/// What came of binding or unbinding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeixinWrite {
    /// It is done, claim and all.
    Applied,
    /// Another account has the id; nothing was written.
    Taken,
    /// The account is not, or no longer, as it was read; nothing was written.
    Refused,
}

impl Store {
    /// Gives the account this id in place of the one it has, or none; the claims follow, or nothing does.
    /// All codes and links that were made for the account die.
    pub async fn set_weixin(
        &self,
        account: &Account,
        id: Option<&OpenId>,
        record: &Record,
        op: &str,
    ) -> Result<WeixinWrite, StoreError> {
        let on = Guarded { number: account.number, epoch: account.epoch, op };
        let update = codes_die(Update::default(), record.at);
        let update = match &account.weixin {
            Some(seen) => update.if_equal(WEIXIN, text(seen.as_str())),
            None => update.if_absent(WEIXIN),
        };
        let update = match id {
            Some(id) => update.set(WEIXIN, text(id.as_str())),
            None => update.remove(WEIXIN),
        };
        let mut items = vec![self.guarded_part(on, update)];
        // Nobody releases an id for later, so there is no time to look at.
        items.extend(id.map(|id| self.take(&Identifier::weixin(id), account.number, account.joined)));
        items
            .extend(account.weixin.as_ref().map(|seen| self.free(&Identifier::weixin(seen), account.number)));
        items.push(self.record_part(account.number, record, op));
        Ok(match self.transact(items, account.number, op).await? {
            Transaction::Applied => WeixinWrite::Applied,
            Transaction::Failed(failed) if id.is_some() && failed[..2] == [false, true] => WeixinWrite::Taken,
            Transaction::Failed(_) => WeixinWrite::Refused,
        })
    }
}

/// The part of an account's update by which the id is its no longer.
pub(super) fn unbound(update: Update, seen: &OpenId) -> Update {
    update.remove(WEIXIN).if_equal(WEIXIN, text(seen.as_str()))
}
