//! A rotation of the secret: how long each part of it takes, and what the next secret is.
//!
//! No process is told of a rotation; each learns of it when it reads the secret again. So at first
//! everything is still made with the secret that all of them know. Only when all of them know both is
//! anything made with the new one. Much later, by the clock alone, the old one is dead.

use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use super::ServerSecret;

/// How long the previous secret is still made things with. A process answers no request with a copy
/// of the secret that is older than [`super::LATE`] without having asked for a newer one; a request takes
/// 15 seconds at most, and the rest is for clocks that differ.
pub const SPREADS: SignedDuration = SignedDuration::from_mins(30);

/// How long after the rotation the previous secret is accepted: what is made at the end of
/// [`SPREADS`] is good for a day more, which is as long as a mailed link lives (security rule S19).
pub const ACCEPTED: SignedDuration = SignedDuration::from_mins(24 * 60 + 30);

/// Where a rotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Processes learn of it: things are made with the previous secret, both are accepted.
    Spreading,
    /// Things are made with the current secret, both are accepted.
    Changing,
    /// The previous secret opens nothing any more.
    Over,
}

/// The rotation before is not over; when it will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// The end of the rotation that is under way; `None` if nothing says when it began.
    pub until: Option<Timestamp>,
}

impl Phase {
    /// The phase at that time.
    #[must_use]
    pub fn of(rotated_at: Timestamp, now: Timestamp) -> Self {
        let passed = now.duration_since(rotated_at);
        if passed < SPREADS {
            Self::Spreading
        } else if passed < ACCEPTED {
            Self::Changing
        } else {
            Self::Over
        }
    }
}

impl ServerSecret {
    /// The secret that takes this one's place, while this one is accepted for another day.
    pub fn rotated(&self, fresh: String, now: Timestamp) -> Result<Self, UnderWay> {
        match (&self.previous, self.phase(now)) {
            (None, _) | (Some(_), Some(Phase::Over)) => {}
            (Some(_), Some(Phase::Spreading | Phase::Changing)) => {
                let end = self.rotated_at.and_then(|rotated_at| rotated_at.checked_add(ACCEPTED).ok());
                return Err(UnderWay { until: end });
            }
            (Some(_), None) => return Err(UnderWay { until: None }),
        }
        Ok(Self { previous: Some(self.current.clone()), ..self.replaced(fresh, now) })
    }

    /// The secret that takes this one's place where it must not be accepted any longer: after a leak,
    /// or to end everything that was made with it. It also does so in the middle of a rotation.
    #[must_use]
    pub fn replaced(&self, fresh: String, now: Timestamp) -> Self {
        Self {
            current: Zeroizing::new(fresh),
            previous: None,
            fingerprints: Some(self.fingerprints.as_ref().unwrap_or(&self.current).clone()),
            rotated_at: Some(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Purpose;
    use super::*;

    const OLD: &str = "old-old-old-old-old-old-old-old-old";
    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn old() -> ServerSecret {
        ServerSecret::parse(&format!(r#"{{"current":"{OLD}"}}"#)).unwrap()
    }

    fn fresh(letter: char) -> String {
        letter.to_string().repeat(64)
    }

    fn at(minutes: i64) -> Timestamp {
        START + SignedDuration::from_mins(minutes)
    }

    fn made(secret: &ServerSecret, minutes: i64) -> [u8; 16] {
        secret.code(Purpose::SharedKey, b"x", at(minutes))
    }

    fn accepts(secret: &ServerSecret, code: [u8; 16], minutes: i64) -> bool {
        secret.accepted_codes(Purpose::SharedKey, b"x", at(minutes)).any(|accepted| accepted == code)
    }

    #[test]
    fn each_phase_makes_with_one_secret_and_accepts_what_it_should() {
        let (old, new) = (old(), old().rotated(fresh('n'), START).unwrap());
        let (of_old, of_new) = (made(&old, 0), made(&new, 30));
        assert_ne!(of_old, of_new);
        // Minutes after the rotation: what is made with, whether the old and the new are accepted.
        for (minutes, makes_old, old_lives) in [
            (-5, true, true),
            (0, true, true),
            (29, true, true),
            (30, false, true),
            (1469, false, true),
            (1470, false, false),
        ] {
            assert_eq!(made(&new, minutes) == of_old, makes_old, "{minutes}");
            assert_eq!(made(&new, minutes) == of_new, !makes_old, "{minutes}");
            assert_eq!(accepts(&new, of_old, minutes), old_lives, "{minutes}");
            assert!(accepts(&new, of_new, minutes), "{minutes}");
        }
        // A process that does not know yet takes whatever others make.
        assert!(accepts(&old, made(&new, 29), 29));
    }

    #[test]
    fn ciphers_change_with_the_codes() {
        let (old, new) = (old(), old().rotated(fresh('n'), START).unwrap());
        let key = |secret: &ServerSecret, minutes| secret.key(Purpose::TokenSeal, at(minutes));
        assert_eq!(key(&new, 29), key(&old, 0));
        assert_ne!(key(&new, 30), key(&old, 0));
        let accepted = |minutes| new.accepted_keys(Purpose::TokenSeal, at(minutes)).collect::<Vec<_>>();
        assert_eq!(accepted(29), [key(&old, 0), key(&new, 30)]);
        assert_eq!(accepted(1469), [key(&new, 30), key(&old, 0)]);
        assert_eq!(accepted(1470), [key(&new, 30)]);
    }

    #[test]
    fn fingerprints_outlive_every_rotation() {
        let first = old();
        let second = first.rotated(fresh('2'), START).unwrap();
        let third = second.rotated(fresh('3'), at(1470)).unwrap();
        let replaced = third.replaced(fresh('4'), at(1471));
        let fingerprint = |secret: &ServerSecret| secret.fingerprint(Purpose::Attempts, b"account 7");
        for secret in [&second, &third, &replaced] {
            let read = ServerSecret::parse(&secret.write()).unwrap();
            assert_eq!(fingerprint(&read), fingerprint(&first));
        }
    }

    #[test]
    fn one_rotation_has_to_end_before_the_next_begins() {
        let new = old().rotated(fresh('n'), START).unwrap();
        let refused = UnderWay { until: Some(at(1470)) };
        assert_eq!(new.rotated(fresh('3'), at(1469)).err(), Some(refused));
        let third = new.rotated(fresh('3'), at(1470)).unwrap();
        assert!(!accepts(&third, made(&old(), 0), 1470), "the secret before the previous one is gone");
        let by_hand = format!(r#"{{"current":"{}","previous":"{OLD}"}}"#, fresh('n'));
        let by_hand = ServerSecret::parse(&by_hand).unwrap();
        assert_eq!(by_hand.rotated(fresh('3'), START).err(), Some(UnderWay { until: None }));
    }

    #[test]
    fn a_replacement_ends_everything_at_once_even_in_the_middle() {
        let new = old().rotated(fresh('n'), START).unwrap();
        let replaced = new.replaced(fresh('r'), at(10));
        assert!(!accepts(&replaced, made(&old(), 0), 10) && !accepts(&replaced, made(&new, 30), 10));
        assert_eq!(replaced.phase(at(10)), None);
        assert!(replaced.rotated(fresh('3'), at(11)).is_ok());
    }
}
