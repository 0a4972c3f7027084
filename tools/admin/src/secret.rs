//! The server's secret: how old it is, and rotating it. What it says is never printed.

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp, Unit};
use serde_json::{Value, json};
use tally::app::SecretAccess;
use tally::secret::{ACCEPTED, Kept, LATE, Phase, ReplaceError, SPREADS, ServerSecret, UnderWay};

pub use crate::cli::SecretCommand;
use crate::outcome::{Answer, Failure, refused};
use crate::terminal::Terminal;

/// Characters of a new secret: 380 bits, as the template has the first one made.
const LENGTH: usize = 64;

/// What is asked at a terminal before everything is ended.
const ENDS_ALL: &str = "This ends every key of rest-auth, token of charity, CSRF token, code and mailed link. \
                        Replace the secret at once?";

/// Carries out a command and answers what to print.
pub async fn carry_out(
    on: &SecretAccess,
    command: SecretCommand,
    terminal: &Terminal,
) -> Result<Answer, Failure> {
    let kept = on.vault.read().await.map_err(Failure::Secret)?;
    let secret = ServerSecret::parse(&kept.text);
    let secret = secret.map_err(|error| refused(format!("The secret cannot be used: {error}.")))?;
    match command {
        SecretCommand::Show => {
            let ages = Ages::of(&secret, secret.rotated_at().or(kept.created), on.clock.now());
            Ok(Answer::new(ages.text(on.vault.id(), on.clock.now()), &ages.facts(on.vault.id())))
        }
        SecretCommand::Rotate { at_once: true } if !terminal.is_agreed_or_unattended(ENDS_ALL).await => {
            Err(refused("Nothing was done."))
        }
        SecretCommand::Rotate { at_once } => rotate(on, &kept, &secret, at_once).await,
    }
}

async fn rotate(
    on: &SecretAccess,
    kept: &Kept,
    secret: &ServerSecret,
    at_once: bool,
) -> Result<Answer, Failure> {
    let (fresh, now) = (on.entropy.alphanumeric(LENGTH), on.clock.now());
    let next = if at_once {
        secret.replaced(fresh, now)
    } else {
        secret.rotated(fresh, now).map_err(|under_way| refused(under_way_words(under_way)))?
    };
    let version = HEXLOWER.encode(&on.entropy.bytes::<16>());
    match on.vault.replace(&kept.version, &next.write(), &version).await {
        Ok(()) => {
            let words = if at_once { replaced_words() } else { rotated_words(now) };
            Ok(Answer::new(words, &Ages::of(&next, Some(now), now).facts(on.vault.id())))
        }
        Err(ReplaceError::Changed) => {
            Err(refused("Somebody else has changed the secret in the meantime; nothing was done."))
        }
        Err(ReplaceError::Unavailable(error)) => Err(Failure::Secret(error)),
    }
}

/// Since when the secret counts, and until when the one before is still used and accepted.
struct Ages {
    since: Option<Timestamp>,
    used: Option<String>,
    accepted: Option<String>,
}

impl Ages {
    fn of(secret: &ServerSecret, since: Option<Timestamp>, now: Timestamp) -> Self {
        let (is_used, is_accepted) = match secret.phase(now) {
            None | Some(Phase::Over) => (false, false),
            Some(Phase::Spreading) => (true, true),
            Some(Phase::Changing) => (false, true),
        };
        let until = |is_so: bool, later| is_so.then(|| minute(secret.rotated_at().unwrap_or(now), later));
        Self { since, used: until(is_used, SPREADS), accepted: until(is_accepted, ACCEPTED) }
    }

    fn facts(&self, id: &str) -> Value {
        json!({
            "secret": id, "current_since": self.since.map(|since| minute(since, SignedDuration::ZERO)),
            "is_rotating": self.accepted.is_some(), "previous_used_until": self.used,
            "previous_accepted_until": self.accepted,
        })
    }

    fn text(&self, id: &str, now: Timestamp) -> String {
        let current = self.since.map_or_else(
            || "of unknown age".to_owned(),
            |since| format!("{} old, since {}", days(since, now), minute(since, SignedDuration::ZERO)),
        );
        let rotation = match (&self.used, &self.accepted) {
            (Some(used), Some(accepted)) => format!(
                "under way; made with the previous secret until {used}, which is accepted until {accepted}"
            ),
            (None, Some(accepted)) => format!("under way; the previous secret is accepted until {accepted}"),
            (_, None) => "none under way".to_owned(),
        };
        format!("Secret       {id}\nCurrent      {current}\nRotation     {rotation}\n")
    }
}

fn rotated_words(now: Timestamp) -> String {
    format!(
        "The secret is rotated.\n\
         Until {}   everything is still made with the previous secret, while the functions learn the new one.\n\
         Until {}   what was made with the previous secret is accepted.\n\
         Keys of rest-auth and tokens of charity that are older than that have to be asked for anew, by logging in.\n",
        minute(now, SPREADS),
        minute(now, ACCEPTED),
    )
}

fn replaced_words() -> String {
    format!(
        "The secret is replaced. Keys of rest-auth, tokens of charity, CSRF tokens, codes and links in mail that were\n\
         made with the one before end as soon as each function has read the new one, {} minutes from now at the latest.\n\
         To end them at once, replace the running functions: write another value of Restart into samconfig.toml, and\n\
         run sam deploy.\n",
        LATE.as_mins()
    )
}

fn under_way_words(UnderWay { until }: UnderWay) -> String {
    match until {
        Some(until) => format!(
            "A rotation is under way until {}. --at-once ends it, and everything made before that.",
            minute(until, SignedDuration::ZERO)
        ),
        None => {
            "The secret has a \"previous\" that was put there by hand, and nothing says since when. Take it \
                 away first; --at-once does, and ends all that was made before."
                .to_owned()
        }
    }
}

fn minute(from: Timestamp, later: SignedDuration) -> String {
    let time = from.checked_add(later).unwrap_or(from);
    time.round(Unit::Second).unwrap_or(time).to_string()
}

fn days(since: Timestamp, now: Timestamp) -> String {
    match now.duration_since(since).as_hours() / 24 {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}
