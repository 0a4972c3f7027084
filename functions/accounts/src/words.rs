//! Every success, rule and refusal in this group's status and sentence (docs/contracts/accounts.md).

use http::StatusCode;
use tally::domain::password::{self, PasswordFault};
use tally::domain::text::TextFault;
use tally::domain::username::{self, UsernameFault};
use tally::http::answer::{Answer, whole_seconds};
use tally::http::body::BodyFault;
use tally::http::csrf::CsrfFault;
use tally::http::endpoint::Refusal;
use tally::http::field_errors::FieldErrors;
use tally::services::contacts::EmailTaken;
use tally::services::registration::Taken;
use tally::services::sessions::SignInRefusal;
use tally::store::StoreError;
use tally::telemetry::Outcome;

use crate::envelope::{failure, refusal};

pub(crate) const LOGGED_IN: &str = "用户已经登陆";
pub(crate) const LOGGED_OUT: &str = "用户已注销";
pub(crate) const REGISTERED: &str = "用户注册成功";
pub(crate) const USER: &str = "用户信息";
pub(crate) const CHANGED: &str = "用户信息修改成功";
pub(crate) const PASSWORD_CHANGED: &str = "密码修改成功, 请重新登陆";

pub(crate) const REQUIRED: &str = "这个字段是必填项。";
pub(crate) const NOT_A_TEXT: &str = "输入一个有效的文本。";
pub(crate) const INVALID_EMAIL: &str = "输入一个有效的 Email 地址。";
pub(crate) const CONTROL_CHARACTER: &str = "不允许使用控制字符。";
pub(crate) const MISMATCH: &str = "两个密码字段不一致。";
pub(crate) const WRONG_OLD_PASSWORD: &str = "你的旧密码不正确。请重新输入。";

const WRONG_CREDENTIALS: &str = "用户名与密码不匹配, 请修改后再尝试连接";
const FROZEN: &str = "用户已被冻结, 请联系管理员";
const WRONG_USER_FORM: &str = "用户信息填写有误, 请修改后重新填写";
const INVALID_USERNAME: &str = "请输入合法用户名。只能包含字母，数字和@/./+/-/_ 字符。";
const USERNAME_TAKEN: &str = "已存在一位使用该名字的用户。";
const EMAIL_TAKEN: &str = "已存在一位使用该电子邮箱的用户。";

/// All that can go wrong in this group.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Around the endpoint.
    Refused(Refusal),
    /// No page of ours sent the request, or not with its token.
    Csrf(CsrfFault),
    /// The body could not be read.
    Body(BodyFault),
    /// The body is JSON but not an object.
    NotAnObject,
    /// Nobody was logged in.
    SignIn(SignInRefusal),
    /// What a user told about themselves is wrong.
    UserForm(FieldErrors),
    /// What a user told about themselves is right, and somebody else's.
    Taken(FieldErrors),
    /// The password cannot be changed like that.
    PasswordForm(FieldErrors),
    /// The old password is wrong, perhaps among other things.
    WrongOldPassword(FieldErrors),
}

/// What a failure is in the log.
fn outcome(failure: &Failure) -> Outcome {
    match failure {
        Failure::Refused(refusal) => refusal.outcome(),
        Failure::Csrf(_) => Outcome::Csrf,
        Failure::Body(fault) => fault.outcome(),
        Failure::NotAnObject | Failure::UserForm(_) | Failure::PasswordForm(_) => Outcome::Invalid,
        Failure::SignIn(SignInRefusal::WrongCredentials) => Outcome::WrongCredentials,
        Failure::SignIn(SignInRefusal::Frozen) => Outcome::Frozen,
        Failure::Taken(_) => Outcome::Taken,
        Failure::WrongOldPassword(_) => Outcome::WrongPassword,
    }
}

/// Says a failure.
pub(crate) fn say(said: Failure) -> Answer {
    match said {
        Failure::Refused(refused) => refused.headed(refusal(refused.status(), &refusal_sentence(&refused))),
        Failure::Csrf(fault) => refusal(StatusCode::FORBIDDEN, csrf_sentence(fault)),
        Failure::Body(fault) => refusal(fault.status(), body_sentence(&fault)),
        Failure::NotAnObject => refusal(StatusCode::BAD_REQUEST, "请求内容必须是 JSON 对象"),
        Failure::SignIn(SignInRefusal::WrongCredentials) => failure("", WRONG_CREDENTIALS),
        Failure::SignIn(SignInRefusal::Frozen) => failure("", FROZEN),
        Failure::UserForm(errors) | Failure::Taken(errors) => failure(errors, WRONG_USER_FORM),
        Failure::PasswordForm(errors) | Failure::WrongOldPassword(errors) => failure(errors, ""),
    }
}

