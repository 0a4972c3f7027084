//! A wrong setting is told in one plain sentence, with what to do about it.

use tests::server::Server;

use super::told;

/// A variable of the environment, and what it is set to, if it is not taken away.
type Change<'a> = (&'a str, Option<&'a str>);

#[tokio::test]
async fn each_wrong_setting_is_told_in_plain_words_and_its_causes_when_asked_for() {
    let server = Server::start().await;
    let aws = server.service().aws().url();
    let no_scheme = aws.trim_start_matches("http://").to_owned();
    let home = tempfile::tempdir().expect("the system has room for a folder");
    // What is taken away or put in the place of what is right, and what is said.
    let mistakes: [(&[Change<'_>], &str); 9] = [
        (&[("AWS_REGION", None)], "No AWS region is set. Set AWS_REGION, or choose a profile"),
        (
            &[("AWS_ACCESS_KEY_ID", None)],
            "The table \"tigertally\" cannot be used: no AWS credentials were found. Set AWS_PROFILE,",
        ),
        (
            &[("AWS_ENDPOINT_URL", Some("http://127.0.0.1:1"))],
            "The table \"tigertally\" cannot be used: nothing answers there. Check AWS_ENDPOINT_URL,",
        ),
        (
            &[("AWS_ENDPOINT_URL", Some(&no_scheme))],
            "The table \"tigertally\" cannot be used: AWS_ENDPOINT_URL is not a URL. Write it with its scheme,",
        ),
        (
            &[("TALLY_TABLE", Some("other"))],
            "The table \"other\" cannot be used: it is not in this region and account. Name another one with \
             --table or TALLY_TABLE.",
        ),
        (
            &[("AWS_ACCESS_KEY_ID", None), ("AWS_PROFILE", Some("nope"))],
            "There is no AWS profile \"nope\". Correct AWS_PROFILE, or make it: aws configure --profile nope",
        ),
        (&[("AWS_REGION", Some(""))], "AWS_REGION is empty. Give it a value, or unset it."),
        (&[("AWS_ENDPOINT_URL", Some(""))], "AWS_ENDPOINT_URL is empty. Give it a value, or unset it."),
        (&[("TALLY_TABLE", None)], "No table is named. Set TALLY_TABLE, or use --table NAME."),
    ];
    for (changes, words) in mistakes {
        for (arguments, is_verbose) in [(&["show", "zhang"][..], false), (&["show", "zhang", "-v"], true)] {
            let mut command = tests::operator::process(&aws, arguments);
            command.env("HOME", home.path()).env("AWS_EC2_METADATA_DISABLED", "true");
            for (name, value) in changes {
                match value {
                    Some(value) => command.env(name, value),
                    None => command.env_remove(name),
                };
            }
            let (code, out, err) = told(command.output().await.expect("the binary can be started"));
            assert_eq!((code, out.as_str()), (Some(1), ""), "{changes:?}: {err}");
            assert!(err.starts_with(words), "{changes:?}: {err}");
            let is_plain = err.lines().count() == 1
                && ["dispatch failure", "{", "os error", "DynamoDB"]
                    .iter()
                    .all(|jargon| !err.contains(jargon));
            assert!(is_verbose || is_plain, "{changes:?}: {err}");
        }
    }
}
