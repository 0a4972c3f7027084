//! What every Tigertally function shares, and nothing that only one of them speaks.
//!
//! Read the modules in this order: [`domain`] says what is true, [`services`] say what happens,
//! [`store`] keeps it in one DynamoDB table, [`http`] carries it over the wire. [`app::App`]
//! ties them together; [`host`] runs a function's router on Lambda; [`telemetry`] tells of every request.

/// Keeps what a value holds out of every log: for debugging it is its type's name.
macro_rules! hidden {
    ($name:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

pub mod app;
pub mod aws;
pub mod clock;
pub mod config;
pub mod courier;
pub mod domain;
pub mod entropy;
pub mod host;
pub mod http;
mod https;
pub mod secret;
pub mod services;
pub mod store;
pub mod telemetry;
pub mod weixin;
