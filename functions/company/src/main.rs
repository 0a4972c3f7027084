//! The company group as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), tally::host::Error> {
    tally::host::run(company::router).await
}
