//! What an endpoint does for one method, and what it wants to know of its caller.

use std::future::Future;
use std::pin::Pin;

use super::answer::Answer;
use super::request::Request;
use crate::app::App;
use crate::services::sessions::Caller;

/// What a handler returns, boxed: its answer, or what went wrong in the group's words.
pub type Handling<F> = Pin<Box<dyn Future<Output = Result<Answer, F>> + Send>>;

/// An `async fn` that takes what is in `T` and fails with an `F`.
pub trait Handle<T, F>: Sync {
    /// Calls it.
    fn handle(&self, taken: T) -> Handling<F>;
}

impl<H, F, A> Handle<(App, Request), F> for H
where
    H: Fn(App, Request) -> A + Sync,
    A: Future<Output = Result<Answer, F>> + Send + 'static,
{
    fn handle(&self, (app, request): (App, Request)) -> Handling<F> {
        Box::pin(self(app, request))
    }
}

impl<H, F, C, A> Handle<(App, C, Request), F> for H
where
    H: Fn(App, C, Request) -> A + Sync,
    A: Future<Output = Result<Answer, F>> + Send + 'static,
{
    fn handle(&self, (app, caller, request): (App, C, Request)) -> Handling<F> {
        Box::pin(self(app, caller, request))
    }
}

/// A handler by what it wants to know of its caller. OPTIONS, and a method that the endpoint does not know,
/// ask as much as its first method does.
#[expect(missing_debug_implementations, reason = "a function has nothing to show")]
pub enum Handler<F: 'static> {
    /// `fn(App, Request)`: it looks for itself, or not at all. Nothing presented makes it fail.
    Open(&'static dyn Handle<(App, Request), F>),
    /// `fn(App, Option<Caller>, Request)`: it serves strangers too, but what is presented must be valid.
    Welcoming(&'static dyn Handle<(App, Option<Caller>, Request), F>),
    /// `fn(App, Caller, Request)`: it refuses strangers.
    Guarded(&'static dyn Handle<(App, Caller, Request), F>),
}

/// One method of an endpoint.
pub(super) struct Operation<F: 'static> {
    pub(super) handler: Handler<F>,
    #[cfg_attr(not(feature = "openapi"), expect(dead_code, reason = "there is no document to be in"))]
    pub(super) description: Description,
}

/// What an operation tells of itself for the OpenAPI document, as [`crate::described!`] makes it.
#[cfg(feature = "openapi")]
pub type Description = Option<fn() -> super::openapi::Operation>;
/// What an operation tells of itself for the OpenAPI document: nothing where none is made.
#[cfg(not(feature = "openapi"))]
pub type Description = Option<std::convert::Infallible>;

/// The function that describes an operation, in builds that make the OpenAPI document.
#[macro_export]
macro_rules! described {
    ($describe:expr) => {{
        #[cfg(feature = "openapi")]
        let description = Some($describe as fn() -> $crate::http::openapi::Operation);
        #[cfg(not(feature = "openapi"))]
        let description = None;
        description
    }};
}
