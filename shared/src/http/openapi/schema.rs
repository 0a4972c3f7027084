//! JSON schemas: of wire structs, and of what they have in common.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::field::Field;
use crate::http::field_errors::FieldErrors;

/// Where a document keeps its schemas.
const PLACE: &str = "#/components/schemas/";

/// A generator of schemas as OpenAPI 3.1 has them: JSON Schema 2020-12, of what is written.
pub(in crate::http) fn generator() -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.meta_schema = None;
        settings.definitions_path = Cow::Borrowed("/components/schemas");
    });
    settings.with_transform(RecursiveTransform(without_width)).into_generator()
}

/// Takes off the width of a number, as `uint16`: it is Rust's, and no format that generators have to know.
fn without_width(schema: &mut Schema) {
    if schema.get("format").and_then(Value::as_str).is_some_and(|format| format.starts_with("uint")) {
        schema.remove("format");
    }
}

/// The same schema with references to the schemas of one group.
pub(in crate::http) fn of_group(schema: Value, group: &str) -> Value {
    match schema {
        Value::Object(members) => {
            let member = |(name, value): (String, Value)| {
                let local = value.as_str().and_then(|place| place.strip_prefix(PLACE));
                let value = match local.filter(|_| name == "$ref") {
                    Some(local) => json!(format!("{PLACE}{group}.{local}")),
                    None => of_group(value, group),
                };
                (name, value)
            };
            Value::Object(members.into_iter().map(member).collect())
        }
        Value::Array(members) => members.into_iter().map(|member| of_group(member, group)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema,
    }
}

/// A reference to a schema of the document.
pub(in crate::http) fn reference(name: &str) -> Value {
    json!({"$ref": format!("{PLACE}{name}")})
}

/// Several schemas, one of which a body has. The errors of fields, whose names are open, come last:
/// generated clients take the first that fits.
pub(in crate::http) fn any_of(schemas: Vec<Value>) -> Value {
    let mut distinct: Vec<Value> = Vec::new();
    for schema in schemas {
        if !distinct.contains(&schema) {
            distinct.push(schema);
        }
    }
    let is_open =
        |schema: &Value| schema["$ref"].as_str().is_some_and(|place| place.ends_with("FieldErrors"));
    distinct.sort_by_key(is_open);
    if distinct.len() == 1 { distinct.remove(0) } else { json!({"anyOf": distinct}) }
}

/// A schema of the document.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Described {
    /// Of a wire struct.
    Derived(Value),
    /// Of a request's body.
    Fields(FieldsSchema),
}

/// The schema of a body of fields, in their order. Unknown ones are ignored, so it forbids none.
#[derive(Clone, Debug, Serialize)]
pub struct FieldsSchema {
    r#type: &'static str,
    properties: IndexMap<String, Map<String, Value>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    required: Vec<&'static str>,
}

impl FieldsSchema {
    pub(in crate::http) fn new(fields: &[Field]) -> Self {
        let properties = fields.iter().map(|field| (field.name().to_owned(), field.schema().clone()));
        let required = fields.iter().filter(|field| field.is_required()).map(Field::name);
        Self { r#type: "object", properties: properties.collect(), required: required.collect() }
    }
}

impl JsonSchema for FieldErrors {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("FieldErrors")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The invalid fields, each with its error messages.",
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        })
    }
}
