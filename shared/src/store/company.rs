//! The company item beside an account: what company's contract keeps of its customers. It is apart so that a
//! login, which writes the account's item, costs no more for it.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use serde::{Deserialize, Serialize};

use super::expression::Update;
use super::key;
use super::{Guarded, Item, Store, StoreError, Write, text};
use crate::domain::account_number::AccountNumber;
use crate::domain::company::{Company, CompanyChange, ReceivingAddress};

/// The item's attributes, next to its key. Absent means empty.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct CompanyRecord {
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
    pub async fn find_company(&self, account: AccountNumber) -> Result<Option<Company>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key::company(account)));
        let item = request.consistent_read(true).send().await?.item;
        item.map(read).transpose()
    }

    /// Changes a part of the data, which is made if it is not there, as long as the account is active and
    /// in its epoch.
    pub async fn change_company(&self, on: Guarded<'_>, change: &CompanyChange) -> Result<Write, StoreError> {
        let data = company_update(change).into_part(&self.table, key::company(on.number));
        let items = vec![self.guarded_part(on, Update::default()), data];
        Ok(self.transact(items, on.number, on.op).await?.into())
    }

    /// The item of a new account, as a part of the transaction that makes the account.
    pub(super) fn company_part(
        &self,
        account: AccountNumber,
        company: &Company,
    ) -> Result<TransactWriteItem, StoreError> {
        let record = serde_dynamo::to_item(CompanyRecord::from(company));
        let mut item: Item = record.map_err(|error| StoreError::Unreadable(error.to_string()))?;
        item.extend(key::company(account));
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).build();
        let put = put.expect("a put with a table and an item is complete");
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

fn company_update(change: &CompanyChange) -> Update {
    let with = |update: Update, (name, value): (&'static str, &String)| update.set(name, text(value));
    match change {
        CompanyChange::Person { realname, qq } => {
            let fields = std::iter::once(("realname", realname));
            fields.chain(qq.iter().map(|qq| ("qq", qq))).fold(Update::default(), with)
        }
        CompanyChange::Firm { company_name, company_url } => {
            let fields = std::iter::once(("company_name", company_name));
            fields.chain(company_url.iter().map(|url| ("company_url", url))).fold(Update::default(), with)
        }
        CompanyChange::Receiving(address) => {
            let ReceivingAddress { province, city, area, street, recv_name, recv_phone } = address;
            [
                ("province", province),
                ("city", city),
                ("area", area),
                ("street", street),
                ("recv_name", recv_name),
                ("recv_phone", recv_phone),
            ]
            .into_iter()
            .fold(Update::default(), with)
        }
    }
}

pub(super) fn read(item: Item) -> Result<Company, StoreError> {
    let record: CompanyRecord =
        serde_dynamo::from_item(item).map_err(|error| StoreError::Unreadable(error.to_string()))?;
    let CompanyRecord { realname, qq, company_name, company_url, select_fields, .. } = record;
    let CompanyRecord { province, city, area, street, recv_name, recv_phone, .. } = record;
    let receiving = ReceivingAddress { province, city, area, street, recv_name, recv_phone };
    Ok(Company { realname, qq, company_name, company_url, select_fields, receiving })
}

impl From<&Company> for CompanyRecord {
    fn from(company: &Company) -> Self {
        let Company { realname, qq, company_name, company_url, select_fields, receiving } = company.clone();
        let ReceivingAddress { province, city, area, street, recv_name, recv_phone } = receiving;
        Self {
            realname,
            qq,
            company_name,
            company_url,
            select_fields,
            province,
            city,
            area,
            street,
            recv_name,
            recv_phone,
        }
    }
}
