//! Hashed passwords: which kinds are known, and how each is computed.

mod arena;
mod moved;

use std::fmt;

use argon2::password_hash::phc::{Ident, Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Params, Version};
use sha2::{Digest, Sha256};

pub use self::arena::Arena;
use self::moved::MovedHash;
use super::password::Password;

/// Salt of a new hash, in bytes.
pub const SALT_BYTES: usize = 16;

/// Output of a new hash, in bytes.
const OUTPUT_BYTES: usize = 32;

/// The most bytes of a credential that comes from elsewhere; Django's column has 128.
const MAX_FOREIGN_BYTES: usize = 512;

/// What begins every credential that no password opens, in Django and here.
const UNUSABLE: char = '!';

/// What begins a hash that was hashed again: behind it, each behind a blank, stand the old hash without its
/// output and the argon2id hash of that output.
const WRAPPED: &str = "wrapped ";

/// Why a credential from elsewhere is not taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialFault {
    /// It is of a kind that cannot be compared with a password here.
    UnknownKind,
    /// It is of a kind that costs next to nothing, such as MD5.
    Feeble,
    /// It is of a known kind, but cannot be read.
    Broken,
    /// It is of a known kind, but costs more than is allowed.
    TooDear,
}

/// What one argon2id hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes, computed one after the other.
    pub lanes: u32,
}

impl Cost {
    /// OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
    pub const PRODUCTION: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };

    fn params(self) -> Params {
        Params::new(self.memory_kib, self.passes, self.lanes, Some(OUTPUT_BYTES))
            .expect("the costs in use are valid argon2 parameters")
    }
}

/// A hashed password as the table keeps it: an argon2id PHC string, what Django wrote, or that hashed
/// again.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredCredential(String);

/// The outcome of comparing a password with a stored credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// It is the password, hashed as new passwords are.
    Current,
    /// It is the password; the hash is of an older kind or cost and should be replaced.
    Outdated,
    /// It is another password, or no password opens this account.
    Different,
}

/// A credential as it is read.
enum Form<'a> {
    /// A hash as it was made.
    Bare(MovedHash<'a>),
    /// A hash whose output was hashed again.
    Wrapped { inner: MovedHash<'a>, outer: MovedHash<'a> },
}

