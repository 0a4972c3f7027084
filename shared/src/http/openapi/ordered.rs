//! A JSON object whose members stay in the order in which they were put.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// Names and what they stand for, each name once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ordered<T>(Vec<(String, T)>);

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Ordered<T> {
    /// What stands under that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value)
    }

    /// What stands under that name, made now if nothing does.
    pub fn entry(&mut self, name: &str, make: impl FnOnce() -> T) -> &mut T {
        let at = self.0.iter().position(|(found, _)| found == name);
        let at = at.unwrap_or_else(|| {
            self.0.push((name.to_owned(), make()));
            self.0.len() - 1
        });
        &mut self.0[at].1
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of it, in its order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl<T> FromIterator<(String, T)> for Ordered<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(members: I) -> Self {
        let mut ordered = Self::default();
        ordered.extend(members);
        ordered
    }
}

impl<T> Extend<(String, T)> for Ordered<T> {
    /// Adds what is not there yet; of a name that stands twice, the first counts.
    fn extend<I: IntoIterator<Item = (String, T)>>(&mut self, members: I) {
        for (name, value) in members {
            self.entry(&name, || value);
        }
    }
}

impl<T> IntoIterator for Ordered<T> {
    type Item = (String, T);
    type IntoIter = std::vec::IntoIter<(String, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
