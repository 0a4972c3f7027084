//! The server's secret: how old it is, and rotating it. What it says is never printed.

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp, Unit};
use tally::app::SecretAccess;
use tally::secret::{ACCEPTED, Kept, LATE, Phase, ReplaceError, SPREADS, ServerSecret, UnderWay};

use crate::commands::{Failure, refused};

/// Characters of a new secret: 380 bits, as the template has the first one made.
const LENGTH: usize = 64;

/// What is to be done with the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretCommand {
    /// Tell how old it is.
    Show,
    /// Put a new one in its place.
    Rotate {
        /// Whether the present one is to open nothing any more, instead of being accepted for a day.
        at_once: bool,
    },
}

/// Carries out a command and answers what to print.
pub async fn carry_out(on: &SecretAccess, command: SecretCommand) -> Result<String, Failure> {
    let kept = on.vault.read().await.map_err(Failure::Secret)?;
    let secret = ServerSecret::parse(&kept.text).map_err(|error| refused(format!("Of no use: {error}.")))?;
    match command {
        SecretCommand::Show => Ok(ages(on, &kept, &secret)),
        SecretCommand::Rotate { at_once } => rotate(on, &kept, &secret, at_once).await,
    }
}

async fn rotate(
    on: &SecretAccess,
    kept: &Kept,
    secret: &ServerSecret,
    at_once: bool,
) -> Result<String, Failure> {
    let (fresh, now) = (on.entropy.alphanumeric(LENGTH), on.clock.now());
    let next = if at_once {
        secret.replaced(fresh, now)
    } else {
        secret.rotated(fresh, now).map_err(|under_way| refused(under_way_words(under_way)))?
    };
    let version = HEXLOWER.encode(&on.entropy.bytes::<16>());
    match on.vault.replace(&kept.version, &next.write(), &version).await {
        Ok(()) if at_once => Ok(replaced_words()),
        Ok(()) => Ok(rotated_words(now)),
        Err(ReplaceError::Changed) => {
            Err(refused("Somebody else has changed the secret meanwhile; nothing was done."))
        }
        Err(ReplaceError::Unavailable(error)) => Err(Failure::Secret(error)),
    }
}

fn rotated_words(now: Timestamp) -> String {
    format!(
        "The secret is rotated.\n\
         Until {}   everything is still made with the secret before, while the functions learn the new one.\n\
         Until {}   what was made with the secret before is accepted.\n\
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
            "A rotation is under way until {}. --at-once ends it, and all that was made before.",
            minute(until, SignedDuration::ZERO)
        ),
        None => {
            "The secret has a \"previous\" that was put there by hand, and nothing says since when. Take it \
                 away first; --at-once does, and ends all that was made before."
                .to_owned()
        }
    }
}

fn ages(on: &SecretAccess, kept: &Kept, secret: &ServerSecret) -> String {
    let now = on.clock.now();
    let since = secret.rotated_at().or(kept.created);
    let current = since.map_or_else(
        || "of unknown age".to_owned(),
        |since| format!("{} old, since {}", days(since, now), minute(since, SignedDuration::ZERO)),
    );
    let rotated_at = secret.rotated_at().unwrap_or(now);
    let rotation = match secret.phase(now) {
        None | Some(Phase::Over) => "none under way".to_owned(),
        Some(Phase::Spreading) => format!(
            "under way; made with the previous secret until {}, which is accepted until {}",
            minute(rotated_at, SPREADS),
            minute(rotated_at, ACCEPTED)
        ),
        Some(Phase::Changing) => {
            format!("under way; the previous secret is accepted until {}", minute(rotated_at, ACCEPTED))
        }
    };
    format!("Secret       {}\nCurrent      {current}\nRotation     {rotation}\n", on.vault.id())
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
