//! What users say about themselves: names, by which they are also listed, and details.

use super::expression::{Place, Update};
use super::guarded::{Guarded, Write};
use super::lists::list_names;
use super::record::DetailsRecord;
use super::{Item, Store, StoreError, attribute, text};
use crate::domain::details::{Details, DetailsChange};
use crate::domain::person_name::PersonName;

const FIRST_NAME: &str = "first_name";
const LAST_NAME: &str = "last_name";
const DETAILS: &str = "details";

impl Store {
    /// Gives the account these names.
    pub async fn set_names(
        &self,
        on: Guarded<'_>,
        first: &PersonName,
        last: &PersonName,
    ) -> Result<Write, StoreError> {
        let update =
            Update::default().set(FIRST_NAME, text(first.as_str())).set(LAST_NAME, text(last.as_str()));
        self.write_guarded(on, list_names(update, first.as_str(), last.as_str())).await
    }

    /// Adds the details, once.
    pub async fn create_details(&self, on: Guarded<'_>, details: &Details) -> Result<Write, StoreError> {
        // The same details may be submitted twice at once; their own mark tells whose they are.
        let record = attribute(DetailsRecord::of(details, on.op))?;
        let update = Update::default().set(DETAILS, record.clone()).if_absent(DETAILS);
        self.write_recognised(on, update, |item: &Item| item.get(DETAILS) == Some(&record)).await
    }

    /// Changes the given fields of the details that are there.
    pub async fn change_details(&self, on: Guarded<'_>, change: &DetailsChange) -> Result<Write, StoreError> {
        let mut update = Update::default().if_present(DETAILS);
        let DetailsChange { company, tel, address } = change;
        let fields =
            [("company", company.as_deref()), ("tel", tel.as_deref()), ("address", address.as_deref())];
        for (field, value) in fields {
            if let Some(value) = value {
                update = update.set(Place::Entry(DETAILS, field), text(value));
            }
        }
        self.write_guarded(on, update).await
    }
}
