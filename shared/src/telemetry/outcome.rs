//! What became of a request, in a word that machines can count.

worded! {
    /// What became of a request. Each group derives it from its own failures (`words.rs`), never from the
    /// status: in some contracts every documented answer is a 200.
    Outcome, word {
        /// It was done, or shown.
        Ok = "ok",
        /// A browser asked what a trusted page may send.
        Preflight = "preflight",
        /// There is nothing at the path, or nothing was stored yet.
        NotFound = "not_found",
        /// The client reads no kind of answer there is.
        NotAcceptable = "not_acceptable",
        /// The endpoint does not know the method.
        MethodNotAllowed = "method_not_allowed",
        /// The body is longer than any may be.
        BodyTooLarge = "body_too_large",
        /// The body did not arrive whole.
        BodyIncomplete = "body_incomplete",
        /// The body is of a type that nobody reads here.
        UnsupportedMediaType = "unsupported_media_type",
        /// The body is not what its type says.
        Malformed = "malformed",
        /// Fields are missing or wrong.
        Invalid = "invalid",
        /// A page of others sent it, or one without its token.
        Csrf = "csrf",
        /// A browser fetched ahead.
        Prefetch = "prefetch",
        /// Nobody is logged in, or not any more.
        NotAuthenticated = "not_authenticated",
        /// No such user with that password.
        WrongCredentials = "wrong_credentials",
        /// Somebody who is in gave another password than theirs.
        WrongPassword = "wrong_password",
        /// The password is right, and the account was stopped.
        Frozen = "frozen",
        /// Wrong, expired or used code.
        WrongCode = "wrong_code",
        /// A mailed link that does not work, or not any more.
        DeadLink = "dead_link",
        /// An identifier is somebody else's.
        Taken = "taken",
        /// It was done before.
        AlreadyDone = "already_done",
        /// The caller may not.
        NotPermitted = "not_permitted",
        /// What it is about is not there.
        NoTarget = "no_target",
        /// A message that was due could not be sent.
        NotSent = "not_sent",
        /// The deployment does not offer it.
        NotConfigured = "not_configured",
        /// WeChat refused.
        ProviderRefused = "provider_refused",
        /// Too often.
        Throttled = "throttled",
        /// DynamoDB or WeChat is away.
        Unavailable = "unavailable",
        /// A fault of ours.
        Internal = "internal",
    }
}

impl Outcome {
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
