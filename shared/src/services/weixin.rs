//! Binding a person's WeChat to the account: one id to one account.

use std::time::Duration;

use crate::app::App;
use crate::domain::account::{Account, Standing};
use crate::domain::asker::Asker;
use crate::domain::history::{Act, Actor, Record};
use crate::domain::weixin::{OpenId, WeixinCode};
use crate::services::sessions::{self, Caller, SignInRefusal};
use crate::store::{StoreError, WeixinWrite, chain};
use crate::weixin::WeixinFault;

/// How often a write is tried again after another one changed the account first.
const ROUNDS: usize = 8;

/// Why nothing was bound or unbound.
#[derive(Debug, thiserror::Error)]
pub enum WeixinRefusal {
    /// This deployment has no application at WeChat.
    #[error("WeChat is not set up")]
    NotConfigured,
    /// WeChat does not take the code.
    #[error("the code is wrong")]
    WrongCode,
    /// WeChat answered with an error of its own.
    #[error("WeChat refused")]
    Refused,
    /// WeChat, or our secret for it, is away; the code may be used up.
    #[error("WeChat is away")]
    Away,
    /// The network address brought too many wrong codes.
    #[error("too many wrong codes")]
    Throttled(Duration),
    /// Another account has the id.
    #[error("the id belongs to another account")]
    Taken,
    /// The caller was signed out, or stopped, while the request was under way.
    #[error("the caller is no longer signed in")]
    SignedOut,
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Binds the WeChat of whoever got the code there, in place of any that was bound before.
pub async fn bind(app: &App, caller: &Caller, code: &WeixinCode, asker: &Asker) -> Result<(), WeixinRefusal> {
    sessions::refuse_if_blocked(app, asker).map_err(refusal)?;
    let id = match app.weixin().exchange(code, app.clock.now()).await {
        Ok(id) => id,
        // Guessing is as pointless as guessing passwords, and as limited.
        Err(WeixinFault::WrongCode) => return Err(refusal(sessions::refuse_wrong(app, asker).await)),
        Err(WeixinFault::NotConfigured) => return Err(WeixinRefusal::NotConfigured),
        Err(fault @ WeixinFault::Refused(_)) => {
            tracing::error!(error = %chain(&fault), "WeChat refused an exchange");
            return Err(WeixinRefusal::Refused);
        }
        Err(fault @ (WeixinFault::Away(_) | WeixinFault::NoSecret(_))) => {
            tracing::error!(error = %chain(&fault), "a code was not exchanged with WeChat");
            return Err(WeixinRefusal::Away);
        }
    };
    set(app, caller, Some(&id), asker).await
}

/// Unbinds the caller's WeChat; that none was bound is as good.
pub async fn unbind(app: &App, caller: &Caller, asker: &Asker) -> Result<(), WeixinRefusal> {
    set(app, caller, None, asker).await
}

async fn set(app: &App, caller: &Caller, id: Option<&OpenId>, asker: &Asker) -> Result<(), WeixinRefusal> {
    let op = app.entropy.mark();
    let act = if id.is_some() { Act::WeixinBound } else { Act::WeixinUnbound };
    let door = asker.door.to_owned();
    let record = Record { act, by: Actor::Oneself, door, at: app.clock.now() };
    let mut account = caller.account.clone();
    for _ in 0..ROUNDS {
        if account.weixin.as_ref() == id {
            return Ok(());
        }
        match app.store.set_weixin(&account, id, &record, &op).await? {
            WeixinWrite::Applied => return Ok(()),
            WeixinWrite::Taken => return Err(WeixinRefusal::Taken),
            WeixinWrite::Refused => account = reread(app, &account).await?.ok_or(WeixinRefusal::SignedOut)?,
        }
    }
    Err(StoreError::Unavailable("the account kept changing".into()).into())
}

/// The account as it is now, if whoever acts on it is still let in.
async fn reread(app: &App, judged: &Account) -> Result<Option<Account>, StoreError> {
    let now = app.store.find_account(judged.number).await?;
    Ok(now.filter(|now| now.epoch == judged.epoch && now.standing == Standing::Active))
}

fn refusal(refused: SignInRefusal) -> WeixinRefusal {
    match refused {
        SignInRefusal::WrongCredentials | SignInRefusal::Frozen => WeixinRefusal::WrongCode,
        SignInRefusal::Throttled(wait) => WeixinRefusal::Throttled(wait),
        SignInRefusal::Unavailable(error) => WeixinRefusal::Unavailable(error),
    }
}
