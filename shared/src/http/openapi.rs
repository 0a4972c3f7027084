//! What a group tells of itself for the OpenAPI document: each operation, what it reads, and every way
//! it can end.
//!
//! Nothing is written twice. Paths, methods and caller rules come from the group's endpoint table, the
//! shapes of bodies from its wire structs, sentences and statuses from its `say`, headers from the
//! answers themselves, limits from the domain. What is left to say here is what things mean.

mod field;
mod headers;
mod operation;
mod outcome;
mod person;
pub(super) mod response;
pub(super) mod schema;

pub use field::Field;
pub use headers::components as headers;
pub use operation::{Operation, Parameter};
pub use outcome::Outcome;
pub use person::{person, text};
pub use response::{Response, Said};
pub use schema::{Described, FieldsSchema};
