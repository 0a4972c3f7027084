//! Every success, rule and refusal in this group's status and sentence (docs/contracts/company.md).
//!
//! Documented outcomes, failures too, are answered with HTTP 200; what is outside the document uses the
//! status that HTTP has for it (docs/contracts/README.md).

use http::StatusCode;
use tally::courier::Language;
use tally::domain::password::{self, PasswordFault};
use tally::domain::phone_number::PhoneFault;
use tally::domain::text::TextFault;
use tally::http::answer::{Answer, whole_seconds};
use tally::http::body::BodyFault;
use tally::http::endpoint::Refusal;
use tally::http::field_errors::FieldErrors;
use tally::services::bookings::AlreadyBooked;
use tally::services::codes::{ResetRefusal, WrongCode};
use tally::services::email_binding::{BindingRefusal, DeadLink, LinkRefusal};
use tally::services::obstacle::Declined;
use tally::services::passwords::WrongPassword;
use tally::services::phones::PhoneRefusal;
use tally::services::registration::RegistrationRefusal;
use tally::services::sessions::SignInRefusal;
use tally::services::weixin::WeixinRefusal;
use tally::store::StoreError;
use tally::telemetry::Outcome;

use crate::envelope::{error, form_error};
use crate::link_page;

pub(crate) const LOGGED_IN: &str = "登录成功";
pub(crate) const LOGGED_OUT: &str = "已退出登录";
pub(crate) const REGISTERED: &str = "注册成功";
pub(crate) const CODE_SENT: &str = "验证码已发送";
pub(crate) const CODE_RIGHT: &str = "验证码正确";
pub(crate) const MOBILE_CHANGED: &str = "手机号修改成功";
pub(crate) const INFO: &str = "获取成功";
pub(crate) const CHANGED: &str = "修改成功";
pub(crate) const PASSWORD_CHANGED: &str = "修改密码成功";

pub(crate) const REQUIRED: &str = "不能为空";
pub(crate) const NOT_A_TEXT: &str = "必须是字符串";
pub(crate) const NOT_TEXTS: &str = "必须是字符串列表";
pub(crate) const CONTROL_CHARACTER: &str = "不能包含控制字符";

pub(crate) const INVALID_EMAIL: &str = "不是有效的邮箱";
pub(crate) const NOT_A_NAME: &str = "不能用作用户名";
pub(crate) const UNKNOWN_ACTION: &str = "只能是 AccountReg、ChangePwd 或 ChangeMobile";
pub(crate) const MISMATCH: &str = "两次输入的密码不一致";
pub(crate) const NOT_A_HOME_PAGE: &str = "必须是 http 或 https 网址";

pub(crate) const EMAIL_BOUND: &str = "接收邮箱已绑定";
pub(crate) const EMAIL_NOT_BOUND: &str = "接收邮箱未绑定";
pub(crate) const EMAIL_BINDS: &str = "接收邮箱绑定成功";
pub(crate) const EMAIL_CHANGED: &str = "接收邮箱修改成功";
pub(crate) const EMAIL_ALREADY_BOUND: &str = "该邮箱已绑定，无需重复绑定";
pub(crate) const MAIL_NOT_SENT: &str = "邮件发送失败，请稍后重试";
pub(crate) const LINK_SENT: &str = "绑定链接已发送，请查收邮件";
pub(crate) const WEIXIN_BOUND: &str = "微信账号已绑定";
pub(crate) const WEIXIN_NOT_BOUND: &str = "微信账号未绑定";
pub(crate) const WEIXIN_BINDS: &str = "微信账号绑定成功";
pub(crate) const WEIXIN_UNBINDS: &str = "微信账号已解绑";
pub(crate) const WRONG_WEIXIN_CODE: &str = "微信授权码无效或已过期，请重新授权";
pub(crate) const BOOKED: &str = "报名成功";
pub(crate) const NO_SUCH_EVENT: &str = "没有这个活动";

const WRONG_CODE: &str = "验证码错误或已失效";
const EMAIL_TAKEN: &str = "该邮箱已被注册";
const PHONE_TAKEN: &str = "该手机号已被注册";
const WRONG_PASSWORD: &str = "密码错误";
const WRONG_FORM: &str = "表单填写有误，请修改后重新提交";
const WRONG_CREDENTIALS: &str = "账号或密码错误";
const FROZEN: &str = "账号已被冻结，请联系管理员";

/// All that can go wrong in this group.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Around the endpoint.
    Refused(Refusal),
    /// The body could not be read.
    Body(BodyFault),
    /// The body is JSON but not an object.
    NotAnObject,
    /// The form of a registration or login is filled in wrongly.
    Form(FieldErrors),
    /// The form of a registration is filled in rightly, with somebody else's identifiers.
    Taken(FieldErrors),
    /// The code in it is wrong, expired or used.
    WrongFormCode,
    /// The fields of another endpoint are wrong.
    Input(FieldErrors),
    /// The mobile number in them is somebody else's.
    PhoneTaken,
    /// Nobody was logged in.
    SignIn(SignInRefusal),
    /// Somebody who is in gave another password than theirs.
    WrongPassword,
    /// Wrong, expired or used code, or a number nobody has.
    WrongCode,
    /// It did not work in a way that the document knows; the sentence, and what it is in the log.
    Documented(&'static str, Outcome),
    /// The mailed link does not work, or not any more.
    DeadLink,
    /// The same, for somebody who looks at a page in that language.
    DeadLinkOnPage(Language),
    /// A browser fetches ahead what nobody has asked for yet.
    Prefetch,
}

