//! DynamoDB update expressions, built from names and values that never mix with the expression's text.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{self, AttributeValue, TransactWriteItem};

use super::key::Key;

/// A place in an item: an attribute, or an entry of a map attribute.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'a> {
    Attribute(&'a str),
    Entry(&'a str, &'a str),
}

impl<'a> From<&'a str> for Place<'a> {
    fn from(attribute: &'a str) -> Self {
        Self::Attribute(attribute)
    }
}

/// What an update does and under which conditions.
#[derive(Debug, Default)]
pub(super) struct Update {
    sets: Vec<String>,
    removes: Vec<String>,
    adds: Vec<String>,
    deletes: Vec<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Update {
    /// Gives a place a value.
    pub(super) fn set<'a>(mut self, place: impl Into<Place<'a>>, value: AttributeValue) -> Self {
        let (path, value) = (self.path(place.into()), self.value(value));
        self.sets.push(format!("{path} = {value}"));
        self
    }

    /// Adds to a number that is there.
    pub(super) fn increase<'a>(mut self, place: impl Into<Place<'a>>, by: i64) -> Self {
        let (path, by) = (self.path(place.into()), self.value(super::number(by)));
        self.sets.push(format!("{path} = {path} + {by}"));
        self
    }

    /// Gives a place a number that is there, and a bit more.
    pub(super) fn set_above<'a>(mut self, place: impl Into<Place<'a>>, attribute: &str, by: i64) -> Self {
        let (path, base) = (self.path(place.into()), self.path(attribute.into()));
        let by = self.value(super::number(by));
        self.sets.push(format!("{path} = {base} + {by}"));
        self
    }

    /// Puts a member into a set, which is made if it is not there.
    pub(super) fn enter(mut self, attribute: &str, member: AttributeValue) -> Self {
        let (path, member) = (self.path(attribute.into()), self.value(member));
        self.adds.push(format!("{path} {member}"));
        self
    }

    /// Takes a member out of a set.
    pub(super) fn leave(mut self, attribute: &str, member: AttributeValue) -> Self {
        let (path, member) = (self.path(attribute.into()), self.value(member));
        self.deletes.push(format!("{path} {member}"));
        self
    }

    /// Adds to a number, which counts as 0 while it is not there.
    pub(super) fn count_up<'a>(mut self, place: impl Into<Place<'a>>) -> Self {
        let path = self.path(place.into());
        let (zero, one) = (self.value(super::number(0)), self.value(super::number(1)));
        self.sets.push(format!("{path} = if_not_exists({path}, {zero}) + {one}"));
        self
    }

    /// Takes a place out of the item.
    pub(super) fn remove<'a>(mut self, place: impl Into<Place<'a>>) -> Self {
        let path = self.path(place.into());
        self.removes.push(path);
        self
    }

    /// Only if the place has another value, or none.
    pub(super) fn unless_equal<'a>(self, place: impl Into<Place<'a>>, value: AttributeValue) -> Self {
        self.condition(place, value, |path, value| format!("{path} <> {value}"))
    }

    /// Gives a place a value, or takes it out of the item.
    pub(super) fn put<'a>(self, place: impl Into<Place<'a>>, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.set(place, value),
            None => self.remove(place),
        }
    }

    /// Only if the place has this value, or is not there.
    pub(super) fn if_is<'a>(self, place: impl Into<Place<'a>>, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.if_equal(place, value),
            None => self.if_absent(place),
        }
    }

    /// Only if the place has this value.
    pub(super) fn if_equal<'a>(self, place: impl Into<Place<'a>>, value: AttributeValue) -> Self {
        self.condition(place, value, |path, value| format!("{path} = {value}"))
    }

    /// Only if the number is above this one.
    pub(super) fn if_above<'a>(self, place: impl Into<Place<'a>>, value: i64) -> Self {
        self.condition(place, super::number(value), |path, value| format!("{path} > {value}"))
    }

    /// Only if the number is below this one.
    pub(super) fn if_below<'a>(self, place: impl Into<Place<'a>>, value: i64) -> Self {
        self.condition(place, super::number(value), |path, value| format!("{path} < {value}"))
    }

    /// Only if the set is there and has more members than this.
    pub(super) fn if_larger(self, attribute: &str, size: i64) -> Self {
        self.condition(attribute, super::number(size), |path, size| format!("size({path}) > {size}"))
    }

    /// Only if the place is there.
    pub(super) fn if_present<'a>(mut self, place: impl Into<Place<'a>>) -> Self {
        let path = self.path(place.into());
        self.conditions.push(format!("attribute_exists({path})"));
        self
    }

    /// Only if the place is not there.
    pub(super) fn if_absent<'a>(mut self, place: impl Into<Place<'a>>) -> Self {
        let path = self.path(place.into());
        self.conditions.push(format!("attribute_not_exists({path})"));
        self
    }

    /// Only if the number is absent or below this one.
    pub(super) fn if_absent_or_below<'a>(self, place: impl Into<Place<'a>>, value: i64) -> Self {
        self.condition(place, super::number(value), |path, value| {
            format!("(attribute_not_exists({path}) OR {path} < {value})")
        })
    }

    /// Only if the number is absent or above this one.
    pub(super) fn if_absent_or_above(self, attribute: &str, value: i64) -> Self {
        self.condition(attribute, super::number(value), |path, value| {
            format!("(attribute_not_exists({path}) OR {path} > {value})")
        })
    }

    /// Puts a value at the end of a list, which is made if it is not there.
    pub(super) fn append(mut self, attribute: &str, value: AttributeValue) -> Self {
        let path = self.path(attribute.into());
        let (none, one) =
            (self.value(AttributeValue::L(Vec::new())), self.value(AttributeValue::L(vec![value])));
        self.sets.push(format!("{path} = list_append(if_not_exists({path}, {none}), {one})"));
        self
    }

    /// Only if the list is absent or has fewer values.
    pub(super) fn if_shorter(self, attribute: &str, length: usize) -> Self {
        self.condition(attribute, super::number(length), |path, length| {
            format!("(attribute_not_exists({path}) OR size({path}) < {length})")
        })
    }

    /// Only if the list has so many values; one that is absent has none.
    pub(super) fn if_long(self, attribute: &str, length: usize) -> Self {
        if length == 0 {
            return self.if_absent(attribute);
        }
        self.condition(attribute, super::number(length), |path, length| format!("size({path}) = {length}"))
    }

    /// Only if the number is this one; one that is absent is 0.
    pub(super) fn if_number_or_absent(self, attribute: &str, value: i64) -> Self {
        self.if_is(attribute, (value != 0).then(|| super::number(value)))
    }

    /// Only if one of the numbers is above its bound, or the last one is absent or not above its own.
    pub(super) fn if_any_above_or_not_above(mut self, above: &[(&str, i64)], last: (Place<'_>, i64)) -> Self {
        let mut ways = Vec::with_capacity(above.len() + 2);
        for (attribute, bound) in above {
            let (path, bound) = (self.path((*attribute).into()), self.value(super::number(*bound)));
            ways.push(format!("{path} > {bound}"));
        }
        let (path, bound) = (self.path(last.0), self.value(super::number(last.1)));
        ways.push(format!("attribute_not_exists({path})"));
        ways.push(format!("{path} <= {bound}"));
        self.conditions.push(format!("({})", ways.join(" OR ")));
        self
    }

    /// The update expression.
    pub(super) fn update_expression(&self) -> String {
        let clause = |word: &str, parts: &[String]| {
            if parts.is_empty() { String::new() } else { format!("{word} {} ", parts.join(", ")) }
        };
        let clauses = [
            clause("SET", &self.sets),
            clause("REMOVE", &self.removes),
            clause("ADD", &self.adds),
            clause("DELETE", &self.deletes),
        ];
        clauses.concat().trim_end().to_owned()
    }

    /// The condition expression, if anything was required.
    pub(super) fn condition_expression(&self) -> Option<String> {
        (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "))
    }

    /// Names and values the expressions refer to.
    pub(super) fn into_placeholders(
        self,
    ) -> (HashMap<String, String>, Option<HashMap<String, AttributeValue>>) {
        let values = (!self.values.is_empty()).then_some(self.values);
        (self.names, values)
    }

    /// The update as a part of a transaction.
    pub(super) fn into_part(self, table: &str, key: Key) -> TransactWriteItem {
        let update = types::Update::builder()
            .table_name(table)
            .set_key(Some(key))
            .update_expression(self.update_expression())
            .set_condition_expression(self.condition_expression());
        let (names, values) = self.into_placeholders();
        let update = update
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(values)
            .build()
            .expect("an update with a table, a key and an expression is complete");
        TransactWriteItem::builder().update(update).build()
    }

    /// Its conditions alone, as a part of a transaction that changes nothing.
    pub(super) fn into_check(self, table: &str, key: Key) -> TransactWriteItem {
        let check = types::ConditionCheck::builder()
            .table_name(table)
            .set_key(Some(key))
            .set_condition_expression(self.condition_expression());
        let (names, values) = self.into_placeholders();
        let check = check
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(values)
            .build()
            .expect("a check with a table, a key and a condition is complete");
        TransactWriteItem::builder().condition_check(check).build()
    }

    fn condition<'a>(
        mut self,
        place: impl Into<Place<'a>>,
        value: AttributeValue,
        write: impl Fn(String, String) -> String,
    ) -> Self {
        let (path, value) = (self.path(place.into()), self.value(value));
        self.conditions.push(write(path, value));
        self
    }

    fn path(&mut self, place: Place<'_>) -> String {
        match place {
            Place::Attribute(attribute) => self.name(attribute),
            Place::Entry(map, entry) => format!("{}.{}", self.name(map), self.name(entry)),
        }
    }

    fn name(&mut self, name: &str) -> String {
        if let Some((placeholder, _)) = self.names.iter().find(|(_, known)| *known == name) {
            return placeholder.clone();
        }
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }
}

