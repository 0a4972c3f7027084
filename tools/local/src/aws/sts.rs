//! STS: `GetCallerIdentity`, in the Query protocol, which `tally-admin` asks who its operator is.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// Whoever calls: signatures are not checked, so everybody is the same.
const ARN: &str = "arn:aws:iam::000000000000:user/local";

/// Whether a form asks this of STS; the forms of SNS have other actions.
pub(super) fn is_asked(body: &[u8]) -> bool {
    form_urlencoded::parse(body).any(|(name, value)| name == "Action" && value == "GetCallerIdentity")
}

/// Says who calls.
pub(super) fn answer() -> Response {
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetCallerIdentityResult><Arn>{ARN}</Arn><UserId>local</UserId><Account>000000000000</Account>\
         </GetCallerIdentityResult><ResponseMetadata><RequestId>local</RequestId></ResponseMetadata>\
         </GetCallerIdentityResponse>"
    );
    (StatusCode::OK, [(CONTENT_TYPE, "text/xml")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_action_is_answered() {
        assert!(is_asked(b"Action=GetCallerIdentity&Version=2011-06-15"));
        assert!(!is_asked(b"Action=Publish&Version=2010-03-31&Message=GetCallerIdentity"));
        assert!(!is_asked(b""));
    }
}
