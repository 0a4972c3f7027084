//! The text of a try in the table, where it waits until it is counted.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::{NameMark, Place, Try};

/// What stands for a missing device or identifier.
const NONE: &str = "-";

/// Time in microseconds, network, device and identifier, separated by blanks.
impl fmt::Display for Try {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let device = self.device.as_ref().map_or(NONE, Place::as_str);
        let name = self.name.as_ref().map_or(NONE, NameMark::as_str);
        write!(f, "{} {} {device} {name}", self.at.as_microsecond(), self.network.as_str())
    }
}

/// A text that is no try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadableTry;

impl FromStr for Try {
    type Err = UnreadableTry;

    fn from_str(text: &str) -> Result<Self, UnreadableTry> {
        let parts: Vec<&str> = text.split(' ').collect();
        let [at, network, device, name] = parts[..] else { return Err(UnreadableTry) };
        let at = at.parse().map_err(|_| UnreadableTry)?;
        let present = |part: &str| (part != NONE).then(|| part.to_owned());
        Ok(Self {
            at: Timestamp::from_microsecond(at).map_err(|_| UnreadableTry)?,
            network: Place::new(network.to_owned()),
            device: present(device).map(Place::new),
            name: present(name).map(NameMark::new),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn every_try_reads_back(at in 0..253_402_207_200_000_000_i64, has_device: bool, has_name: bool) {
            let tried = Try {
                at: Timestamp::from_microsecond(at).unwrap(),
                network: Place::new("aa11".to_owned()),
                device: has_device.then(|| Place::new("bb22".to_owned())),
                name: has_name.then(|| NameMark::new("cc33".to_owned())),
            };
            proptest::prop_assert_eq!(tried.to_string().parse(), Ok(tried));
        }

        #[test]
        fn no_text_makes_it_stumble(text in ".{0,60}") {
            let _ = text.parse::<Try>();
        }
    }
}
