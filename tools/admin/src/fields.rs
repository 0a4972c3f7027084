//! The fields of one JSON object: each is taken by its name, none stands twice, and none is left over.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::reason::{Faults, Reason};

/// The most characters of an unknown field's name that are shown.
const MOST_SHOWN: usize = 40;

/// A JSON value. It may be a password's hash, so it is never shown.
#[derive(Clone, Deserialize, PartialEq)]
#[serde(untagged)]
pub(crate) enum Value {
    Null,
    Flag(bool),
    Number(u64),
    /// Any number that is no count.
    OtherNumber(f64),
    Text(String),
    List(Vec<Self>),
    Object(#[serde(deserialize_with = "pairs")] Vec<(String, Self)>),
}

impl Value {
    fn text(self) -> Option<String> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    fn object(self) -> Option<Vec<(String, Self)>> {
        if let Self::Object(fields) = self { Some(fields) } else { None }
    }
}

/// What is left of an object.
pub(crate) struct Fields {
    /// Where it stands in the entry, for the reasons: empty, or `details.`.
    place: &'static str,
    left: Vec<(String, Value)>,
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fields(..)")
    }
}

impl Fields {
    /// Reads an object.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Reason> {
        let text = std::str::from_utf8(bytes).map_err(|_| Reason::NotText)?;
        // Every value fits, so an error tells of the syntax and quotes nothing.
        let value: Value =
            serde_json::from_str(text).map_err(|error| Reason::NotAnObject(error.to_string()))?;
        let kind = || Reason::NotAnObject("it is another kind of value".to_owned());
        Self::of("", value.object().ok_or_else(kind)?)
    }

    fn of(place: &'static str, left: Vec<(String, Value)>) -> Result<Self, Reason> {
        for (at, (name, _)) in left.iter().enumerate() {
            if left[..at].iter().any(|(earlier, _)| earlier == name) {
                return Err(Reason::Twice(shown(place, name)));
            }
        }
        Ok(Self { place, left })
    }

    /// Whether there is such a field.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.left.iter().any(|(own, _)| own == name)
    }

    /// Whether nothing is left that says anything.
    pub(crate) fn is_empty(&self) -> bool {
        let says_nothing = |value: &Value| match value {
            Value::Null | Value::Flag(false) => true,
            Value::Text(text) => text.is_empty(),
            Value::List(list) => list.is_empty(),
            Value::Flag(true) | Value::Number(_) | Value::OtherNumber(_) | Value::Object(_) => false,
        };
        self.left.iter().all(|(_, value)| says_nothing(value))
    }

    /// A text; `None` if it is absent or null.
    pub(crate) fn text(&mut self, name: &'static str) -> Result<Option<String>, Reason> {
        self.pick(name, "a text", Value::text)
    }

    /// A whole number that is not negative; `None` if it is absent or null.
    pub(crate) fn number(&mut self, name: &'static str) -> Result<Option<u64>, Reason> {
        let number = |value| if let Value::Number(number) = value { Some(number) } else { None };
        self.pick(name, "a whole number", number)
    }

    /// True or false; absent means false.
    pub(crate) fn flag(&mut self, name: &'static str) -> Result<bool, Reason> {
        let flag = |value| if let Value::Flag(flag) = value { Some(flag) } else { None };
        self.pick(name, "true or false", flag).map(Option::unwrap_or_default)
    }

    /// An object; `None` if it is absent or null.
    pub(crate) fn object(&mut self, name: &'static str, place: &'static str) -> Result<Option<Self>, Reason> {
        let fields = self.pick(name, "an object", Value::object)?;
        fields.map(|fields| Self::of(place, fields)).transpose()
    }

    /// A list of objects; absent means empty.
    pub(crate) fn objects(&mut self, name: &'static str, place: &'static str) -> Result<Vec<Self>, Reason> {
        let list = self.list(name)?.into_iter();
        let fields = list.map(|value| value.object().ok_or_else(|| self.wrong(name, "a list of objects")));
        fields.map(|fields| Self::of(place, fields?)).collect()
    }

    /// A list of values; absent means empty.
    pub(crate) fn list(&mut self, name: &'static str) -> Result<Vec<Value>, Reason> {
        let list = |value| if let Value::List(list) = value { Some(list) } else { None };
        self.pick(name, "a list", list).map(Option::unwrap_or_default)
    }

    /// A list of texts; absent means empty.
    pub(crate) fn texts(&mut self, name: &'static str) -> Result<Vec<String>, Reason> {
        let list = self.list(name)?.into_iter();
        list.map(|value| value.text().ok_or_else(|| self.wrong(name, "a list of texts"))).collect()
    }

    /// What a field holds, if it is of that kind; `None` if it is absent or null.
    fn pick<T>(
        &mut self,
        name: &'static str,
        kind: &'static str,
        of: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Option<T>, Reason> {
        let value = self.take(name).filter(|value| *value != Value::Null);
        value.map(|value| of(value).ok_or_else(|| self.wrong(name, kind))).transpose()
    }

    /// Drops a field, whatever it holds.
    pub(crate) fn forget(&mut self, name: &str) {
        self.take(name);
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self, faults: &mut Faults) {
        for (name, _) in &self.left {
            faults.add(Reason::UnknownField(shown(self.place, name)));
        }
    }

    /// The names of what nobody took.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.left.iter().map(|(name, _)| name.as_str())
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        let at = self.left.iter().position(|(own, _)| own == name)?;
        Some(self.left.remove(at).1)
    }

    fn wrong(&self, name: &'static str, kind: &'static str) -> Reason {
        Reason::Kind(format!("{}{name}", self.place), kind)
    }
}

