//! Everything that can be set of a deployed function. `docs/settings.md` shows this table; a test holds the
//! two and `template.yaml` together.

/// One environment variable.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name.
    pub variable: &'static str,
    /// The parameter of the template that is passed on in it as it is, with the same default, if there is one.
    pub parameter: Option<&'static str>,
    /// What counts where it is unset or empty: an empty text for nothing, `None` if it has to be set.
    pub default: Option<&'static str>,
    /// What it is for, in a sentence.
    pub meaning: &'static str,
}

impl Setting {
    const fn of(variable: &'static str, default: &'static str, meaning: &'static str) -> Self {
        Self { variable, parameter: None, default: Some(default), meaning }
    }

    const fn required(variable: &'static str, meaning: &'static str) -> Self {
        Self { variable, parameter: None, default: None, meaning }
    }

    const fn from(self, parameter: &'static str) -> Self {
        Self { parameter: Some(parameter), ..self }
    }
}

/// What counts where that variable is unset, if anything does.
pub(super) fn default(variable: &str) -> Option<&'static str> {
    let setting = SETTINGS.iter().find(|setting| setting.variable == variable)?;
    setting.default.filter(|default| !default.is_empty())
}

/// What is set while developing: plain http, the names of the stand-ins' table and secret, wide limits.
pub const LOCAL: [(&str, &str); 4] = [
    ("TALLY_TABLE", "tigertally"),
    ("TALLY_SECRET_ID", "tigertally/server-secret"),
    ("TALLY_SECURE_COOKIES", "false"),
    ("TALLY_ADDRESS_LIMITS", "relaxed"),
];

/// All settings.
#[rustfmt::skip]
pub static SETTINGS: [Setting; 37] = [
    Setting::required("TALLY_TABLE", "The DynamoDB table."),
    Setting::required("TALLY_SECRET_ID", "The server's secret in Secrets Manager, by its name or ARN."),
    Setting::of("TALLY_SECURE_COOKIES", "true",
        "Whether cookies carry Secure and the session's is called __Host-sessionid; false for plain http."),
    Setting::of("TALLY_TRUSTED_ORIGINS", "",
        "Comma-separated list of origins, in addition to the API's own, whose pages may use session \
         cookies and read the answers.").from("TrustedOrigins"),
    Setting::of("TALLY_PUBLIC_URL", "",
        "Where the service is reached from outside, http(s)://host[:port], for links in mail and as an \
         origin of its own; behind the gateway it may be unset."),
    Setting::of("TALLY_CLIENT_ADDRESS", "gateway",
        "What tells where a request comes from: gateway, or a front, given as \
         HEADER,SECRET-HEADER=SECRET: the header with the address of the caller, and the header and \
         secret that prove the front."),
    Setting::of("TALLY_ADDRESS_LIMITS", "production",
        "How strict the limits per network address are: production, or relaxed, a thousand times wider."),
    Setting::of("TALLY_MAIL_FROM", "tigertally@example.com",
        "The address that mail comes from; it belongs to MailIdentity. SES refuses the \
         default.").from("MailFrom"),
    Setting::of("TALLY_MAIL_REPLY_TO", "", "The address that answers to mail go to.").from("MailReplyTo"),
    Setting::of("TALLY_MAIL_CONFIGURATION_SET", "", "The SES configuration set that applies to mail."),
    Setting::of("TALLY_COMPANY_REDIRECT_URL", "/",
        "Where company customers go after registering, logging in or binding an \
         address.").from("CompanyRedirectUrl"),
    Setting::of("TALLY_SMS_COUNTRIES", "86",
        "Comma-separated list of the calling codes whose numbers may register and get text \
         messages.").from("SmsCountries"),
    Setting::of("TALLY_SMS_SENDER_ID", "",
        "The name that text messages come from, in countries that show one.").from("SmsSenderId"),
    Setting::of("TALLY_SMS_ORIGINATION_NUMBER", "",
        "The number that text messages come from, if the AWS account has one.").from("SmsOriginationNumber"),
    Setting::of("TALLY_SMS_MAX_PRICE", "0.10",
        "The most that one text message may cost in US dollars; a more expensive one \
         is not sent.").from("SmsMaxPrice"),
    Setting::of("TALLY_SMS_PER_HOUR", "500",
        "The most text messages of the whole deployment in an hour.").from("SmsPerHour"),
    Setting::of("TALLY_SMS_PER_DAY", "2000",
        "The most text messages of the whole deployment in a day.").from("SmsPerDay"),
    Setting::of("TALLY_WEIXIN_ENDPOINT", "https://api.weixin.qq.com", "Where WeChat's interface answers."),
    Setting::of("TALLY_WEIXIN_APP_ID", "",
        "The id of the application at WeChat; without it nobody can bind WeChat.").from("WeixinAppId"),
    Setting::of("TALLY_WEIXIN_SECRET_ID", "",
        "The secret in Secrets Manager, by its ARN, that holds the application's \
         AppSecret as plain text.").from("WeixinSecretArn"),
    Setting::of("TALLY_OPEN_ADMINISTRATORS", "false",
        "Whether anybody may register as an administrator of the charity; only for networks in which \
         nobody else can reach the API.").from("OpenAdministrators"),
    Setting::of("TALLY_METRICS_NAMESPACE", "",
        "The namespace of the metrics that CloudWatch reads out of the log; without it there are none."),
    Setting::of("TALLY_METRICS_BY_GROUP", "false", "Whether some metrics are also reported for each group."),
    Setting::of("RUST_LOG", "error",
        "What is logged: a level for all (info) or for each part (warn,tally=info); optimised builds have \
         no finer one than info."),
    Setting::required("AWS_REGION", "The region; AWS_DEFAULT_REGION will do. Lambda sets it."),
    Setting::of("AWS_DEFAULT_REGION", "", "The region, where AWS_REGION is unset."),
    Setting::required("AWS_ACCESS_KEY_ID",
        "The key of the function's role, as Lambda sets it; a function asks nobody else for credentials."),
    Setting::required("AWS_SECRET_ACCESS_KEY", "The secret of that key, as Lambda sets it."),
    Setting::of("AWS_SESSION_TOKEN", "", "What belongs to a key that expires, as Lambda sets it."),
    Setting::of("AWS_ENDPOINT_URL", "", "Where AWS's services answer, when it is not AWS."),
    Setting::of("AWS_ENDPOINT_URL_DYNAMODB", "", "Where DynamoDB alone answers."),
    Setting::of("AWS_ENDPOINT_URL_SECRETS_MANAGER", "", "Where Secrets Manager alone answers."),
    Setting::of("AWS_ENDPOINT_URL_SESV2", "", "Where SES alone answers."),
    Setting::of("AWS_ENDPOINT_URL_SNS", "", "Where SNS alone answers."),
    Setting::of("AWS_USE_FIPS_ENDPOINT", "false",
        "Whether to call the endpoints of AWS that are validated by FIPS 140."),
    Setting::of("AWS_USE_DUALSTACK_ENDPOINT", "false",
        "Whether to call the endpoints of AWS that also answer by IPv6."),
    Setting::of("AWS_CA_BUNDLE", "",
        "A file of certificates in PEM to trust instead of the built-in ones, which are the authorities of \
         AWS's own endpoints; for a proxy or a stand-in with a certificate of its own, or to trust the \
         system's list (on Lambda /etc/pki/tls/certs/ca-bundle.crt)."),
];
