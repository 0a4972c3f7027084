//! The manage group as a Lambda function.

fn main() -> Result<(), tally::host::Error> {
    tally::host::run(manage::router)
}
