//! Bodies: JSON, form-urlencoded and multipart fields, told apart by their content type.

use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::json::{self, Document, Value};
use super::request::Request;
use crate::telemetry::Outcome;

/// The most bytes of a body (docs/contracts/README.md).
pub const MAX_BYTES: usize = 64 * 1024;

/// The content types of the bodies that can be read.
pub const CONTENT_TYPES: [&str; 3] =
    ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];

/// A body that was read.
#[derive(Clone, Debug)]
pub enum Body {
    /// Fields, from whichever kind of body.
    Fields(Fields),
    /// A JSON document that is no object; `None` for `null`, else the name of its type.
    NotAnObject(Option<&'static str>),
}

/// The fields of a body, in the order they came.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// Whether they came from an HTML form, where an empty text may mean "not filled in".
    pub from_form: bool,
    entries: Vec<(String, Value)>,
}

/// Why a body could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// The content type is not one of those accepted.
    UnsupportedMediaType(String),
    /// Not JSON; what is wrong with it.
    Json(String),
    /// Not a proper form.
    Form(&'static str),
    /// Not a proper multipart form.
    Multipart(&'static str),
}

impl BodyFault {
    /// The status of the answer, in every group.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Json(_) | Self::Form(_) | Self::Multipart(_) => StatusCode::BAD_REQUEST,
        }
    }

    /// What it is in the log.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::UnsupportedMediaType(_) => Outcome::UnsupportedMediaType,
            Self::Json(_) | Self::Form(_) | Self::Multipart(_) => Outcome::Malformed,
        }
    }
}

impl Fields {
    /// The value of a field, if it was sent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.entries.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

impl FromIterator<(String, Value)> for Fields {
    /// The fields of a JSON object.
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(entries: I) -> Self {
        Self { from_form: false, entries: entries.into_iter().collect() }
    }
}

/// Reads the request's body. No body at all has no fields, whatever its content type.
pub async fn read(request: &Request) -> Result<Body, BodyFault> {
    if request.body.is_empty() {
        return Ok(Body::Fields(Fields::default()));
    }
    let sent = request.headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let sent = sent.unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/json" => read_json(&request.body),
        "application/x-www-form-urlencoded" => read_form(&request.body),
        "multipart/form-data" => read_multipart(&sent, request.body.clone()).await,
        _ => Err(BodyFault::UnsupportedMediaType(sent.into_owned())),
    }
}

fn read_json(body: &[u8]) -> Result<Body, BodyFault> {
    match json::parse(body).map_err(|fault| BodyFault::Json(fault.0))? {
        Document::Object(entries) => Ok(Body::Fields(Fields { from_form: false, entries })),
        Document::Other(kind) => Ok(Body::NotAnObject(Some(kind))),
        Document::Null => Ok(Body::NotAnObject(None)),
    }
}

fn read_form(body: &[u8]) -> Result<Body, BodyFault> {
    let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let entries = pairs.map(|pair| {
        let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &[][..]),
        };
        Ok((decode(name)?, Value::Text(decode(value)?)))
    });
    without_repetition(entries.collect::<Result<_, _>>()?).map_err(BodyFault::Form)
}

/// Decodes one side of a pair. The bytes are checked after decoding: replacing what is not UTF-8
/// would make different passwords equal.
fn decode(encoded: &[u8]) -> Result<String, BodyFault> {
    let spaced: Vec<u8> = encoded.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let bytes: Vec<u8> = percent_encoding::percent_decode(&spaced).collect();
    String::from_utf8(bytes).map_err(|_| BodyFault::Form("the fields are not UTF-8"))
}

async fn read_multipart(content_type: &str, body: Bytes) -> Result<Body, BodyFault> {
    let broken = |_| BodyFault::Multipart("Invalid multipart form");
    let boundary = multer::parse_boundary(content_type)
        .map_err(|_| BodyFault::Multipart("Invalid boundary in multipart: None"))?;
    let stream = futures_util::stream::once(async { Ok::<_, std::convert::Infallible>(body) });
    let mut form = multer::Multipart::new(stream, boundary);
    let mut entries = Vec::new();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let Some(name) = field.name().map(str::to_owned) else {
            return Err(BodyFault::Multipart("a part without a name"));
        };
        let is_file = field.file_name().is_some();
        let bytes = field.bytes().await.map_err(broken)?;
        let value = if is_file {
            Value::Object
        } else {
            let text = String::from_utf8(bytes.to_vec());
            Value::Text(text.map_err(|_| BodyFault::Multipart("the fields are not UTF-8"))?)
        };
        entries.push((name, value));
    }
    without_repetition(entries).map_err(BodyFault::Multipart)
}

fn without_repetition(entries: Vec<(String, Value)>) -> Result<Body, &'static str> {
    let mut names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("a field stands twice in the form");
    }
    Ok(Body::Fields(Fields { from_form: true, entries }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(body: &str) -> Result<Vec<(String, Value)>, BodyFault> {
        match read_form(body.as_bytes())? {
            Body::Fields(fields) => Ok(fields.entries),
            Body::NotAnObject(_) => unreachable!("a form has fields"),
        }
    }

    #[test]
    fn forms_decode_as_browsers_encode() {
        let fields = form("a=1+2%2B3&b=%E4%B8%AD&c&d=x;y=z&%65=100%").unwrap();
        let text = |name: &str, value: &str| (name.to_owned(), Value::Text(value.to_owned()));
        let wanted =
            [text("a", "1 2+3"), text("b", "中"), text("c", ""), text("d", "x;y=z"), text("e", "100%")];
        assert_eq!(fields, wanted);
    }

    #[test]
    fn forms_that_could_be_read_in_two_ways_are_refused() {
        assert!(form("a=%ff").is_err() && form("a=%c0%c1").is_err());
        assert!(form("a=1&a=2").is_err() && form("a=1&%61=2").is_err());
    }

    proptest::proptest! {
        #[test]
        fn what_a_browser_encodes_is_what_is_read(
            fields in proptest::collection::btree_map("[a-z]{1,8}", ".{0,40}", 0..6)
        ) {
            let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
            let read = form(&encoded).unwrap();
            let wanted: Vec<(String, Value)> =
                fields.into_iter().map(|(name, value)| (name, Value::Text(value))).collect();
            proptest::prop_assert_eq!(read, wanted);
        }

        #[test]
        fn no_form_makes_it_stumble(body in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = read_form(&body);
        }
    }
}
