//! WeChat: the one call that exchanges a person's code for their id, on the port of the AWS stand-ins.
//!
//! A person here is whoever has a code `wx-<name>` or `wx-<name>-<anything>`: all codes of one name
//! belong to one id, and each works once, as at WeChat. Whatever else is sent is refused in WeChat's
//! own words, with status 200 and as `text/plain`, which is how WeChat says everything.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The application that the stand-in knows, and its secret.
pub const APP_ID: &str = "wx0000000000000000";
pub(super) const APP_SECRET: &str = "secret of the local application";

/// The path of the call.
pub(super) const PATH: &str = "/sns/oauth2/access_token";

/// What the stand-in remembers: the codes that were used.
#[derive(Debug, Default)]
pub(super) struct Weixin(Mutex<HashSet<String>>);

impl Weixin {
    /// Exchanges the code in the query.
    pub(super) fn answer(&self, query: &str) -> Response {
        let body = self
            .exchange(query)
            .unwrap_or_else(|(number, message)| json!({"errcode": number, "errmsg": message}));
        ([(CONTENT_TYPE, "text/plain")], body.to_string()).into_response()
    }

    fn exchange(&self, query: &str) -> Result<Value, (u32, &'static str)> {
        let field = |wanted: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned()).unwrap_or_default()
        };
        if field("appid") != APP_ID {
            return Err((40013, "invalid appid"));
        }
        if field("secret") != APP_SECRET {
            return Err((40125, "invalid appsecret"));
        }
        if field("grant_type") != "authorization_code" {
            return Err((40002, "invalid grant_type"));
        }
        let code = field("code");
        if code.is_empty() {
            return Err((41008, "missing code"));
        }
        let name = code.strip_prefix("wx-").and_then(|rest| rest.split('-').next());
        let name = name.filter(|name| !name.is_empty()).ok_or((40029, "invalid code"))?;
        let openid = open_id(name);
        if !self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(code) {
            return Err((40163, "code been used"));
        }
        Ok(json!({
            "access_token": "an access token that nobody looks at",
            "expires_in": 7200,
            "refresh_token": "a refresh token that nobody looks at",
            "openid": openid,
            "scope": "snsapi_base",
        }))
    }
}

/// An id that looks like WeChat's: an `o` and 27 letters, always the same for one name.
fn open_id(name: &str) -> String {
    let digest = BASE64URL_NOPAD.encode(&Sha256::digest(name));
    format!("o{}", &digest[..27])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(weixin: &Weixin, code: &str) -> Result<Value, u32> {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("appid", APP_ID)
            .append_pair("secret", APP_SECRET)
            .append_pair("code", code)
            .append_pair("grant_type", "authorization_code")
            .finish();
        weixin.exchange(&query).map(|answer| answer["openid"].clone()).map_err(|(number, _)| number)
    }

    #[test]
    fn a_name_has_one_id_and_a_code_works_once() {
        let weixin = Weixin::default();
        let zhang = ask(&weixin, "wx-zhang").unwrap();
        assert_eq!(zhang.as_str().map(str::len), Some(28));
        assert_eq!(ask(&weixin, "wx-zhang"), Err(40163));
        assert_eq!(ask(&weixin, "wx-zhang-2"), Ok(zhang.clone()));
        assert_ne!(ask(&weixin, "wx-li"), Ok(zhang));
        assert_eq!(
            (ask(&weixin, "zhang"), ask(&weixin, "wx-"), ask(&weixin, "")),
            (Err(40029), Err(40029), Err(41008))
        );
    }

    #[test]
    fn strangers_are_told_what_wechat_tells_them() {
        let weixin = Weixin::default();
        let number = |query: &str| weixin.exchange(query).map_err(|(number, _)| number).unwrap_err();
        assert_eq!(number("appid=x&code=wx-a"), 40013);
        assert_eq!(number(&format!("appid={APP_ID}&secret=x&code=wx-a")), 40125);
    }
}