impl Failure {
    /// Why the code of a registration does not do.
    pub(crate) fn of_registration_code(refusal: Declined<WrongCode>) -> Self {
        match refusal {
            Declined::Because(WrongCode) => Self::WrongFormCode,
            Declined::Obstacle(obstacle) => obstacle.into(),
        }
    }
}

/// What a failure is in the log.
fn outcome(failure: &Failure) -> Outcome {
    match failure {
        Failure::Refused(refusal) => refusal.outcome(),
        Failure::Body(fault) => fault.outcome(),
        Failure::NotAnObject | Failure::Form(_) | Failure::Input(_) => Outcome::Invalid,
        Failure::Taken(_) | Failure::PhoneTaken => Outcome::Taken,
        Failure::SignIn(SignInRefusal::WrongCredentials) => Outcome::WrongCredentials,
        Failure::SignIn(SignInRefusal::Frozen) => Outcome::Frozen,
        Failure::WrongPassword => Outcome::WrongPassword,
        Failure::WrongFormCode | Failure::WrongCode => Outcome::WrongCode,
        Failure::Documented(_, outcome) => *outcome,
        Failure::DeadLink | Failure::DeadLinkOnPage(_) => Outcome::DeadLink,
        Failure::Prefetch => Outcome::Prefetch,
    }
}

/// Says a failure.
pub(crate) fn say(failure: Failure) -> Answer {
    match failure {
        Failure::Refused(refusal) => refusal.headed(error(refusal.status(), &refusal_sentence(&refusal))),
        Failure::Body(fault) => error(fault.status(), body_sentence(&fault)),
        Failure::NotAnObject => error(StatusCode::BAD_REQUEST, "请求内容必须是一个 JSON 对象"),
        Failure::Form(errors) | Failure::Taken(errors) => form_error(WRONG_FORM, &errors),
        Failure::WrongFormCode => form_error(WRONG_FORM, &FieldErrors::of("code", WRONG_CODE)),
        Failure::Input(errors) => error(StatusCode::OK, &input_sentence(&errors)),
        Failure::PhoneTaken => {
            error(StatusCode::OK, &input_sentence(&FieldErrors::of("mobile", PHONE_TAKEN)))
        }
        // Under the field that clears it: a form shows the sentence there, and the name stays.
        Failure::SignIn(SignInRefusal::WrongCredentials) => {
            form_error(WRONG_CREDENTIALS, &FieldErrors::of("password", WRONG_CREDENTIALS))
        }
        Failure::SignIn(SignInRefusal::Frozen) => form_error(FROZEN, &FieldErrors::of("username", FROZEN)),
        Failure::WrongPassword => error(StatusCode::OK, WRONG_PASSWORD),
        Failure::WrongCode => error(StatusCode::OK, WRONG_CODE),
        Failure::Documented(sentence, _) => error(StatusCode::OK, sentence),
        Failure::DeadLink => error(StatusCode::BAD_REQUEST, "绑定链接无效或已过期，请登录后重新发送"),
        Failure::DeadLinkOnPage(language) => link_page::dead(language),
        Failure::Prefetch => error(StatusCode::FORBIDDEN, "不处理预先获取的请求"),
    }
}

fn refusal_sentence(refusal: &Refusal) -> String {
    let sentence = match refusal {
        Refusal::Foreign => "请求来源不受信任",
        Refusal::NoAddress => "无法确定请求来源地址",
        Refusal::CodedBody => "不支持压缩或编码的请求内容",
        Refusal::NotFound => "接口不存在",
        Refusal::NotAcceptable => "只提供 JSON 格式的数据",
        Refusal::NotAuthenticated => "请先登录",
        Refusal::MethodNotAllowed(_) => "不支持该请求方法",
        Refusal::BodyTooLarge => "请求内容过大",
        Refusal::BodyIncomplete => "请求内容不完整",
        Refusal::Throttled(wait) => {
            return format!("操作过于频繁，请在 {} 秒后重试", whole_seconds(*wait));
        }
        Refusal::Unavailable | Refusal::Store(StoreError::Unavailable(_)) => "服务暂时不可用，请稍后重试",
        Refusal::Internal | Refusal::Store(StoreError::Unreadable(_)) => "服务器内部错误",
    };
    sentence.to_owned()
}

const fn body_sentence(fault: &BodyFault) -> &'static str {
    match fault {
        BodyFault::UnsupportedMediaType(_) => "请求内容类型必须是 application/json",
        BodyFault::Json(_) | BodyFault::Form(_) | BodyFault::Multipart(_) => "请求内容不是有效的 JSON",
    }
}

