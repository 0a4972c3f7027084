//! WeChat.

use tally::http::openapi::{Field, Operation};
use tally::services::weixin::WeixinRefusal;

use super::codes::required;
use super::{done, failure, throttled, told};
use crate::weixin::{Bound, bound};
use crate::words;

pub(crate) fn is_bound() -> Operation {
    Operation::new("weixin_is_bind", "Ask whether a WeChat account is bound")
        .described("Which one is nobody's business.")
        .answers([
            told::<Bound>("bound", "One is bound.", bound(true)),
            told::<Bound>("not_bound", "None is bound.", bound(false)),
        ])
}

pub(crate) fn bind() -> Operation {
    Operation::new("weixin_bind", "Bind a WeChat account")
        .described(
            "One WeChat account belongs to one account: the own one again is `ok`, another one takes its \
             place. It opens nothing.",
        )
        .reads([Field::text("code", "What WeChat's OAuth gave the page; it is exchanged once.")
            .required()
            .example("081Kq4Ga1aBcDe0ZzyFa1TGqcX2Kq4Gh")])
        .answers([
            done("bound", "The WeChat account is bound.", words::WEIXIN_BINDS),
            failure("wrong_code", "WeChat does not take the code.", WeixinRefusal::WrongCode),
            failure("refused", "WeChat refuses for another reason.", WeixinRefusal::Refused),
            failure("taken", "The WeChat account is bound to somebody else.", WeixinRefusal::Taken),
            failure(
                "not_configured",
                "The deployment has no application at WeChat.",
                WeixinRefusal::NotConfigured,
            ),
            required(&["code"]),
            failure("weixin_away", "WeChat, or the secret for it, is away.", WeixinRefusal::Away),
            throttled("Too many wrong codes."),
        ])
}

pub(crate) fn unbind() -> Operation {
    Operation::new("weixin_unbind", "Unbind the WeChat account")
        .described("The answer is the same where none is bound. No field is read.")
        .reads([])
        .answers([done("unbound", "No WeChat account is bound any more.", words::WEIXIN_UNBINDS)])
}
