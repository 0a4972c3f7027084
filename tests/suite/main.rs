//! The whole service, seen from outside.

mod accounts;
mod administration;
mod binding;
mod browser;
mod charity;
mod company;
mod conformance;
mod costs;
mod courier;
mod durability;
mod faults;
mod flows;
mod lambda;
mod letters;
mod load;
mod manage;
mod races;
mod security;
mod texts;
mod tidy;
mod transfer;
mod watch;
mod wire;