fn refusal_sentence(refused: &Refusal) -> String {
    let sentence = match refused {
        Refusal::Foreign => "CSRF 验证失败, 请求被中断: 请求来源不受信任",
        Refusal::NoAddress => "无法确定请求来源地址",
        Refusal::CodedBody => "不支持压缩或编码的请求内容",
        Refusal::NotFound => "请求的地址不存在",
        Refusal::NotAcceptable => "无法提供可接受的响应格式",
        Refusal::NotAuthenticated => "用户未登陆, 请登陆后再尝试",
        Refusal::MethodNotAllowed(name) => return format!("不支持 {name} 请求"),
        Refusal::BodyTooLarge => "请求内容过大",
        Refusal::BodyIncomplete => "请求内容不完整",
        Refusal::Throttled(wait) => {
            return format!("请求过于频繁, 请在 {} 秒后重试", whole_seconds(*wait));
        }
        Refusal::Unavailable | Refusal::Store(StoreError::Unavailable(_)) => "服务暂时不可用, 请稍后重试",
        Refusal::Internal | Refusal::Store(StoreError::Unreadable(_)) => "服务器内部错误",
    };
    sentence.to_owned()
}

const fn csrf_sentence(fault: CsrfFault) -> &'static str {
    match fault {
        CsrfFault::NoCookie => "CSRF 验证失败, 请求被中断: 缺少 CSRF COOKIE",
        CsrfFault::Token => "CSRF 验证失败, 请求被中断: CSRF TOKEN 缺失或不正确",
    }
}

const fn body_sentence(fault: &BodyFault) -> &'static str {
    match fault {
        BodyFault::UnsupportedMediaType(_) => "不支持的请求内容类型",
        BodyFault::Json(_) => "请求内容不是有效的 JSON",
        BodyFault::Form(_) | BodyFault::Multipart(_) => "请求内容不是有效的表单",
    }
}

/// The sentence for a username that cannot be registered.
pub(crate) fn username_sentence(fault: UsernameFault, typed: &str) -> String {
    match fault {
        UsernameFault::TooLong => too_long(username::MAX_CHARACTERS, typed.chars().count()),
        UsernameFault::Characters | UsernameFault::AnothersIdentifier => INVALID_USERNAME.to_owned(),
    }
}

/// The sentences for a password that cannot be set.
pub(crate) fn password_sentences(faults: &[PasswordFault]) -> impl Iterator<Item = String> {
    faults.iter().map(|fault| match fault {
        PasswordFault::TooShort => {
            format!("密码长度太短。密码必须包含至少 {} 个字符。", password::MIN_CHARACTERS)
        }
        PasswordFault::TooCommon => "这个密码太常见了。".to_owned(),
        PasswordFault::EntirelyNumeric => "这个密码全部是数字的。".to_owned(),
        PasswordFault::ControlCharacter => CONTROL_CHARACTER.to_owned(),
    })
}

/// The sentence for a password over the limit, which is counted in bytes.
pub(crate) fn password_too_long() -> String {
    format!("密码长度太长。密码不能超过 {} 个字节。", password::MAX_BYTES)
}

/// The sentence for a text that cannot be kept.
pub(crate) fn text_sentence(fault: TextFault) -> String {
    match fault {
        TextFault::TooLong { has, most } => too_long(most, has),
        TextFault::ControlCharacter => CONTROL_CHARACTER.to_owned(),
    }
}

/// The sentence for a text over its limit.
pub(crate) fn too_long(most: usize, has: usize) -> String {
    format!("确保该变量包含不超过 {most} 字符 (目前字符数 {has})。")
}

/// Adds what is taken to the errors of the form.
pub(crate) fn add_taken(errors: &mut FieldErrors, taken: Taken) {
    errors.add("username", taken.username.then(|| USERNAME_TAKEN.to_owned()));
    errors.add("email", taken.email.then(|| EMAIL_TAKEN.to_owned()));
}

tally::fails_like_others!(Failure);

impl From<CsrfFault> for Failure {
    fn from(fault: CsrfFault) -> Self {
        Self::Csrf(fault)
    }
}

impl From<Taken> for Failure {
    fn from(taken: Taken) -> Self {
        let mut errors = FieldErrors::default();
        add_taken(&mut errors, taken);
        Self::Taken(errors)
    }
}

impl From<EmailTaken> for Failure {
    fn from(_: EmailTaken) -> Self {
        Self::Taken(FieldErrors::of("email", EMAIL_TAKEN))
    }
}
