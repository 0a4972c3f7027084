//! The company item beside an account: what company's contract keeps of its customers. It is apart so that a
//! login, which writes the account's item, costs no more for it.

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::{Deserialize, Serialize};

use super::expression::Update;
use super::guarded::{Guarded, Write};
use super::{Item, Store, StoreError, key, text};
use crate::domain::account_number::AccountNumber;
use crate::domain::customer::{Customer, CustomerChange, ReceivingAddress};
use crate::domain::text::Text;

/// The item's attributes, next to its key. Absent means empty.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct CustomerRecord {
    #[serde(skip_serializing_if = "String::is_empty")]
    realname: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    qq: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    company_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    company_url: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    select_fields: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    province: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    city: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    area: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    street: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    recv_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    recv_phone: String,
}

impl Store {
    /// What the account's holder told of themselves and the company, strongly consistent.
    pub async fn find_customer(&self, account: AccountNumber) -> Result<Option<Customer>, StoreError> {
        let item = self.item(key::company(account)).await?;
        item.map(read).transpose()
    }

    /// Changes a part of the data, which is made if it is not there, as long as the account is active and
    /// in its epoch.
    pub async fn change_customer(
        &self,
        on: Guarded<'_>,
        change: &CustomerChange,
    ) -> Result<Write, StoreError> {
        let data = customer_update(change).into_part(&self.table, key::company(on.number));
        let items = vec![self.guarded_part(on, Update::default()), data];
        self.transact(items, on.number, on.op).await
    }

    /// The item of a new account, as a part of the transaction that makes the account.
    pub(super) fn customer_part(
        &self,
        account: AccountNumber,
        customer: &Customer,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut item: Item = serde_dynamo::to_item(CustomerRecord::from(customer))?;
        item.extend(key::company(account));
        Ok(self.put(item))
    }
}

fn customer_update(change: &CustomerChange) -> Update {
    let with = |update: Update, (name, value): (&'static str, &str)| update.set(name, text(value));
    match change {
        CustomerChange::Person { realname, qq } => {
            let fields = std::iter::once(("realname", realname.as_str()));
            fields.chain(qq.iter().map(|qq| ("qq", qq.as_str()))).fold(Update::default(), with)
        }
        CustomerChange::Firm { company_name, company_url } => {
            let fields = std::iter::once(("company_name", company_name.as_str()));
            let url = company_url.iter().map(|url| ("company_url", url.as_str()));
            fields.chain(url).fold(Update::default(), with)
        }
        CustomerChange::Receiving(address) => {
            let ReceivingAddress { province, city, area, street, recv_name, recv_phone } = address;
            [
                ("province", province.as_str()),
                ("city", city.as_str()),
                ("area", area.as_str()),
                ("street", street.as_str()),
                ("recv_name", recv_name.as_str()),
                ("recv_phone", recv_phone.as_str()),
            ]
            .into_iter()
            .fold(Update::default(), with)
        }
    }
}

pub(super) fn read(item: Item) -> Result<Customer, StoreError> {
    let record: CustomerRecord = serde_dynamo::from_item(item)?;
    Ok(Customer {
        realname: Text::stored(record.realname),
        qq: Text::stored(record.qq),
        company_name: Text::stored(record.company_name),
        company_url: Text::stored(record.company_url),
        select_fields: record.select_fields.into_iter().map(Text::stored).collect(),
        receiving: ReceivingAddress {
            province: Text::stored(record.province),
            city: Text::stored(record.city),
            area: Text::stored(record.area),
            street: Text::stored(record.street),
            recv_name: Text::stored(record.recv_name),
            recv_phone: Text::stored(record.recv_phone),
        },
    })
}

impl From<&Customer> for CustomerRecord {
    fn from(customer: &Customer) -> Self {
        let Customer { realname, qq, company_name, company_url, select_fields, receiving } = customer;
        let ReceivingAddress { province, city, area, street, recv_name, recv_phone } = receiving;
        Self {
            realname: realname.to_string(),
            qq: qq.to_string(),
            company_name: company_name.to_string(),
            company_url: company_url.to_string(),
            select_fields: select_fields.iter().map(|line| line.to_string()).collect(),
            province: province.to_string(),
            city: city.to_string(),
            area: area.to_string(),
            street: street.to_string(),
            recv_name: recv_name.to_string(),
            recv_phone: recv_phone.to_string(),
        }
    }
}
