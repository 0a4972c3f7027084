//! The whole service, seen from outside.

mod accounts;
mod administration;
mod browser;
mod costs;
mod courier;
mod durability;
mod faults;
mod flows;
mod lambda;
mod letters;
mod manage;
mod races;
mod security;
mod tidy;
mod wire;
