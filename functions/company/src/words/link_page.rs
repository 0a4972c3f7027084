//! What the page behind the mailed link says, to a person who may know nothing of the account.

use tally::courier::Language;

/// The words of the page behind the mailed link.
pub(crate) struct LinkPage {
    pub(crate) title: &'static str,
    pub(crate) question: &'static str,
    pub(crate) address: &'static str,
    pub(crate) company: &'static str,
    pub(crate) phone: &'static str,
    pub(crate) button: &'static str,
    pub(crate) warning: &'static str,
    /// Of a link that does not work.
    pub(crate) dead: &'static str,
    pub(crate) after_dead: &'static str,
}

/// In the reader's language.
pub(crate) const fn link_page(language: Language) -> LinkPage {
    match language {
        Language::Chinese => LinkPage {
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
        Language::English => LinkPage {
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