impl StoredCredential {
    /// Wraps a hash from the table.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// Takes over a credential from elsewhere, as it is: one of Django's hashes or an argon2 hash in PHC
    /// form, within the bounds of [`Self::compare`], such a one that was wrapped, or one that no password
    /// opens: nothing, or `!` and whatever Django put behind it. A weak one ([`Self::is_weak`]) is still
    /// to be wrapped.
    pub fn take_over(text: &str) -> Result<Self, CredentialFault> {
        let is_wrapped = text.starts_with(WRAPPED);
        let is_plain = |byte: u8| byte.is_ascii_graphic() || (is_wrapped && byte == b' ');
        if text.len() > MAX_FOREIGN_BYTES || !text.bytes().all(is_plain) {
            return Err(CredentialFault::Broken);
        }
        if !text.is_empty() && !text.starts_with(UNUSABLE) {
            match Form::parse(text)? {
                Form::Wrapped { outer, .. } if outer.is_weak() => return Err(CredentialFault::Feeble),
                Form::Wrapped { .. } | Form::Bare(_) => {}
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// A credential that no password opens.
    #[must_use]
    pub fn unusable() -> Self {
        Self(UNUSABLE.to_string())
    }

    /// Hashes a password with argon2id.
    #[must_use]
    pub fn hash(password: &Password, salt: [u8; SALT_BYTES], cost: Cost, arena: &mut Arena) -> Self {
        Self(argon2id(password.as_bytes(), salt, cost, arena))
    }

    /// Whether it is a hash that costs less than today's floor, and was not hashed again.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        match Form::parse(&self.0) {
            Ok(Form::Bare(hash)) => hash.is_weak(),
            Ok(Form::Wrapped { .. }) | Err(_) => false,
        }
    }

    /// The memory that a comparison takes at most, in KiB, beside what a new hash would.
    #[must_use]
    pub fn memory_kib(&self) -> u64 {
        match Form::parse(&self.0) {
            Ok(Form::Bare(hash)) => hash.memory_kib(),
            Ok(Form::Wrapped { inner, outer }) => inner.memory_kib().max(outer.memory_kib()),
            Err(_) => 0,
        }
    }

    /// A weak hash hashed again: each guess at it costs as much as one at a new hash. Any
    /// other credential stays as it is. The same hash is always wrapped alike, so that it is recognised.
    #[must_use]
    pub fn wrapped(self, cost: Cost, arena: &mut Arena) -> Self {
        let head = match Form::parse(&self.0) {
            Ok(Form::Bare(hash)) if hash.is_weak() => hash.without_output(&self.0),
            Ok(_) | Err(_) => return self,
        };
        // The salt is made of the old one and never of the old output, which would tell a guess cheaply.
        let digest = Sha256::digest(head.as_bytes());
        let salt = std::array::from_fn(|at| digest[at]);
        let Ok(output) = MovedHash::parse(&self.0).map(MovedHash::into_output) else {
            return self;
        };
        Self(format!("{WRAPPED}{head} {}", argon2id(&output, salt, cost, arena)))
    }

    /// Compares a password with this hash; `cost` is what a new hash would cost.
    ///
    /// A hash that cannot be read, or asks for more than the bounds, opens nothing; the same work is
    /// done all the same. A hash that moved in costs its own time, and a whole argon2id hash on top where
    /// the password is wrong or the hash is weak, so that nothing is answered sooner for those who have
    /// not logged in since moving. Such a one is tried with the password as it was typed, too, for not
    /// every system brings passwords into one normal form.
    #[must_use]
    pub fn compare(&self, password: &Password, cost: Cost, arena: &mut Arena) -> Comparison {
        let Ok(form) = Form::parse(&self.0) else {
            spend(password, cost, arena);
            return Comparison::Different;
        };
        if let Form::Bare(own) = &form
            && self.0.starts_with('$')
            && own.is_argon2id_of(&cost.params())
        {
            let is_same = own.opens(password.as_bytes(), arena);
            return if is_same { Comparison::Current } else { Comparison::Different };
        }
        let is_same = password.spellings().any(|bytes| form.opens(bytes, arena));
        match form {
            Form::Bare(hash) if !is_same || hash.is_weak() => spend(password, cost, arena),
            Form::Bare(_) | Form::Wrapped { .. } => {}
        }
        if is_same { Comparison::Outdated } else { Comparison::Different }
    }

    /// The text the table keeps.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'a> Form<'a> {
    fn parse(text: &'a str) -> Result<Self, CredentialFault> {
        let Some(rest) = text.strip_prefix(WRAPPED) else {
            return MovedHash::parse(text).map(Self::Bare);
        };
        let (inner, outer) = rest.split_once(' ').ok_or(CredentialFault::Broken)?;
        Ok(Self::Wrapped { inner: MovedHash::parse(inner)?, outer: MovedHash::parse(outer)? })
    }

    fn opens(&self, password: &[u8], arena: &mut Arena) -> bool {
        match self {
            Self::Bare(hash) => hash.opens(password, arena),
            Self::Wrapped { inner, outer } => outer.opens(&inner.output_for(password, arena), arena),
        }
    }
}

impl fmt::Debug for StoredCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredCredential(..)")
    }
}

/// Does the work of one comparison for nothing, so that an unknown account takes as long as a known one.
pub fn spend(password: &Password, cost: Cost, arena: &mut Arena) {
    let salt = [0; SALT_BYTES];
    std::hint::black_box(arena.argon2(Algorithm::Argon2id, &cost.params(), password.as_bytes(), &salt));
}

