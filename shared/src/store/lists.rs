//! The lists that accounts stand in: what changes them. How they are read is in `directory.rs`.
//!
//! Each list is a sparse index over account items that holds keys only: an account that lacks the
//! index's attributes is not in it. So whoever changes a name or a role adds the part from here to the
//! one write that does it, whoever makes or deletes an account puts a whole item
//! (`AccountRecord::item`), and DynamoDB moves the rows.

use super::expression::Update;
use super::key::{self, Index, PLACE};
use super::{Item, text};
use crate::domain::account::{Account, Standing};
use crate::domain::account_number::AccountNumber;
use crate::domain::directory::{FoldedName, Position};
use crate::domain::role::Role;

/// Whether the account is one of the charity's people, who alone are listed; never taken away but with
/// everything.
pub(super) const CHARITY: &str = "charity";

/// The attributes of a new account by which it is listed; none for one that is gone, or that is none of
/// the charity's people, who alone are searched.
pub(super) fn listing(account: &Account) -> Item {
    if account.standing == Standing::Deleted || !account.is_of_charity() {
        return Item::new();
    }
    let place = key::place(Position { role: account.role, number: account.number });
    let names = names(&account.first_name, &account.last_name);
    let names = names.into_iter().filter_map(|(index, partition)| Some((index.partition(), partition?)));
    let all = [(PLACE, place), (Index::Everyone.partition(), key::shard(account.number))];
    all.into_iter().chain(names).map(|(name, value)| (name.to_owned(), text(value))).collect()
}

/// The part of an update that lists the account by these names. Goes with the write that sets them.
pub(super) fn list_names(update: Update, first_name: &str, last_name: &str) -> Update {
    let names = names(first_name, last_name).into_iter();
    names.fold(update, |update, (index, partition)| update.put(index.partition(), partition.map(text)))
}

/// The part of an update that lists an account in all lists, under this role. Goes with the write that
/// makes it one of the charity's people.
pub(super) fn list_account(update: Update, account: &Account, role: Role) -> Update {
    let update = update.set(Index::Everyone.partition(), text(key::shard(account.number)));
    list_role(list_names(update, &account.first_name, &account.last_name), account.number, role)
}

/// The part of an update that takes the account out of all lists.
pub(super) fn list_nowhere(update: Update) -> Update {
    let update = update.remove(PLACE);
    Index::ALL.into_iter().fold(update, |update, index| update.remove(index.partition()))
}

/// The part of an update that lists the account under this role. Goes with the write that sets it.
pub(super) fn list_role(update: Update, number: AccountNumber, role: Role) -> Update {
    update.set(PLACE, text(key::place(Position { role, number })))
}

/// The partition of each list by name, where the account has the names for it.
fn names(first_name: &str, last_name: &str) -> [(Index, Option<String>); 3] {
    let (first, last) = (FoldedName::of(first_name), FoldedName::of(last_name));
    let full = first.as_ref().zip(last.as_ref()).map(|(first, last)| key::listed_full_name(first, last));
    [
        (Index::FirstName, first.as_ref().map(key::listed_name)),
        (Index::LastName, last.as_ref().map(key::listed_name)),
        (Index::FullName, full),
    ]
}
