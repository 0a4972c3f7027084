//! What became of a request, in a word that machines can count.

/// What became of a request. Each group derives it from its own failures (`words.rs`), never from the
/// status: in some contracts every documented answer is a 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was done, or shown.
    Ok,
    /// A browser asked what a trusted page may send.
    Preflight,
    /// There is nothing at the path, or nothing was stored yet.
    NotFound,
    /// The client reads no kind of answer there is.
    NotAcceptable,
    /// The endpoint does not know the method.
    MethodNotAllowed,
    /// The body is longer than any may be.
    BodyTooLarge,
    /// The body did not arrive whole.
    BodyIncomplete,
    /// The body is of a type that nobody reads here.
    UnsupportedMediaType,
    /// The body is not what its type says.
    Malformed,
    /// Fields are missing or wrong.
    Invalid,
    /// A page of others sent it, or one without its token.
    Csrf,
    /// A browser fetched ahead.
    Prefetch,
    /// Nobody is logged in, or no longer.
    NotAuthenticated,
    /// No such user with that password.
    WrongCredentials,
    /// Somebody who is in gave another password than theirs.
    WrongPassword,
    /// The password is right, and the account was stopped.
    Frozen,
    /// Wrong, expired or used code.
    WrongCode,
    /// A mailed link that does not work, or not any more.
    DeadLink,
    /// An identifier is somebody else's.
    Taken,
    /// It was done before.
    AlreadyDone,
    /// The caller may not.
    NotPermitted,
    /// What it is about is not there.
    NoTarget,
    /// A message that was due could not be sent.
    NotSent,
    /// The deployment does not offer it.
    NotConfigured,
    /// WeChat refused.
    ProviderRefused,
    /// Too many requests.
    Throttled,
    /// DynamoDB or WeChat is unavailable.
    Unavailable,
    /// A fault of ours.
    Internal,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 28] = [
        Self::Ok,
        Self::Preflight,
        Self::NotFound,
        Self::NotAcceptable,
        Self::MethodNotAllowed,
        Self::BodyTooLarge,
        Self::BodyIncomplete,
        Self::UnsupportedMediaType,
        Self::Malformed,
        Self::Invalid,
        Self::Csrf,
        Self::Prefetch,
        Self::NotAuthenticated,
        Self::WrongCredentials,
        Self::WrongPassword,
        Self::Frozen,
        Self::WrongCode,
        Self::DeadLink,
        Self::Taken,
        Self::AlreadyDone,
        Self::NotPermitted,
        Self::NoTarget,
        Self::NotSent,
        Self::NotConfigured,
        Self::ProviderRefused,
        Self::Throttled,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The word for it, which queries and dashboards count by: it never changes.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Preflight => "preflight",
            Self::NotFound => "not_found",
            Self::NotAcceptable => "not_acceptable",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::BodyTooLarge => "body_too_large",
            Self::BodyIncomplete => "body_incomplete",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::Malformed => "malformed",
            Self::Invalid => "invalid",
            Self::Csrf => "csrf",
            Self::Prefetch => "prefetch",
            Self::NotAuthenticated => "not_authenticated",
            Self::WrongCredentials => "wrong_credentials",
            Self::WrongPassword => "wrong_password",
            Self::Frozen => "frozen",
            Self::WrongCode => "wrong_code",
            Self::DeadLink => "dead_link",
            Self::Taken => "taken",
            Self::AlreadyDone => "already_done",
            Self::NotPermitted => "not_permitted",
            Self::NoTarget => "no_target",
            Self::NotSent => "not_sent",
            Self::NotConfigured => "not_configured",
            Self::ProviderRefused => "provider_refused",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    /// Whether somebody gave a wrong password.
    pub(super) fn is_login_failure(self) -> bool {
        [Self::WrongCredentials, Self::WrongPassword].contains(&self)
    }

    /// Whether it is none of the client's making.
    pub(super) fn is_server_error(self) -> bool {
        [Self::Unavailable, Self::Internal].contains(&self)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_outcome_has_a_word_of_its_own() {
        let words: HashSet<&str> = Outcome::ALL.map(Outcome::word).into_iter().collect();
        assert_eq!(words.len(), Outcome::ALL.len());
        let is_plain = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        assert!(words.iter().all(is_plain), "{words:?}");
    }
}
