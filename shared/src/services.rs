//! What happens: load, decide, save. One file per capability, one small enum per way it can end.

pub mod address_gate;
pub mod administration;
pub mod budget;
pub mod codes;
pub mod contacts;
pub mod hashing;
pub mod passwords;
pub mod profiles;
pub mod registration;
pub mod sessions;
