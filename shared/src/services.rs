//! What happens: load, decide, save. One file per capability, one small enum per way it can end.

pub mod address_gate;
pub mod administration;
pub mod attempts;
pub mod bookings;
pub mod budget;
pub mod codes;
pub mod contacts;
pub mod customer;
pub mod directory;
pub mod email_binding;
pub mod hashing;
pub mod obstacle;
pub mod passwords;
pub mod phones;
pub mod profiles;
mod records;
pub mod registration;
mod rounds;
pub mod sessions;
pub mod transfer;
pub mod weixin;
