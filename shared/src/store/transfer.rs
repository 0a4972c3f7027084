//! Accounts on their way in and out: made as they were elsewhere, and read one page after the other.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemError;
use aws_sdk_dynamodb::operation::get_item::GetItemError;
use aws_sdk_dynamodb::operation::scan::ScanError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use jiff::Timestamp;

use super::account::{NewAccount, Uncreated};
use super::batch::BATCH;
use super::customer;
use super::key::{self, Identifier};
use super::record::AccountRecord;
use super::{Item, Store, StoreError, text};
use crate::domain::account::Account;
use crate::domain::account_number::AccountNumber;
use crate::domain::customer::Customer;
use crate::domain::history::Record;

/// How many items are looked at for one page. An account of 1 KiB with two claims makes three of them,
/// so a page stays well below the 1 MiB at which DynamoDB would cut it.
const PAGE_ITEMS: i32 = 1_000;

/// What DynamoDB answers when asking again later may help.
const PASSING: [&str; 10] = [
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestTimeout",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionCanceledException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

/// An account that is in the table.
#[derive(Clone, Debug)]
pub struct Resident {
    /// The account.
    pub account: Account,
    /// What lies beside it for group company, where there is something.
    pub company: Option<Customer>,
}

/// Some of the accounts, in no order, each with what is asked about it.
#[derive(Debug)]
pub struct AccountPage<T> {
    /// The accounts.
    pub found: Vec<T>,
    /// Items that should be accounts and cannot be read.
    pub unreadable: Vec<StoreError>,
    /// How many items of any kind were looked at.
    pub items: u64,
    /// Where the next page begins; `None` after the last one.
    pub next: Option<ScanPosition>,
}

/// A place in the order in which DynamoDB goes through a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanPosition {
    /// The partition key of the last item before it. It may name a user.
    pub partition: String,
    /// The sort key of that item.
    pub sort: String,
}

impl Store {
    /// Makes an account as it was elsewhere, with its claims, all or nothing. A former e-mail address
    /// that still counts is claimed with them, and stays out of others' reach as long as it did. What is
    /// written down of it may be several records.
    pub async fn create_arrival(
        &self,
        new: &NewAccount<'_>,
        records: &[Record],
        now: Timestamp,
    ) -> Result<Result<(), Uncreated>, StoreError> {
        let number = new.account.number;
        let formers = new.account.former_emails.iter().map(|former| {
            let claim = Identifier::email(&former.address);
            (self.take_released(&claim, number, now, former), Uncreated::Taken(vec![claim]))
        });
        let records = records.iter().enumerate();
        let records = records
            .map(|(at, record)| self.record_part(number, record, &format!("{}{at}", new.op)))
            .collect();
        self.create_with(new, now, formers.collect(), records).await
    }

    /// The next accounts behind a place in the table, strongly consistent: whatever was acknowledged
    /// before the first page was read is in one of them.
    pub async fn account_page(
        &self,
        from: Option<&ScanPosition>,
    ) -> Result<AccountPage<Resident>, StoreError> {
        let resident = |item| Ok(Some(Resident { account: read(item)?, company: None }));
        let mut page = self.scan_accounts(from, None, resident).await?;
        self.add_companies(&mut page.found).await?;
        Ok(page)
    }