/// The PHC string of an argon2id hash.
fn argon2id(bytes: &[u8], salt: [u8; SALT_BYTES], cost: Cost, arena: &mut Arena) -> String {
    let params = cost.params();
    let output = arena.argon2(Algorithm::Argon2id, &params, bytes, &salt);
    let hash = PasswordHash {
        algorithm: Ident::new("argon2id").expect("argon2id is a valid identifier"),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).expect("argon2 parameters have a PHC form"),
        salt: Some(Salt::new(&salt).expect("16 bytes are a valid salt")),
        hash: Some(Output::new(&output).expect("32 bytes are a valid output")),
    };
    hash.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 16, passes: 1, lanes: 1 };

    /// What Django's hashers write of "tiger-tally" by default or near it.
    const STRONG: [&str; 7] = [
        "pbkdf2_sha256$600000$MO32aGo4yQuK$RKCklVSD3r2uiOR+DxCNLdghJd0mCfrZL2IUYqHqusw=",
        "pbkdf2_sha1$1300000$MO32aGo4yQuK$jmXeAQ3dMpcz/oahQkXw+pXtkQQ=",
        "bcrypt$$2b$10$p8vVl5FzJOD8ExE6xveEbOOKhfxuSFsvd05O/9V1DLgbsN7p0yXNy",
        "bcrypt_sha256$$2b$10$n2EX3sb0tkVmHf3QBArsfucou1osV4a13.hLG6uEQKCoaRErnA0aC",
        "scrypt$16384$MO32aGo4yQuK$8$5$UyBTSSSpd6Os62qS+Us7zyITChyxDyzpu6cY3rYYO0036qVoevezWOwpg9vVdcyLApRp0pC2Hp\
         +rjB+rs6sIgQ==",
        "argon2$argon2id$v=19$m=102400,t=2,p=8$VUM5UkU0dkVoNEFUYm84em5TRGFZNw$\
         S9+Sz+ZgYkLIYV7EdB0gEfag8+0SviLkqaecazeMFjk",
        "argon2$argon2i$v=19$m=65536,t=3,p=4$TU8zMmFHbzR5UXVL$CGbkQ8L8Opw03LyMIk/qRmYFPLdISrxH1b6rAG+SG7Y",
    ];

    /// What they write when they are told to be quick, or wrote long ago.
    const WEAK: [&str; 7] = [
        "pbkdf2_sha256$1000$MO32aGo4yQuK$8v9Jw8MfDZKMjvOZGSKv+U8NH0YOjlLs6E7vc7MkLuM=",
        "pbkdf2_sha1$1000$MO32aGo4yQuK$Kd2UbUE6Ekv2hZzTN3gWSVPjv7g=",
        "bcrypt$$2b$04$VKftYEtwqRGkPbp289pl6e4.bG9lHhXzY3DV80YSg52DN8.PINtae",
        "bcrypt_sha256$$2b$04$rESzfLWnYrSO4maiYJLujuFNXZ1FnCZXkEh3qtjJVX5jk0z6rExaW",
        "scrypt$1024$MO32aGo4yQuK$8$1$YOYsY8hfJC+QN5y1yJu5I3GW4CK36PAgRRLIx3BrNbbl1jA5x2EkuBhCwS0Lgz9\
         +OEJW6i5lMy5e/q2x+v+E2Q==",
        "argon2$argon2id$v=19$m=64,t=1,p=4$Q1M2Q1RHMWkyM0N2TVJKZ1RHVGdiUg$allmRLDL3zXQsby\
         +raNfLtdS5hJNC8/6JbgUfpXLMdg",
        // Of 16 bytes, as in the years of Django 1.10.
        "argon2$argon2i$v=19$m=512,t=2,p=2$TU8zMmFHbzR5UXVL$s4yJ8qbAKMqbeXkY0YuMhQ",
    ];

    fn password(text: &str) -> Password {
        Password::new(text).unwrap()
    }

    fn compare(stored: &str, text: &str, cost: Cost) -> Comparison {
        let mut arena = Arena::new(cost);
        StoredCredential::stored(stored.to_owned()).compare(&password(text), cost, &mut arena)
    }

    fn wrapped(text: &str) -> StoredCredential {
        let mut arena = Arena::new(Cost::PRODUCTION);
        StoredCredential::take_over(text).unwrap().wrapped(Cost::PRODUCTION, &mut arena)
    }

    #[test]
    fn production_costs_are_the_documented_ones() {
        let mut arena = Arena::new(Cost::PRODUCTION);
        let stored =
            StoredCredential::hash(&password("tiger"), [1; SALT_BYTES], Cost::PRODUCTION, &mut arena);
        assert!(stored.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", stored.as_str());
        assert!(!stored.is_weak());
    }

    #[test]
    fn a_hash_opens_to_its_password_only() {
        let mut arena = Arena::new(CHEAP);
        let stored = StoredCredential::hash(&password("tiger"), [1; SALT_BYTES], CHEAP, &mut arena);
        assert_eq!(compare(stored.as_str(), "tiger", CHEAP), Comparison::Current);
        assert_eq!(compare(stored.as_str(), "tiger ", CHEAP), Comparison::Different);
        let dearer = Cost { passes: 2, ..CHEAP };
        assert_eq!(compare(stored.as_str(), "tiger", dearer), Comparison::Outdated);
    }

    #[test]
    fn a_reference_hash_of_another_implementation_opens() {
        // argon2-cffi: hash_secret(b"password", b"somesalt", 1, 16, 1, 32, Type.ID)
        let reference = "$argon2id$v=19$m=16,t=1,p=1$c29tZXNhbHQ$P9H0/ThZLXg0UDkZcqvjzBwvK1j42Mv9qGqFfYHSX40";
        assert_eq!(compare(reference, "password", CHEAP), Comparison::Current);
    }

    #[test]
    fn what_django_stored_opens_and_is_outdated() {
        for stored in STRONG.into_iter().chain(WEAK) {
            assert_eq!(compare(stored, "tiger-tally", CHEAP), Comparison::Outdated, "{stored}");
            assert_eq!(compare(stored, "tiger-tallx", CHEAP), Comparison::Different, "{stored}");
        }
    }

    #[test]
    fn what_is_weak_is_wrapped_and_opens_all_the_same() {
        for text in STRONG {
            assert!(!StoredCredential::take_over(text).unwrap().is_weak(), "{text}");
            assert_eq!(wrapped(text).as_str(), text);
        }
        for text in WEAK {
            assert!(StoredCredential::take_over(text).unwrap().is_weak(), "{text}");
            let stored = wrapped(text);
            let output = &text[text.len() - 15..];
            assert!(!stored.as_str().contains(output), "{} tells {output}", stored.as_str());
            assert_eq!(wrapped(text), stored, "the same hash is recognised");
            assert_eq!(compare(stored.as_str(), "tiger-tally", CHEAP), Comparison::Outdated, "{text}");
            assert_eq!(compare(stored.as_str(), "tiger-tallx", CHEAP), Comparison::Different, "{text}");
            // It moves on to another pool as it is, and is not wrapped twice.
            assert_eq!(wrapped(stored.as_str()), stored);
        }
        let cheaply = StoredCredential::stored(WEAK[0].to_owned()).wrapped(CHEAP, &mut Arena::new(CHEAP));
        assert_eq!(StoredCredential::take_over(cheaply.as_str()), Err(CredentialFault::Feeble));
    }

    #[test]
    fn a_password_opens_a_hash_that_moved_in_as_it_was_typed_too() {
        // PBKDF2 of "café-tiger" with an accent of its own, which is no NFC.
        let (typed, composed) = ("cafe\u{301}-tiger", "caf\u{e9}-tiger");
        let stored = "pbkdf2_sha256$1000$MO32aGo4yQuK$lj9/NuTLVlIGv0ys7BVIZIoAw4SpenX54L5pak3ynOc=";
        for stored in [stored, wrapped(stored).as_str()] {
            assert_eq!(compare(stored, typed, CHEAP), Comparison::Outdated);
            assert_eq!(compare(stored, composed, CHEAP), Comparison::Different);
        }
        let mut arena = Arena::new(CHEAP);
        let own = StoredCredential::hash(&password(typed), [1; SALT_BYTES], CHEAP, &mut arena);
        assert_eq!(compare(own.as_str(), composed, CHEAP), Comparison::Current);
    }

    #[test]
    fn bcrypt_looks_at_72_bytes() {
        let stored = "bcrypt$$2b$04$OJzg4jbqCfiPisQgzgLnZOZrsWb2l/mVUEFAExtv4i9axRpPKQsoy";
        let long = "tiger-tally-".repeat(7);
        assert_eq!(compare(stored, &long, CHEAP), Comparison::Outdated);
        assert_eq!(compare(stored, &long[..71], CHEAP), Comparison::Different);
    }

    #[test]
    fn unreadable_and_excessive_hashes_open_nothing() {
        for stored in ["", "!", "tiger", "wrapped ", "wrapped  ", "$"] {
            assert_eq!(compare(stored, "tiger", CHEAP), Comparison::Different, "{stored}");
        }
        for (stored, _) in FAULTY {
            assert_eq!(compare(stored, "tiger", CHEAP), Comparison::Different, "{stored}");
        }
    }

    /// Hashes that are not taken over, and why.
    const FAULTY: [(&str, CredentialFault); 24] = {
        use CredentialFault::{Broken, Feeble, TooDear, UnknownKind};
        [
            ("pbkdf2_sha256$2000001$a$pkMAJ4Y0IPJ+bEarMs2j6CBX4n8x9Y376S1Nv1yZ1NI=", TooDear),
            ("pbkdf2_sha256$99999999999$a$pkMAJ4Y0IPJ+bEarMs2j6CBX4n8x9Y376S1Nv1yZ1NI=", TooDear),
            ("pbkdf2_sha256$0$a$pkMAJ4Y0IPJ+bEarMs2j6CBX4n8x9Y376S1Nv1yZ1NI=", Broken),
            ("pbkdf2_sha256$36000$a", Broken),
            ("pbkdf2_sha1$36000$a$pkMAJ4Y0IPJ+bEarMs2j6CBX4n8x9Y376S1Nv1yZ1NI=", Broken),
            (
                "$argon2id$v=19$m=262145,t=1,p=1$c29tZXNhbHQ$DPBXDy8WZQYcAQ5TAgIzsCUDvjLTRY4mLCtTeSbdZ+o",
                TooDear,
            ),
            (
                "$argon2id$v=19$m=262144,t=5,p=1$c29tZXNhbHQ$DPBXDy8WZQYcAQ5TAgIzsCUDvjLTRY4mLCtTeSbdZ+o",
                TooDear,
            ),
            (
                "$argon2id$v=19$m=8,t=131073,p=1$c29tZXNhbHQ$DPBXDy8WZQYcAQ5TAgIzsCUDvjLTRY4mLCtTeSbdZ+o",
                TooDear,
            ),
            (
                "argon2$argon2i$v=19$m=65536,t=17,p=4$c29tZXNhbHQ$DPBXDy8WZQYcAQ5TAgIzsCUDvjLTRY4mLCtTeSbdZ+o",
                TooDear,
            ),
            ("$argon2id$v=16$m=512,t=2,p=2$c29tZXNhbHQ$DPBXDy8WZQYcAQ5TAgIzsCUDvjLTRY4mLCtTeSbdZ+o", Broken),
            ("$argon2id$v=19$m=512,t=2,p=2$c29tZXNhbHQ", Broken),
            (
                "$argon2d$v=19$m=512,t=2,p=2$c29tZXNhbHQ$DPBXDy8WZQYcAQ5TAgIzsCUDvjLTRY4mLCtTeSbdZ+o",
                UnknownKind,
            ),
            ("bcrypt_sha256$$2b$12$abc", Broken),
            ("bcrypt$$2x$10$p8vVl5FzJOD8ExE6xveEbOOKhfxuSFsvd05O/9V1DLgbsN7p0yXNy", Broken),
            ("bcrypt$$2b$15$p8vVl5FzJOD8ExE6xveEbOOKhfxuSFsvd05O/9V1DLgbsN7p0yXNy", TooDear),
            ("bcrypt$$2b$03$p8vVl5FzJOD8ExE6xveEbOOKhfxuSFsvd05O/9V1DLgbsN7p0yXNy", Broken),
            (
                "scrypt$16385$MO32aGo4yQuK$8$5$UyBTSSSpd6Os62qS+Us7zyITChyxDyzpu6cY3rYYO0036qVoevezWOwpg9vVdcyLApRp0pC2Hp+rjB+rs6sIgQ==",
                Broken,
            ),
            (
                "scrypt$524288$MO32aGo4yQuK$8$1$UyBTSSSpd6Os62qS+Us7zyITChyxDyzpu6cY3rYYO0036qVoevezWOwpg9vVdcyLApRp0pC2Hp+rjB+rs6sIgQ==",
                TooDear,
            ),
            (
                "scrypt$16384$MO32aGo4yQuK$8$33$UyBTSSSpd6Os62qS+Us7zyITChyxDyzpu6cY3rYYO0036qVoevezWOwpg9vVdcyLApRp0pC2Hp+rjB+rs6sIgQ==",
                TooDear,
            ),
            ("md5$MO32aGo4yQuK$ef0ad8f4f141dc45cfb703cd859f6462", Feeble),
            ("sha1$$da39a3ee5e6b4b0d3255bfef95601890afd80709", Feeble),
            ("ef0ad8f4f141dc45cfb703cd859f6462", Feeble),
            ("plain$tiger-tally", UnknownKind),
            ("tiger-tally", UnknownKind),
        ]
    };

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let long = format!("!{}", "x".repeat(MAX_FOREIGN_BYTES));
        let more = [(long.as_str(), CredentialFault::Broken), ("! \u{202e}", CredentialFault::Broken)];
        for (text, fault) in FAULTY.into_iter().chain(more) {
            assert_eq!(StoredCredential::take_over(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn the_dearest_hash_of_each_kind_is_taken() {
        let tail = "$c29tZXNhbHQ$DPBXDy8WZQYcAQ5TAgIzsCUDvjLTRY4mLCtTeSbdZ+o";
        for cost in ["m=262144,t=4,p=16", "m=131072,t=8,p=1", "m=65536,t=16,p=1024", "m=8,t=131072,p=1"] {
            for kind in ["argon2id", "argon2i"] {
                for prefix in ["", "argon2"] {
                    let text = format!("{prefix}${kind}$v=19${cost}{tail}");
                    assert!(StoredCredential::take_over(&text).is_ok(), "{text}");
                }
            }
        }
        for text in [
            STRONG[0].replace("600000", "2000000"),
            STRONG[2].replace("$10$", "$14$").replace("$2b$", "$2y$"),
            STRONG[4].replace("$16384$", "$262144$").replace("$8$5$", "$8$2$"),
        ] {
            assert!(StoredCredential::take_over(&text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_never_opens_is_taken_over_as_it_is() {
        for text in ["", "!", "!mhEXpSzGk2OjlrNTqNLBkoVXlYzyYl1bAQDkIBh0"] {
            assert_eq!(StoredCredential::take_over(text).map(|taken| taken.0), Ok(text.to_owned()));
            assert_eq!(wrapped(text).as_str(), text);
        }
        let mut arena = Arena::new(CHEAP);
        let unusable = StoredCredential::unusable();
        assert_eq!(unusable.compare(&password("!"), CHEAP, &mut arena), Comparison::Different);
    }

    #[test]
    fn a_hash_tells_what_memory_it_takes() {
        let memory = |text: &str| StoredCredential::stored(text.to_owned()).memory_kib();
        assert_eq!(STRONG.map(memory), [0, 0, 0, 0, 16_384, 102_400, 65_536]);
        assert_eq!((memory("!"), memory(wrapped(WEAK[4]).as_str())), (0, 19_456));
    }
}