/// All that is wrong with the fields, each by its name.
fn input_sentence(errors: &FieldErrors) -> String {
    let fields = errors.iter().map(|(field, sentences)| format!("{field} {}", sentences.join("，")));
    fields.collect::<Vec<_>>().join("；")
}

/// The sentence for a phone number that cannot be one's own.
pub(crate) const fn phone_sentence(fault: PhoneFault) -> &'static str {
    match fault {
        PhoneFault::NotANumber => "不是有效的手机号",
        PhoneFault::Country => "暂不支持该国家或地区的手机号",
    }
}

/// The sentences for a password that cannot be set.
pub(crate) fn password_sentences(faults: &[PasswordFault]) -> impl Iterator<Item = String> {
    faults.iter().map(|fault| match fault {
        PasswordFault::TooShort => format!("长度太短，至少需要 {} 个字符", password::MIN_CHARACTERS),
        PasswordFault::TooCommon => "太常见".to_owned(),
        PasswordFault::EntirelyNumeric => "不能全部是数字".to_owned(),
        PasswordFault::ControlCharacter => CONTROL_CHARACTER.to_owned(),
    })
}

/// The sentence for a password over the limit, which is counted in bytes.
pub(crate) fn password_too_long() -> String {
    format!("不能超过 {} 个字节", password::MAX_BYTES)
}

/// The sentence for a list over its limit.
pub(crate) fn too_many(most: usize) -> String {
    format!("不能超过 {most} 项")
}

/// The sentence for a text that cannot be kept.
pub(crate) fn text_sentence(fault: TextFault) -> String {
    match fault {
        TextFault::TooLong { most, .. } => too_long(most),
        TextFault::ControlCharacter => CONTROL_CHARACTER.to_owned(),
    }
}

/// The sentence for a text over its limit.
pub(crate) fn too_long(most: usize) -> String {
    format!("不能超过 {most} 个字符")
}

tally::fails_like_others!(Failure);

impl From<WrongPassword> for Failure {
    fn from(_: WrongPassword) -> Self {
        Self::WrongPassword
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
            ResetRefusal::Password(faults) => {
                Self::Input(FieldErrors::all("password", password_sentences(&faults)))
            }
        }
    }
}

impl From<RegistrationRefusal> for Failure {
    fn from(refusal: RegistrationRefusal) -> Self {
        match refusal {
            RegistrationRefusal::Taken(taken) => {
                let mut errors = FieldErrors::default();
                // The address is also the name.
                let has_email = taken.email || taken.username;
                errors.add("user_email", has_email.then(|| EMAIL_TAKEN.to_owned()));
                errors.add("phone", taken.phone.then(|| PHONE_TAKEN.to_owned()));
                Self::Taken(errors)
            }
            RegistrationRefusal::CodeSpent => Self::WrongFormCode,
        }
    }
}

impl From<PhoneRefusal> for Failure {
    fn from(refusal: PhoneRefusal) -> Self {
        match refusal {
            PhoneRefusal::Taken => Self::PhoneTaken,
            PhoneRefusal::CodeSpent => Self::WrongCode,
        }
    }
}

impl From<LinkRefusal> for Failure {
    fn from(refusal: LinkRefusal) -> Self {
        match refusal {
            LinkRefusal::NoAddress => Self::Documented("账号没有接收邮箱", Outcome::NoTarget),
            LinkRefusal::AlreadyBound => Self::Documented(EMAIL_ALREADY_BOUND, Outcome::AlreadyDone),
            LinkRefusal::NotSent => Self::Documented(MAIL_NOT_SENT, Outcome::NotSent),
        }
    }
}

impl From<DeadLink> for Failure {
    fn from(_: DeadLink) -> Self {
        Self::DeadLink
    }
}

impl From<BindingRefusal> for Failure {
    fn from(refusal: BindingRefusal) -> Self {
        match refusal {
            BindingRefusal::Taken => Self::Documented("该邮箱已被其他账号绑定", Outcome::Taken),
            BindingRefusal::CodeSpent => Self::WrongCode,
        }
    }
}

impl From<WeixinRefusal> for Failure {
    fn from(refusal: WeixinRefusal) -> Self {
        match refusal {
            WeixinRefusal::NotConfigured => Self::Documented("未开通微信绑定", Outcome::NotConfigured),
            WeixinRefusal::WrongCode => Self::Documented(WRONG_WEIXIN_CODE, Outcome::WrongCode),
            WeixinRefusal::Refused => {
                Self::Documented("微信拒绝了本次授权，请稍后重试", Outcome::ProviderRefused)
            }
            WeixinRefusal::Taken => Self::Documented("该微信账号已绑定其他账号", Outcome::Taken),
            WeixinRefusal::Away => Self::Refused(Refusal::Unavailable),
        }
    }
}

impl From<AlreadyBooked> for Failure {
    fn from(_: AlreadyBooked) -> Self {
        Self::Documented("您已报名该活动，请勿重复报名", Outcome::AlreadyDone)
    }
}
