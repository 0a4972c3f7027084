//! Asking WeChat whose code it is: one call of its OAuth interface, the only one the service makes.
//!
//! The interface takes the application's secret in the query, so nothing here prints a URL, and the
//! errors of the HTTP client hold none. Of the answer only the id is kept; the tokens that come with
//! it, which would open more of a person's WeChat than anybody here needs, are never looked at.

use std::time::Duration;

use aws_sdk_secretsmanager::Client as Secrets;
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use bytes::Bytes;
use http::{Request, Uri};
use http_body_util::{BodyExt, Limited};
use hyper_rustls::HttpsConnectorBuilder;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rustls::crypto::ring;
use serde::Deserialize;
use tokio::sync::{Mutex, OnceCell};
use zeroize::Zeroizing;

use crate::config::{WeixinApp, WeixinSettings};
use crate::domain::weixin::{OpenId, WeixinCode};
use crate::https::{self, Connections};

/// The most bytes of an answer that are read; a usual one has 400.
const MOST_BYTES: usize = 16 * 1024;

/// How long the application's secret is kept before it is read again (security rule S19), by the wall
/// clock, because a Lambda environment is frozen between invocations.
const SECRET_KEPT: Duration = Duration::from_mins(5);

/// WeChat's word for a code that is wrong, missing, too old or used.
const WRONG_CODES: [i64; 4] = [40029, 41008, 42003, 40163];

/// Exchanges codes with WeChat.
#[derive(Debug)]
pub struct Weixin {
    settings: WeixinSettings,
    secrets: Secrets,
    /// The application's secret, and when it was read.
    secret: Mutex<Option<(Timestamp, AppSecret)>>,
    http: OnceCell<https::Client>,
}

/// Why there is no id.
#[derive(Debug, thiserror::Error)]
pub enum WeixinFault {
    /// No application is set.
    #[error("no application is registered with WeChat")]
    NotConfigured,
    /// WeChat does not know the code, or not any more.
    #[error("WeChat rejected the code")]
    WrongCode,
    /// WeChat refuses for another reason, by its own number for it.
    #[error("WeChat refused with error {0}")]
    Refused(i64),
    /// WeChat is away, or what answers there is not WeChat.
    #[error("WeChat did not answer")]
    Away(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Our own secret for WeChat cannot be read.
    #[error("the secret for WeChat cannot be read")]
    NoSecret(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The application's secret at WeChat.
#[derive(Clone)]
struct AppSecret(Zeroizing<String>);

/// The part of WeChat's answer that counts.
#[derive(Deserialize)]
struct Answer {
    openid: Option<String>,
    errcode: Option<i64>,
}

impl Weixin {
    /// Reaches WeChat with those settings; nothing is asked of anybody yet.
    #[must_use]
    pub fn new(aws: &SdkConfig, settings: WeixinSettings) -> Self {
        Self { settings, secrets: Secrets::new(aws), secret: Mutex::default(), http: OnceCell::new() }
    }

    /// The id of the person who got this code from WeChat; this uses the code up.
    ///
    /// There is one try: a code whose answer was lost may be used up.
    pub async fn exchange(&self, code: &WeixinCode, now: Timestamp) -> Result<OpenId, WeixinFault> {
        let app = self.settings.app.as_ref().ok_or(WeixinFault::NotConfigured)?;
        let answer = tokio::time::timeout(self.settings.patience, async {
            let secret = self.secret(app, now).await?;
            self.ask(app, &secret, code).await
        });
        let body = answer.await.map_err(|late| WeixinFault::Away(late.into()))??;
        // The type of the answer says text/plain, whatever is in it.
        let answer: Answer =
            serde_json::from_slice(&body).map_err(|_| away("the answer is no JSON of WeChat's"))?;
        match (answer.errcode.filter(|number| *number != 0), answer.openid) {
            (Some(number), _) if WRONG_CODES.contains(&number) => Err(WeixinFault::WrongCode),
            (Some(number), _) => Err(WeixinFault::Refused(number)),
            (None, Some(id)) => OpenId::parse(&id).ok_or_else(|| away("the id in the answer is not valid")),
            (None, None) => Err(away("there is no id in the answer")),
        }
    }

    async fn ask(
        &self,
        app: &WeixinApp,
        secret: &AppSecret,
        code: &WeixinCode,
    ) -> Result<Bytes, WeixinFault> {
        let http = self.http.get_or_try_init(|| async { client(self.settings.patience) }).await?;
        let mut request = Request::new(SdkBody::empty());
        *request.uri_mut() = self.url(app, secret, code)?;
        let response = http.send(request).await.map_err(|error| WeixinFault::Away(error.into()))?;
        // A redirect is no answer, and is not followed.
        if !response.status().is_success() {
            return Err(away(&format!("the answer has status {}", response.status().as_u16())));
        }
        let body = Limited::new(response.into_body(), MOST_BYTES).collect().await;
        Ok(body.map_err(WeixinFault::Away)?.to_bytes())
    }

    fn url(&self, app: &WeixinApp, secret: &AppSecret, code: &WeixinCode) -> Result<Uri, WeixinFault> {
        let [app, secret, code] = [app.id.as_str(), secret.0.as_str(), code.as_str()]
            .map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC));
        let url = Zeroizing::new(format!(
            "{}/sns/oauth2/access_token?appid={app}&secret={secret}&code={code}&grant_type=authorization_code",
            self.settings.endpoint
        ));
        Uri::try_from(url.as_str()).map_err(|_| away("the endpoint is no address"))
    }

    async fn secret(&self, app: &WeixinApp, now: Timestamp) -> Result<AppSecret, WeixinFault> {
        let mut kept = self.secret.lock().await;
        let is_fresh = |read: Timestamp| now.duration_since(read).unsigned_abs() < SECRET_KEPT;
        if let Some((_, secret)) = kept.as_ref().filter(|(read, _)| is_fresh(*read)) {
            return Ok(secret.clone());
        }
        let answer = self.secrets.get_secret_value().secret_id(&app.secret_id).send().await;
        let answer = answer.map_err(|error| WeixinFault::NoSecret(error.into()))?;
        let text = answer.secret_string().map(str::trim).filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| WeixinFault::NoSecret("the secret is no text".into()))?;
        let secret = AppSecret(Zeroizing::new(text.to_owned()));
        *kept = Some((now, secret.clone()));
        Ok(secret)
    }
}

/// It trusts whom the computer trusts: WeChat's certificate is not one of AWS's.
fn client(patience: Duration) -> Result<https::Client, WeixinFault> {
    let tls = HttpsConnectorBuilder::new().with_provider_and_native_roots(ring::default_provider());
    let tls = tls.map_err(|error| WeixinFault::Away(error.into()))?;
    // A connection that was kept may have died while the environment was frozen, and with it the one try.
    Ok(https::Client::new(tls, Connections { patience, idle: 0 }))
}

fn away(why: &str) -> WeixinFault {
    WeixinFault::Away(why.into())
}

hidden!(AppSecret);
