//! What a person is to the charity (docs/contracts/charity.md).

/// A person's role. Everybody has one; people who registered elsewhere are donors, who may do the least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Decides about others; not staff by that (docs/contracts/README.md#one-pool-of-users).
    Administrator,
    /// Gives.
    #[default]
    Donor,
    /// Helps.
    Volunteer,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Administrator, Self::Donor, Self::Volunteer];

    /// The digit by which requests name it.
    #[must_use]
    pub const fn digit(self) -> &'static str {
        match self {
            Self::Administrator => "0",
            Self::Donor => "1",
            Self::Volunteer => "2",
        }
    }

    /// The word by which answers name it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Donor => "donor",
            Self::Volunteer => "volunteer",
        }
    }

    /// The role with that digit.
    #[must_use]
    pub fn with_digit(digit: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.digit() == digit)
    }

    /// The role with that word.
    #[must_use]
    pub fn with_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_words_read_back_and_nothing_else_does() {
        for role in Role::ALL {
            assert_eq!(Role::with_digit(role.digit()), Some(role));
            assert_eq!(Role::with_word(role.word()), Some(role));
        }
        assert_eq!(
            (Role::with_digit("3"), Role::with_digit(" 0"), Role::with_word("Donor")),
            (None, None, None)
        );
    }
}
