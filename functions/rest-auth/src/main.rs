//! The rest-auth group as a Lambda function.

fn main() -> Result<(), tally::host::Error> {
    tally::host::run(rest_auth::router)
}
