//! The page behind the mailed link, and what it says to a person who may know nothing of the account.

use http::StatusCode;
use tally::courier::{Language, escape};
use tally::http::answer::Answer;
use tally::http::page::{Page, origin_of};
use tally::services::email_binding::{LANDING, LinkOffer};

/// The form's only field, and the query's.
pub(crate) const TOKEN: &str = "token";

/// The page behind a link that works.
pub(crate) fn page(language: Language, offer: &LinkOffer, token: &str, redirect_url: &str) -> Answer {
    let words = words(language);
    let row = |name: &str, value: &str| format!("<dt>{name}</dt><dd>{}</dd>\n", escape(value));
    let mut rows = row(words.address, offer.email.as_str());
    if !offer.company.is_empty() {
        rows += &row(words.company, &offer.company);
    }
    if let Some(ending) = &offer.phone_ending {
        rows += &row(words.phone, &format!("•••••••••{ending}"));
    }
    let body = format!(
        "<h1>{}</h1>\n<p>{}</p>\n<dl>\n{rows}</dl>\n<form method=\"post\" action=\"{LANDING}\">\n<input \
         type=\"hidden\" name=\"{TOKEN}\" value=\"{}\">\n<button type=\"submit\">{}</button>\n</form>\n\
         <small>{}</small>",
        words.title,
        words.question,
        escape(token),
        words.button,
        words.warning
    );
    let sends_on_to = origin_of(redirect_url);
    Page { language, title: words.title, body: &body, sends_on_to }.answer(StatusCode::OK)
}

/// The page behind a link that does not work, or not any more.
pub(crate) fn dead(language: Language) -> Answer {
    let words = words(language);
    let body = format!("<h1>{}</h1>\n<p>{}</p>", words.dead, words.after_dead);
    Page { language, title: words.dead, body: &body, sends_on_to: None }.answer(StatusCode::BAD_REQUEST)
}

/// Its words.
struct Words {
    title: &'static str,
    question: &'static str,
    address: &'static str,
    company: &'static str,
    phone: &'static str,
    button: &'static str,
    warning: &'static str,
    /// Of a link that does not work.
    dead: &'static str,
    after_dead: &'static str,
}

/// In the reader's language.
const fn words(language: Language) -> Words {
    match language {
        Language::Chinese => Words {
            title: "绑定接收邮箱",
            question: "下面的账号申请绑定您的电子邮箱。如果是您本人的操作，请点击按钮完成绑定。",
            address: "电子邮箱",
            company: "公司",
            phone: "手机号尾号",
            button: "绑定这个邮箱",
            warning: "如果不是您本人的操作，请直接关闭本页面，不会发生任何变化。",
            dead: "链接无效或已过期",
            after_dead: "请登录后重新发送绑定链接。",
        },
        Language::English => Words {
            title: "Bind your e-mail address",
            question: "The account below wants to bind your e-mail address. If it is yours, press the button.",
            address: "E-mail address",
            company: "Company",
            phone: "Mobile number ending in",
            button: "Bind this address",
            warning: "If it is not, close this page: nothing will change.",
            dead: "This link does not work any more",
            after_dead: "Log in and have a new one mailed to you.",
        },
    }
}
