//! Every refusal of this group, with its own fixed code and its sentence.
//!
//! `meta.code` is 0 for success. Documented outcomes, failures too, are answered with HTTP 200; what
//! is outside the document uses the status that HTTP has for it (docs/contracts/README.md).

use tally::domain::password::{self, PasswordFault};
use tally::http::answer::{Answer, whole_seconds};
use tally::http::body::BodyFault;
use tally::http::endpoint::Refusal;
use tally::services::codes::{ResetRefusal, WrongCode};
use tally::services::sessions::SignInRefusal;
use tally::store::StoreError;
use tally::telemetry::Outcome;

use crate::envelope::{Fault, failure, refusal};

pub(crate) const OK: &str = "Ok";
pub(crate) const PASSWORD_RESET: &str = "重置密码成功！";

/// All that can go wrong in this group.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Around the endpoint.
    Refused(Refusal),
    /// The body could not be read.
    Body(BodyFault),
    /// The body's fields are not what the document asks for.
    Input(InputFault),
    /// Nobody was logged in.
    SignIn(SignInRefusal),
    /// Wrong, expired or used code, or an address nobody has.
    WrongCode,
    /// The two passwords differ.
    Mismatch,
    /// The password does not meet the rules.
    Password(Vec<PasswordFault>),
}

/// What is wrong with the body's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InputFault {
    /// The body is JSON but not an object.
    NotAnObject,
    /// A field is not there, or empty.
    Missing(&'static str),
    /// A field is not a string.
    NotAText(&'static str),
    /// A field is no whole number.
    NotANumber(&'static str),
    /// The username is no e-mail address.
    NotAnEmail,
    /// The kind of code is not known.
    UnknownCodeType,
    /// The password is longer than any can be.
    PasswordTooLong,
}

/// What a failure is in the log.
fn outcome(failure: &Failure) -> Outcome {
    match failure {
        Failure::Refused(refusal) => refusal.outcome(),
        Failure::Body(fault) => fault.outcome(),
        Failure::Input(_) | Failure::Mismatch | Failure::Password(_) => Outcome::Invalid,
        Failure::SignIn(SignInRefusal::WrongCredentials) => Outcome::WrongCredentials,
        Failure::SignIn(SignInRefusal::Frozen) => Outcome::Frozen,
        Failure::WrongCode => Outcome::WrongCode,
    }
}

/// Says a failure.
pub(crate) fn say(said: Failure) -> Answer {
    match said {
        Failure::Refused(refused) => say_refusal(&refused),
        Failure::Body(fault) => refusal(fault.status(), body_sentence(&fault)),
        Failure::Input(fault) => failure(Fault::Input, &input_sentence(fault)),
        Failure::SignIn(SignInRefusal::WrongCredentials) => failure(Fault::Credentials, "邮箱或密码错误"),
        Failure::SignIn(SignInRefusal::Frozen) => failure(Fault::Frozen, "账号已被冻结"),
        Failure::WrongCode => failure(Fault::Code, "验证码错误或已失效"),
        Failure::Mismatch => failure(Fault::Mismatch, "两次输入的密码不一致"),
        Failure::Password(faults) => failure(Fault::Password, &password_sentence(&faults)),
    }
}

fn say_refusal(refused: &Refusal) -> Answer {
    let wait;
    let sentence = match refused {
        Refusal::Foreign => "请求来源不受信任",
        Refusal::NoAddress => "无法确定请求来源地址",
        Refusal::CodedBody => "不支持压缩或编码的请求内容",
        Refusal::NotFound => "接口不存在",
        Refusal::NotAcceptable => "只提供 JSON 格式的数据",
        Refusal::NotAuthenticated => "请先登录",
        Refusal::MethodNotAllowed(_) => "不支持该请求方法",
        Refusal::BodyTooLarge => "请求内容过大",
        Refusal::BodyIncomplete => "请求内容不完整",
        Refusal::Throttled(after) => {
            wait = format!("操作过于频繁，请在 {} 秒后重试", whole_seconds(*after));
            &wait
        }
        Refusal::Unavailable | Refusal::Store(StoreError::Unavailable(_)) => "服务暂时不可用，请稍后重试",
        Refusal::Internal | Refusal::Store(StoreError::Unreadable(_)) => "服务器内部错误",
    };
    refused.headed(refusal(refused.status(), sentence))
}

const fn body_sentence(fault: &BodyFault) -> &'static str {
    match fault {
        BodyFault::UnsupportedMediaType(_) => "不支持该请求内容类型",
        BodyFault::Json(_) => "请求内容不是有效的 JSON",
        BodyFault::Form(_) | BodyFault::Multipart(_) => "请求内容不是有效的表单",
    }
}

fn input_sentence(fault: InputFault) -> String {
    match fault {
        InputFault::NotAnObject => "参数错误：请求内容必须是一个 JSON 对象".to_owned(),
        InputFault::Missing(name) => format!("参数错误：缺少 {name}"),
        InputFault::NotAText(name) => format!("参数错误：{name} 必须是字符串"),
        InputFault::NotANumber(name) => format!("参数错误：{name} 必须是整数"),
        InputFault::NotAnEmail => "参数错误：username 必须是邮箱".to_owned(),
        InputFault::UnknownCodeType => "参数错误：code_type 只能是 1".to_owned(),
        InputFault::PasswordTooLong => format!("参数错误：password 不能超过 {} 字节", password::MAX_BYTES),
    }
}

fn password_sentence(faults: &[PasswordFault]) -> String {
    let sentences = faults.iter().map(|fault| match fault {
        PasswordFault::TooShort => format!("密码长度太短，至少需要 {} 个字符", password::MIN_CHARACTERS),
        PasswordFault::TooCommon => "密码太常见".to_owned(),
        PasswordFault::EntirelyNumeric => "密码不能全部是数字".to_owned(),
        PasswordFault::ControlCharacter => "密码不能包含控制字符".to_owned(),
    });
    sentences.collect::<Vec<_>>().join("；")
}

tally::fails_like_others!(Failure);

impl From<InputFault> for Failure {
    fn from(fault: InputFault) -> Self {
        Self::Input(fault)
    }
}

impl From<WrongCode> for Failure {
    fn from(_: WrongCode) -> Self {
        Self::WrongCode
    }
}

impl From<ResetRefusal> for Failure {
    fn from(refusal: ResetRefusal) -> Self {
        match refusal {
            ResetRefusal::Code(wrong) => wrong.into(),
            ResetRefusal::Password(faults) => Self::Password(faults),
        }
    }
}
