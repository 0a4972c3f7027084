# The usual commands; `just` lists them. CI runs the same steps: .ci/run

_default:
    @just --list --unsorted

# Run the whole service on this computer
run *options:
    cargo run -- {{ options }}

# What operators do about accounts: `just admin --help`
admin *options:
    cargo run -p admin -- {{ options }}

# Run every test
test *options:
    cargo test --workspace {{ options }}

# Format the code
fmt:
    cargo fmt --all

# Check format and lints
lint:
    .ci/run fmt clippy

# Build the API documentation of the code
doc:
    .ci/run doc

# Check licences, sources and known holes of the dependencies
deny:
    .ci/run deny

# Replay the recorded conversations
conformance:
    .ci/run conformance

# Write openapi.json anew
openapi:
    cargo run --quiet -- --openapi > target/openapi.json
    mv target/openapi.json openapi.json

# Check the SAM template
template:
    .ci/run template

# Serve all groups by cargo-lambda on port 9000; `just run --aws-only` in another terminal
watch *options:
    cargo lambda watch --invoke-address 127.0.0.1 --env-file tools/local/functions.env {{ options }}

# Build the functions as they are deployed and have them answer the sample events
sam:
    .ci/run sam

# Run what can be run so with the functions as Lambda runs them
lambda:
    .ci/run lambda

# Measure: `just bench --help`
bench *options:
    cargo run --release -p bench -- {{ options }}

# Send one sample event to a function in SAM's container (needs Docker and `just run --aws-only`)
event file function="RestAuthFunction":
    sam local invoke {{ function }} --event {{ file }} --env-vars events/env.json --docker-network host

# Make the list of common passwords anew
passwords *options:
    shared/data/make_common_passwords.py {{ options }}

# Everything that CI checks
ci:
    .ci/run