    /// The next accounts behind a place in the table, strongly consistent: only those without an
    /// attribute, where one is named, and of them those of which `read` makes something.
    pub(super) async fn scan_accounts<T>(
        &self,
        from: Option<&ScanPosition>,
        without: Option<&str>,
        read: impl Fn(Item) -> Result<Option<T>, StoreError>,
    ) -> Result<AccountPage<T>, StoreError> {
        let scan = self
            .client
            .scan()
            .table_name(&self.table)
            .consistent_read(true)
            .limit(PAGE_ITEMS)
            .expression_attribute_names("#sk", key::SORT)
            .expression_attribute_values(":account", key::account_sort())
            .set_exclusive_start_key(from.map(ScanPosition::to_key));
        let scan = match without {
            None => scan.filter_expression("#sk = :account"),
            Some(attribute) => scan
                .filter_expression("#sk = :account AND attribute_not_exists(#without)")
                .expression_attribute_names("#without", attribute),
        };
        let answer = scan.send().await?;
        let mut page = AccountPage {
            found: Vec::new(),
            unreadable: Vec::new(),
            items: u64::try_from(answer.scanned_count).unwrap_or_default(),
            next: answer.last_evaluated_key.as_ref().map(ScanPosition::of).transpose()?,
        };
        for item in answer.items.unwrap_or_default() {
            match read(item) {
                Ok(found) => page.found.extend(found),
                Err(unreadable) => page.unreadable.push(unreadable),
            }
        }
        Ok(page)
    }

    /// About how many items of any kind the table holds; DynamoDB counts every six hours.
    pub async fn about_how_many_items(&self) -> Result<u64, StoreError> {
        let answer = self.client.describe_table().table_name(&self.table).send().await?;
        let count = answer.table.and_then(|table| table.item_count);
        Ok(count.and_then(|count| count.try_into().ok()).unwrap_or_default())
    }

    /// Reads what lies beside the accounts.
    async fn add_companies(&self, residents: &mut [Resident]) -> Result<(), StoreError> {
        let mut companies = HashMap::new();
        let numbers: Vec<AccountNumber> = residents.iter().map(|one| one.account.number).collect();
        for some in numbers.chunks(BATCH) {
            companies.extend(self.companies_of(some.iter().copied().map(key::company).collect()).await?);
        }
        for resident in residents {
            resident.company = companies.remove(&resident.account.number);
        }
        Ok(())
    }

    async fn companies_of(&self, keys: Vec<key::Key>) -> Result<Vec<(AccountNumber, Customer)>, StoreError> {
        let items = self.batch(keys, &KeysAndAttributes::builder()).await?;
        items.into_iter().map(|item| Ok((key::number_of(&item)?, customer::read(item)?))).collect()
    }
}

impl StoreError {
    /// Whether asking again later may help: DynamoDB has too much to do, or did not answer at all.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        let Self::Unavailable(source) = self else {
            return false;
        };
        let source: &(dyn std::error::Error + 'static) = source.as_ref();
        let codes = [
            code::<TransactWriteItemsError>(source),
            code::<GetItemError>(source),
            code::<BatchGetItemError>(source),
            code::<UpdateItemError>(source),
            code::<ScanError>(source),
        ];
        // No code: no answer of DynamoDB's own.
        codes.into_iter().flatten().next().is_none_or(|code| PASSING.contains(&code))
    }
}

fn code<'a, E>(source: &'a (dyn std::error::Error + 'static)) -> Option<&'a str>
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    source.downcast_ref::<SdkError<E>>()?.as_service_error()?.code()
}

impl ScanPosition {
    fn of(key: &HashMap<String, AttributeValue>) -> Result<Self, StoreError> {
        Ok(Self { partition: part(key, key::PARTITION)?, sort: part(key, key::SORT)? })
    }

    fn to_key(&self) -> key::Key {
        HashMap::from([
            (key::PARTITION.to_owned(), text(&self.partition)),
            (key::SORT.to_owned(), text(&self.sort)),
        ])
    }
}

fn part(item: &Item, attribute: &str) -> Result<String, StoreError> {
    let value = item.get(attribute).and_then(|value| value.as_s().ok());
    value.cloned().ok_or_else(|| StoreError::Unreadable("an item without its key".to_owned()))
}

pub(super) fn read(item: Item) -> Result<Account, StoreError> {
    let number = key::number_of(&item)?;
    let named = |error: StoreError| match error {
        StoreError::Unreadable(why) => StoreError::Unreadable(format!("account {number}: {why}")),
        other @ StoreError::Unavailable(_) => other,
    };
    AccountRecord::read(item).map_err(named)?.into_account(number)
}