/// A field's name as a terminal may show it.
fn shown(place: &str, name: &str) -> String {
    let short: String = name.chars().take(MOST_SHOWN).collect();
    format!("{place}{short:?}")
}

fn pairs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, Value)>, D::Error> {
    deserializer.deserialize_map(Pairs)
}

/// Reads an object's fields as they stand, also those of one name.
struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        std::iter::from_fn(|| map.next_entry().transpose()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Fields, Reason> {
        Fields::parse(text.as_bytes())
    }

    #[test]
    fn fields_are_taken_by_name_and_kind() {
        let mut fields = parse(r#"{"a":"x","b":7,"c":true,"d":{"e":"y"},"f":["g"],"h":null}"#).unwrap();
        assert_eq!(fields.text("a"), Ok(Some("x".to_owned())));
        assert_eq!((fields.number("b"), fields.flag("c")), (Ok(Some(7)), Ok(true)));
        let mut inner = fields.object("d", "d.").unwrap().unwrap();
        assert_eq!(inner.number("e"), Err(Reason::Kind("d.e".to_owned(), "a whole number")));
        assert_eq!(fields.texts("f"), Ok(vec!["g".to_owned()]));
        assert_eq!((fields.text("h"), fields.text("z")), (Ok(None), Ok(None)));
        assert_eq!(fields.names().count(), 0);
    }

    #[test]
    fn nothing_is_lost_silently() {
        assert_eq!(parse(r#"{"a":1,"a":2}"#).unwrap_err(), Reason::Twice("\"a\"".to_owned()));
        let mut faults = Faults::default();
        parse("{\"a\\u001b[2J\":1,\"b\":2}").unwrap().finish(&mut faults);
        let told = faults.end(()).unwrap_err().to_string();
        assert_eq!(told, "There is no field \"a\\u{1b}[2J\". There is no field \"b\".");
        let mut fields = parse(r#"{"d":{"a":1,"a":2}}"#).unwrap();
        assert_eq!(fields.object("d", "d.").unwrap_err(), Reason::Twice("d.\"a\"".to_owned()));
    }

    #[test]
    fn reasons_quote_no_values() {
        let secret = "pbkdf2_sha256$1$a$b";
        for text in [
            format!("[\"{secret}\"]"),
            format!("\"{secret}\""),
            format!("{{\"number\":\"{secret}\"}}"),
            format!("{{\"password\":\"{secret}"),
            format!("{{\"password\":{secret}}}"),
        ] {
            let reason = parse(&text).and_then(|mut fields| fields.number("number")).unwrap_err();
            assert!(!reason.to_string().contains("pbkdf2"), "{reason}");
        }
        assert_eq!(Fields::parse(b"{\"a\":\"\xff\"}").unwrap_err(), Reason::NotText);
    }
}
