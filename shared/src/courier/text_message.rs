//! Text messages: fixed Chinese sentences, of which a code is the only variable.
//!
//! Operators in mainland China deliver only what they have on file word for word, so there is one
//! template per message and no second language. The signature that they demand (`【…】`) belongs to
//! the sender they have registered; whoever delivers puts it in front.

use crate::domain::code::{self, Code};

/// The most characters of a message that travels in one piece: 140 bytes of UCS-2 (3GPP TS 23.040,
/// 9.2.3.24).
#[cfg(test)]
const MAX_CHARACTERS: usize = 70;

/// What a text message says.
#[derive(Clone, Copy, Debug)]
pub enum TextMessage<'a> {
    /// A verification code, whatever it is for.
    Code(&'a Code),
    /// Another account has proven the e-mail address; sent to the one that had it unproven.
    EmailLost,
    /// The password was changed by somebody who knew it.
    PasswordChanged,
    /// The mobile number was changed; told to the one before.
    PhoneChanged,
}

impl TextMessage<'_> {
    /// The words.
    #[must_use]
    pub fn render(&self) -> String {
        match self {
            Self::Code(code) => format!(
                "您的验证码是{}，{}分钟内有效，只能使用一次。请勿告诉任何人；如非本人操作，请忽略。",
                code.as_str(),
                code::LASTS.as_secs() / 60
            ),
            Self::EmailLost => {
                "您账号所填的电子邮箱已由他人验证，您的账号不再使用该邮箱。账号其他内容不变，请登录后绑定新的邮箱。"
                    .to_owned()
            }
            Self::PasswordChanged => {
                "您账号的密码已修改，其他设备均已退出登录。如非本人操作，请立即用本手机号找回密码。".to_owned()
            }
            Self::PhoneChanged => {
                "您账号绑定的手机号已更换，本号码不再用于登录和找回密码。如非本人操作，请立即联系客服。".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_travels_in_one_piece() {
        let code = Code::typed("087629");
        let notices = [TextMessage::EmailLost, TextMessage::PasswordChanged, TextMessage::PhoneChanged];
        for message in notices.into_iter().chain([TextMessage::Code(&code)]) {
            let text = message.render();
            assert!(text.encode_utf16().count() <= MAX_CHARACTERS, "{}: {text}", text.encode_utf16().count());
        }
    }

    #[test]
    fn the_code_is_the_only_variable() {
        let text = |digits: &str| TextMessage::Code(&Code::typed(digits)).render();
        assert_eq!(
            text("087629"),
            "您的验证码是087629，10分钟内有效，只能使用一次。请勿告诉任何人；如非本人操作，请忽略。"
        );
        assert_eq!(text("087629").replace("087629", "123456"), text("123456"));
    }

    #[test]
    fn a_message_that_is_printed_for_a_log_keeps_its_code() {
        let code = Code::typed("087629");
        assert_eq!(format!("{:?}", TextMessage::Code(&code)), "Code(Code(..))");
    }
}
