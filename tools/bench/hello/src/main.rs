//! The least that a Lambda function in Rust can be: what Lambda and its runtime cost by themselves.

use lambda_http::{Body, Error, Request, Response};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::run(lambda_http::service_fn(hello)).await
}

async fn hello(_: Request) -> Result<Response<Body>, Error> {
    let answer = Response::builder().header("content-type", "application/json");
    Ok(answer.body(Body::from(r#"{"message":"hello"}"#))?)
}
