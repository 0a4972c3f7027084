//! What is true: values that can only exist when they are valid, and decisions as pure functions.
//!
//! No I/O, no JSON, no AWS, no clock and no chance in here: time and random bytes are arguments.

pub mod account;
pub mod account_number;
pub mod address_budget;
pub mod administration;
pub mod attempts;
pub mod code;
pub mod common_passwords;
pub mod contact;
pub mod credential;
pub mod csrf_token;
pub mod details;
pub mod email_address;
pub mod password;
pub mod phone_number;
pub mod role;
pub mod session;
pub mod shared_key;
pub mod text;
pub mod token_seal;
pub mod username;