#[cfg(test)]
mod tests {
    use super::super::{number, text};
    use super::*;

    #[test]
    fn builds_expressions_without_any_input_in_them() {
        let update = Update::default()
            .set("a", text("x OR y"))
            .set(Place::Entry("m", "k-1"), number(1))
            .increase("n", -1)
            .remove(Place::Entry("m", "k-2"))
            .if_equal("a", text("z"))
            .if_absent(Place::Entry("m", "k-1"));
        assert_eq!(
            update.update_expression(),
            "SET #n0 = :v0, #n1.#n2 = :v1, #n3 = #n3 + :v2 REMOVE #n1.#n4"
        );
        assert_eq!(
            update.condition_expression().as_deref(),
            Some("#n0 = :v3 AND attribute_not_exists(#n1.#n2)")
        );
        let (names, values) = update.into_placeholders();
        assert_eq!((names.len(), values.map(|values| values.len())), (5, Some(4)));
    }

    #[test]
    fn a_list_grows_while_it_is_short_and_one_of_several_ways_is_open() {
        let update = Update::default()
            .append("log", text("x"))
            .if_shorter("log", 8)
            .if_any_above_or_not_above(&[("p", 1)], (Place::Entry("m", "k"), 2));
        assert_eq!(update.update_expression(), "SET #n0 = list_append(if_not_exists(#n0, :v0), :v1)");
        assert_eq!(
            update.condition_expression().as_deref(),
            Some(
                "(attribute_not_exists(#n0) OR size(#n0) < :v2) AND \
                 (#n1 > :v3 OR attribute_not_exists(#n2.#n3) OR #n2.#n3 <= :v4)"
            )
        );
    }

    #[test]
    fn sets_have_clauses_of_their_own() {
        let update = Update::default()
            .enter("s", number(1))
            .leave("t", number(2))
            .set_above(Place::Entry("m", "k"), "n", 1)
            .if_larger("s", 1);
        assert_eq!(update.update_expression(), "SET #n2.#n3 = #n4 + :v2 ADD #n0 :v0 DELETE #n1 :v1");
        assert_eq!(update.condition_expression().as_deref(), Some("size(#n0) > :v3"));
    }
}
