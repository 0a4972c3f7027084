//! JSON bodies, read so that nothing is lost or taken for something else.
//!
//! Values are kept as they were written: a number as its digits, a nested list or object as a fact.
//! A name that stands twice is refused, since two readers could take two different values from it.

use std::collections::HashSet;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// One value of a body's object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A text, its escapes resolved.
    Text(String),
    /// A number, as text the way Python prints it.
    Number(String),
    /// A list; its texts, if it holds nothing else.
    List(Option<Vec<String>>),
    /// An object, or a file of a multipart form.
    Object,
}

impl Value {
    /// What was typed, where digits are taken alike in quotes and without
    /// (docs/contracts/README.md#rules-for-every-group): a text as it is, a number as text. Other types are
    /// nothing that was typed.
    #[must_use]
    pub fn typed(&self) -> Option<&str> {
        match self {
            Self::Text(typed) | Self::Number(typed) => Some(typed),
            Self::Null | Self::Bool | Self::List(_) | Self::Object => None,
        }
    }
}

/// A whole body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// An object: the only kind that has fields.
    Object(Vec<(String, Value)>),
    /// Anything else, by the name Python gives its type.
    Other(&'static str),
    /// `null`.
    Null,
}

/// Why a body is no JSON document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonFault(pub String);

/// Reads a body.
pub fn parse(body: &[u8]) -> Result<Document, JsonFault> {
    let text = std::str::from_utf8(body).map_err(|error| {
        JsonFault(format!("'utf-8' codec can't decode byte in position {}", error.valid_up_to()))
    })?;
    if text.starts_with('\u{feff}') {
        return Err(JsonFault(
            "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)".to_owned(),
        ));
    }
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| fault(&error))?;
    match classify(raw)? {
        Value::Object => {
            let Fields(fields) = serde_json::from_str(raw.get()).map_err(|error| fault(&error))?;
            Ok(Document::Object(fields))
        }
        Value::Null => Ok(Document::Null),
        Value::Bool => Ok(Document::Other("bool")),
        Value::Text(_) => Ok(Document::Other("str")),
        Value::List(_) => Ok(Document::Other("list")),
        Value::Number(_) => Ok(Document::Other(if is_integer(raw.get()) { "int" } else { "float" })),
    }
}

fn fault(error: &serde_json::Error) -> JsonFault {
    JsonFault(error.to_string())
}

/// The fields of an object, each name once.
struct Fields(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                use serde::de::Error as _;
                let mut seen = HashSet::new();
                let mut fields = Vec::new();
                while let Some((name, raw)) = map.next_entry::<String, &RawValue>()? {
                    let value = classify(raw).map_err(|fault| A::Error::custom(fault.0))?;
                    if !seen.insert(name.clone()) {
                        return Err(A::Error::custom("a name stands twice in the object"));
                    }
                    fields.push((name, value));
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(FieldsVisitor)
    }
}

fn classify(raw: &RawValue) -> Result<Value, JsonFault> {
    let text = raw.get();
    Ok(match text.as_bytes().first() {
        Some(b'{') => Value::Object,
        Some(b'[') => Value::List(serde_json::from_str(text).ok()),
        Some(b'"') => Value::Text(serde_json::from_str(text).map_err(|error| fault(&error))?),
        Some(b't' | b'f') => Value::Bool,
        Some(b'n') | None => Value::Null,
        Some(_) => Value::Number(as_python_prints(text)),
    })
}

fn is_integer(number: &str) -> bool {
    !number.contains(['.', 'e', 'E'])
}

/// A number's text as `str()` in Python gives it: integers whole, floats in their shortest form.
fn as_python_prints(number: &str) -> String {
    if is_integer(number) {
        return if number == "-0" { "0".to_owned() } else { number.to_owned() };
    }
    let Ok(float) = number.parse::<f64>() else {
        return number.to_owned();
    };
    let shortest = format!("{float:?}");
    match shortest.split_once('e') {
        None => shortest,
        Some((mantissa, exponent)) => {
            let (sign, digits) = exponent.strip_prefix('-').map_or(("+", exponent), |digits| ("-", digits));
            format!("{mantissa}e{sign}{digits:0>2}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(body: &str) -> Vec<(String, Value)> {
        match parse(body.as_bytes()) {
            Ok(Document::Object(fields)) => fields,
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn keeps_every_kind_of_value() {
        let fields = object(r#" {"a":"\u4e2d\n","b":null,"c":true,"d":[1,{"x":1,"x":2}],"e":{},"f":-0} "#);
        let values: Vec<Value> = fields.into_iter().map(|(_, value)| value).collect();
        let wanted = [
            Value::Text("中\n".into()),
            Value::Null,
            Value::Bool,
            Value::List(None),
            Value::Object,
            Value::Number("0".into()),
        ];
        assert_eq!(values, wanted);
    }

    #[test]
    fn lists_of_texts_keep_their_texts() {
        let fields = object(r#"{"a":["x","\u4e2d"],"b":[],"c":["x",1],"d":[["x"]],"e":["x",null]}"#);
        let lists: Vec<Value> = fields.into_iter().map(|(_, value)| value).collect();
        let texts = |texts: &[&str]| Value::List(Some(texts.iter().map(|text| (*text).to_owned()).collect()));
        let other = Value::List(None);
        assert_eq!(lists, [texts(&["x", "中"]), texts(&[]), other.clone(), other.clone(), other]);
    }

    #[test]
    fn numbers_print_as_in_python() {
        for (json, python) in [
            ("123", "123"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("1.5", "1.5"),
            ("1e5", "100000.0"),
            ("1e16", "1e+16"),
            ("0.00001", "1e-05"),
            ("2.50", "2.5"),
            ("1e999", "inf"),
        ] {
            assert_eq!(object(&format!(r#"{{"n":{json}}}"#))[0].1, Value::Number(python.into()), "{json}");
        }
    }

    #[test]
    fn names_what_is_no_object() {
        for (body, kind) in
            [("[]", "list"), ("\"x\"", "str"), ("1", "int"), ("1.0", "float"), ("true", "bool")]
        {
            assert_eq!(parse(body.as_bytes()), Ok(Document::Other(kind)));
        }
        assert_eq!(parse(b"null"), Ok(Document::Null));
        let deep = "[".repeat(30_000) + &"]".repeat(30_000);
        assert_eq!(parse(deep.as_bytes()), Ok(Document::Other("list")));
    }

    #[test]
    fn refuses_what_two_readers_could_read_differently() {
        for body in [
            &b"{"[..],
            b"",
            b"{'a':1}",
            b"{\"a\":1}x",
            b"{\"a\":NaN}",
            b"\xef\xbb\xbf{}",
            b"{\"a\":\"\xff\"}",
            b"{\"a\":\"\\ud800\"}",
            b"{\"a\":1,\"a\":2}",
            b"{\"a\":1,\"\\u0061\":2}",
            b"{/**/}",
            b"{\"a\":01}",
        ] {
            assert!(parse(body).is_err(), "{}", String::from_utf8_lossy(body));
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_as_json_is_what_is_read(
            fields in proptest::collection::btree_map(".{1,8}", ".{0,40}", 0..6)
        ) {
            let body = serde_json::to_vec(&fields).unwrap();
            let wanted = fields.into_iter().map(|(name, text)| (name, Value::Text(text))).collect();
            proptest::prop_assert_eq!(parse(&body), Ok(Document::Object(wanted)));
        }

        #[test]
        fn no_body_makes_it_stumble(body in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = parse(&body);
        }
    }
}
