//! What is true: values that can only exist when they are valid, and decisions as pure functions.
//!
//! No I/O, no JSON, no AWS, no clock and no chance in here: time and random bytes are arguments.

pub mod account;
pub mod account_number;
pub mod address_budget;
pub mod administration;
pub mod asker;
pub mod attempts;
pub mod binding_link;
pub mod bookings;
pub mod code;
pub mod common_passwords;
pub mod contact;
pub mod credential;
pub mod csrf_token;
pub mod customer;
pub mod details;
pub mod digits;
pub mod directory;
pub mod email_address;
pub mod email_change;
pub mod former_power;
pub mod history;
pub mod message_budget;
pub mod password;
pub mod permission;
pub mod person_name;
pub mod phone_number;
pub mod recovery;
pub mod role;
pub mod sent_messages;
pub mod session;
pub mod shared_key;
pub mod text;
pub mod token_seal;
pub mod transfer;
pub mod username;
pub mod weixin;
