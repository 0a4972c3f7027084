//! Binding a person's WeChat to the account: one id to one account.

use crate::app::App;
use crate::domain::address_budget::Deed;
use crate::domain::asker::Asker;
use crate::domain::history::{Act, Actor};
use crate::domain::weixin::{OpenId, WeixinCode};
use crate::services::address_gate;
use crate::services::obstacle::{Declined, Reason};
use crate::services::records::record;
use crate::services::rounds::{Rounds, reread};
use crate::services::sessions::Caller;
use crate::store::{Setback, chain};
use crate::weixin::WeixinFault;

/// Why nothing was bound or unbound.
#[derive(Debug, thiserror::Error)]
pub enum WeixinRefusal {
    /// This deployment has no application at WeChat.
    #[error("WeChat is not set up")]
    NotConfigured,
    /// WeChat rejected the code.
    #[error("the code is wrong")]
    WrongCode,
    /// WeChat answered with an error of its own.
    #[error("WeChat refused")]
    Refused,
    /// WeChat, or our secret for it, is away; the code may be used up.
    #[error("WeChat is unavailable")]
    Away,
    /// Another account has the id.
    #[error("the id belongs to another account")]
    Taken,
}

impl Reason for WeixinRefusal {}

/// Binds the WeChat account that got the code, in place of any that was bound before.
pub async fn bind(
    app: &App,
    caller: &Caller,
    code: &WeixinCode,
    asker: &Asker,
) -> Result<(), Declined<WeixinRefusal>> {
    address_gate::admit(app, asker, Deed::FailedLogin)?;
    let id = match app.weixin().exchange(code, app.clock.now()).await {
        Ok(id) => id,
        // Guessing is as pointless as guessing passwords, and as limited.
        Err(WeixinFault::WrongCode) => {
            address_gate::count(app, asker, Deed::FailedLogin).await?;
            return Err(WeixinRefusal::WrongCode.into());
        }
        Err(WeixinFault::NotConfigured) => return Err(WeixinRefusal::NotConfigured.into()),
        Err(fault @ WeixinFault::Refused(_)) => {
            tracing::error!(error = %chain(&fault), "WeChat refused an exchange");
            return Err(WeixinRefusal::Refused.into());
        }
        Err(fault @ (WeixinFault::Away(_) | WeixinFault::NoSecret(_))) => {
            tracing::error!(error = %chain(&fault), "a code could not be exchanged with WeChat");
            return Err(WeixinRefusal::Away.into());
        }
    };
    set(app, caller, Some(&id), asker).await
}

/// Unbinds the caller's WeChat; that none was bound is as good.
pub async fn unbind(app: &App, caller: &Caller, asker: &Asker) -> Result<(), Declined<WeixinRefusal>> {
    set(app, caller, None, asker).await
}

async fn set(
    app: &App,
    caller: &Caller,
    id: Option<&OpenId>,
    asker: &Asker,
) -> Result<(), Declined<WeixinRefusal>> {
    let op = app.entropy.mark();
    let act = if id.is_some() { Act::WeixinBound } else { Act::WeixinUnbound };
    let record = record(app, asker, Actor::Oneself, act);
    let mut account = caller.account.clone();
    let mut rounds = Rounds::usual();
    loop {
        rounds.begin()?;
        if account.weixin.as_ref() == id {
            return Ok(());
        }
        match app.store.set_weixin(&account, id, &record, &op).await? {
            Ok(()) => return Ok(()),
            Err(Setback::Taken) => return Err(WeixinRefusal::Taken.into()),
            Err(Setback::Changed | Setback::CodeSpent) => account = reread(&app.store, &account).await?,
        }
    }
}
