//! The group company: `/users/*`, as company customers' pages call it (docs/contracts/company.md).

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
use tally::http::answer::Answer;
use tally::http::endpoint::{CallerRule, Dialect, Endpoint, Operation};
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
    Endpoint {
        path: "/users/account_register/",
        name: "注册",
        allow: "POST, OPTIONS",
        caller: CallerRule::Ignored,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(registration::register(exchange)),
        }],
    },
    Endpoint {
        path: "/users/account_login/",
        name: "登陆",
        allow: "POST, OPTIONS",
        caller: CallerRule::Welcome,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(sessions::login(exchange)),
        }],
    },
    Endpoint {
        path: "/users/account_logout/",
        name: "注销",
        allow: "POST, OPTIONS",
        caller: CallerRule::Ignored,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(sessions::logout(exchange)),
        }],
    },
    Endpoint {
        path: "/users/send_sms_code/",
        name: "申请短信验证",
        allow: "POST, OPTIONS",
        caller: CallerRule::Welcome,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(codes::send(exchange)),
        }],
    },
    Endpoint {
        path: "/users/vaild_sms_code/",
        name: "短信验证码验证",
        allow: "POST, OPTIONS",
        caller: CallerRule::Ignored,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(codes::check(exchange)),
        }],
    },
    Endpoint {
        path: "/users/change_mobile/",
        name: "修改手机号",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(phones::change(exchange)),
        }],
    },
    Endpoint {
        path: "/users/change_pwd_by_mobile/",
        name: "根据手机号找回密码",
        allow: "POST, OPTIONS",
        caller: CallerRule::Ignored,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(passwords::reset(exchange)),
        }],
    },
    Endpoint {
        path: "/users/change_my_pwd/",
        name: "根据旧密码修改新密码",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(passwords::change(exchange)),
        }],
    },
    Endpoint {
        path: "/users/change_my_info/",
        name: "修改个人信息",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(company::change_person(exchange)),
        }],
    },
    Endpoint {
        path: "/users/change_company_info/",
        name: "修改企业信息",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(company::change_firm(exchange)),
        }],
    },
    Endpoint {
        path: "/users/change_my_recv_info/",
        name: "修改收货信息",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(company::change_receiving(exchange)),
        }],
    },
    Endpoint {
        path: "/users/my_info/",
        name: "我的信息",
        allow: "GET, HEAD, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::GET,
            handler: |exchange| Box::pin(company::show(exchange)),
        }],
    },
    Endpoint {
        path: "/users/notify_email_is_bind/",
        name: "判断接收邮箱是否绑定",
        allow: "GET, HEAD, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::GET,
            handler: |exchange| Box::pin(async move { contacts::is_bound(exchange) }),
        }],
    },
    Endpoint {
        path: "/users/resend_bind_email/",
        name: "重新发送绑定接收邮箱链接",
        allow: "GET, HEAD, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::GET,
            handler: |exchange| Box::pin(contacts::resend(exchange)),
        }],
    },
    Endpoint {
        path: LANDING,
        name: "绑定接收邮箱",
        allow: "GET, HEAD, POST, OPTIONS",
        caller: CallerRule::Ignored,
        operations: &[
            Operation { method: Method::GET, handler: |exchange| Box::pin(mailed_link::open(exchange)) },
            Operation { method: Method::POST, handler: |exchange| Box::pin(mailed_link::follow(exchange)) },
        ],
    },
    Endpoint {
        path: "/users/send_email_code/",
        name: "发送邮箱验证码",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(contacts::send_code(exchange)),
        }],
    },
    Endpoint {
        path: "/users/change_notify_email/",
        name: "修改接收邮箱",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(contacts::change(exchange)),
        }],
    },
    Endpoint {
        path: "/users/weixin_is_bind/",
        name: "判断微信账号是否绑定",
        allow: "GET, HEAD, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::GET,
            handler: |exchange| Box::pin(async move { weixin::is_bound(exchange) }),
        }],
    },
    Endpoint {
        path: "/users/weixin_bind/",
        name: "绑定微信账号",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(weixin::bind(exchange)),
        }],
    },
    Endpoint {
        path: "/users/weixin_unbind/",
        name: "解绑微信账号",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(weixin::unbind(exchange)),
        }],
    },
    Endpoint {
        path: "/users/new_industry_bookin/",
        name: "申请新行业活动报名",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(bookings::book(exchange)),
        }],
    },
];

/// The dialect of company's contract.
struct Company;

impl Dialect for Company {
    type Failure = Failure;

    const NAME: &'static str = "company";
    const KNOWS_COOKIES: bool = true;

    fn endpoints() -> &'static [Endpoint<Failure>] {
        ENDPOINTS
    }

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
