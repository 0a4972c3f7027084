//! The company group as a Lambda function.

fn main() -> Result<(), tally::host::Error> {
    tally::host::run(company::router)
}
