//! The group company: `/users/*`, as company customers' pages call it (contract 003 and its section in
//! contracts/README.md).

mod bookings;
mod codes;
mod company;
mod contacts;
mod envelope;
mod fields;
mod mailed_link;
#[cfg(feature = "openapi")]
pub mod openapi;
mod outcome;
mod passwords;
mod phones;
mod registration;
mod sessions;
mod weixin;
mod words;

use axum::Router;
use http::Method;
use tally::app::App;
use tally::described;
use tally::http::answer::Answer;
use tally::http::endpoint::{Dialect, Endpoint};
use tally::http::handler::Handler::{Guarded, Open, Welcoming};
use tally::http::request::Request;
use tally::services::email_binding::LANDING;
use tally::services::sessions::Caller;
use tally::telemetry::Outcome;

use words::Failure;

/// The paths that belong to this group: everything below each of them, in `template.yaml` and on
/// every host.
pub const PREFIXES: [&str; 1] = ["/users/"];

/// The group's router.
pub fn router(app: App) -> Router {
    tally::http::router::<Company>(app)
}

/// The paths of the group's endpoints, each with its final slash.
pub fn paths() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.iter().map(|endpoint| endpoint.path)
}

/// The group's endpoints. A cookie that opens nothing is a stranger's, so it is refused only where
/// strangers are.
///
/// Every POST but the one behind the mailed link, which is a form's, reads its body by
/// [`fields::Form::read`], which takes JSON only.
const ENDPOINTS: &[Endpoint<Failure>] = &[
    Endpoint::at("/users/account_register/", "注册")
        .post(Open(&registration::register), described!(openapi::registration::register)),
    Endpoint::at("/users/account_login/", "登陆")
        .post(Welcoming(&sessions::login), described!(openapi::sessions::login)),
    Endpoint::at("/users/account_logout/", "注销")
        .post(Open(&sessions::logout), described!(openapi::sessions::logout)),
    Endpoint::at("/users/send_sms_code/", "申请短信验证")
        .post(Welcoming(&codes::send), described!(openapi::codes::send)),
    Endpoint::at("/users/vaild_sms_code/", "短信验证码验证")
        .post(Open(&codes::check), described!(openapi::codes::check)),
    Endpoint::at("/users/change_mobile/", "修改手机号")
        .post(Guarded(&phones::change), described!(openapi::phones::change)),
    Endpoint::at("/users/change_pwd_by_mobile/", "根据手机号找回密码")
        .post(Open(&passwords::reset), described!(openapi::passwords::reset)),
    Endpoint::at("/users/change_my_pwd/", "根据旧密码修改新密码")
        .post(Guarded(&passwords::change), described!(openapi::passwords::change)),
    Endpoint::at("/users/change_my_info/", "修改个人信息")
        .post(Guarded(&company::change_person), described!(openapi::company::change_person)),
    Endpoint::at("/users/change_company_info/", "修改企业信息")
        .post(Guarded(&company::change_firm), described!(openapi::company::change_firm)),
    Endpoint::at("/users/change_my_recv_info/", "修改收货信息")
        .post(Guarded(&company::change_receiving), described!(openapi::company::change_receiving)),
    Endpoint::at("/users/my_info/", "我的信息")
        .get(Guarded(&company::show), described!(openapi::company::show)),
    Endpoint::at("/users/notify_email_is_bind/", "判断接收邮箱是否绑定")
        .get(Guarded(&contacts::is_bound), described!(openapi::contacts::is_bound)),
    Endpoint::at("/users/resend_bind_email/", "重新发送绑定接收邮箱链接")
        .get(Guarded(&contacts::resend), described!(openapi::contacts::resend)),
    Endpoint::at(LANDING, "绑定接收邮箱")
        .get(Open(&mailed_link::open), described!(openapi::contacts::open))
        .post(Open(&mailed_link::follow), described!(openapi::contacts::follow)),
    Endpoint::at("/users/send_email_code/", "发送邮箱验证码")
        .post(Guarded(&contacts::send_code), described!(openapi::contacts::send_code)),
    Endpoint::at("/users/change_notify_email/", "修改接收邮箱")
        .post(Guarded(&contacts::change), described!(openapi::contacts::change)),
    Endpoint::at("/users/weixin_is_bind/", "判断微信账号是否绑定")
        .get(Guarded(&weixin::is_bound), described!(openapi::weixin::is_bound)),
    Endpoint::at("/users/weixin_bind/", "绑定微信账号")
        .post(Guarded(&weixin::bind), described!(openapi::weixin::bind)),
    Endpoint::at("/users/weixin_unbind/", "解绑微信账号")
        .post(Guarded(&weixin::unbind), described!(openapi::weixin::unbind)),
    Endpoint::at("/users/new_industry_bookin/", "申请新行业活动报名")
        .post(Guarded(&bookings::book), described!(openapi::bookings::book)),
];

/// The dialect of contract 003.
struct Company;

impl Dialect for Company {
    type Failure = Failure;

    const ENDPOINTS: &'static [Endpoint<Failure>] = ENDPOINTS;
    const NAME: &'static str = "company";
    const KNOWS_COOKIES: bool = true;
    const METHODS: [Method; 6] =
        [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::OPTIONS];

    /// There is only JSON, whatever the client says it accepts.
    fn negotiate(_: &Request) -> Result<(), Failure> {
        Ok(())
    }

    async fn recognise(app: &App, request: &Request) -> Result<Option<Caller>, Failure> {
        sessions::recognise(app, request).await
    }

    fn describe(endpoint: &Endpoint<Failure>) -> Answer {
        envelope::success(endpoint.name, envelope::Nothing {})
    }

    fn outcome(failure: &Failure) -> Outcome {
        outcome::of(failure)
    }

    fn say(failure: Failure) -> Answer {
        words::say(failure)
    }

    fn finish(_: &Request, answer: Answer) -> Answer {
        envelope::finish(answer)
    }
}
