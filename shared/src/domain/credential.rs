//! Hashed passwords: which kinds are known, and how each is computed.

use std::fmt;

use argon2::password_hash::phc::{Ident, Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use data_encoding::BASE64;
use pbkdf2::hmac::Hmac;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::password::Password;

/// Salt of a new hash, in bytes.
pub const SALT_BYTES: usize = 16;

/// Output of a new hash, in bytes.
const OUTPUT_BYTES: usize = 32;

/// The most iterations a stored Django hash may ask for.
const MAX_DJANGO_ITERATIONS: u32 = 2_000_000;

/// The most a stored argon2id hash may ask for: memory in KiB, passes, lanes (security rule 2.1).
const MAX_STORED: Cost = Cost { memory_kib: 64 * 1024, passes: 10, lanes: 4 };

/// The most bytes of a credential that comes from elsewhere; Django's column has 128.
const MAX_FOREIGN_BYTES: usize = 512;

/// What begins every credential that no password opens, in Django and here.
const UNUSABLE: char = '!';

/// Why a credential from elsewhere is not taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialFault {
    /// It is of a kind that cannot be compared with a password here.
    UnknownKind,
    /// It is of a known kind, but cannot be read or asks for more than the bounds.
    OutOfBounds,
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

    fn params(self) -> Option<Params> {
        Params::new(self.memory_kib, self.passes, self.lanes, Some(OUTPUT_BYTES)).ok()
    }
}

/// The memory argon2 works in, kept between hashes and wiped after each.
///
/// A fresh 19 MiB per hash would be 4,864 page faults, which cost nearly as much as the hash itself. Where
/// the kernel gives huge pages to those who ask, it is asked, for argon2 jumps about: finding out where
/// 4,864 small pages are takes a tenth of a hash (docs/adr/0008).
pub struct Arena(Vec<Block>);

impl Arena {
    /// Takes the memory.
    #[must_use]
    pub fn new(cost: Cost) -> Self {
        let mut arena = Self(Vec::new());
        arena.reserve(usize::try_from(cost.memory_kib).expect("a count of KiB fits the address space"));
        arena
    }

    fn reserve(&mut self, blocks: usize) {
        if self.0.len() < blocks {
            let mut larger = Vec::<Block>::with_capacity(blocks);
            // Before anything is written to it: it is then that the kernel chooses the pages.
            kevy_madvise::advise_hugepage(larger.as_ptr().cast(), blocks * Block::SIZE);
            larger.resize(blocks, Block::new());
            self.0 = larger;
        }
    }

    fn wipe(&mut self) {
        self.0.fill(Block::new());
        // The arena lives on, so the stores stay; this keeps them before whatever comes next.
        std::hint::black_box(&mut self.0);
    }
}

impl fmt::Debug for Arena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arena({} KiB)", self.0.len())
    }
}

/// A hashed password as the table keeps it: an argon2id PHC string, or what Django wrote.
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

impl StoredCredential {
    /// Wraps a hash from the table.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// Takes over a credential from elsewhere, as it is: argon2id in PHC form, Django's PBKDF2, both
    /// within the bounds of [`Self::compare`], or one that no password opens: nothing, or `!` and
    /// whatever Django put behind it.
    pub fn take_over(text: &str) -> Result<Self, CredentialFault> {
        let is_plain = text.len() <= MAX_FOREIGN_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic());
        let opens = DjangoHash::parse(text).is_some() || Argon2idHash::parse(text).is_some();
        let is_unusable = text.is_empty() || text.starts_with(UNUSABLE);
        let is_known = ["pbkdf2_sha256$", "$argon2id$"].iter().any(|kind| text.starts_with(kind));
        if is_plain && (opens || is_unusable) {
            Ok(Self(text.to_owned()))
        } else if is_known || is_unusable {
            Err(CredentialFault::OutOfBounds)
        } else {
            Err(CredentialFault::UnknownKind)
        }
    }

    /// A credential that no password opens.
    #[must_use]
    pub fn unusable() -> Self {
        Self(UNUSABLE.to_string())
    }

    /// Hashes a password with argon2id.
    #[must_use]
    pub fn hash(password: &Password, salt: [u8; SALT_BYTES], cost: Cost, arena: &mut Arena) -> Self {
        let params = cost.params().expect("the costs in use are valid argon2 parameters");
        let output = argon2id(&params, password, &salt, arena);
        let hash = PasswordHash {
            algorithm: Ident::new("argon2id").expect("argon2id is a valid identifier"),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params).expect("argon2 parameters have a PHC form"),
            salt: Some(Salt::new(&salt).expect("16 bytes are a valid salt")),
            hash: Some(Output::new(&output).expect("32 bytes are a valid output")),
        };
        Self(hash.to_string())
    }

    /// Compares a password with this hash; `cost` is what a new hash would cost.
    ///
    /// A hash that cannot be read, or asks for more than the bounds, opens nothing; the same work is
    /// done all the same. An old Django hash costs its own time and a whole argon2id hash on top, so
    /// that a wrong password is not answered sooner for those who have not logged in since moving.
    #[must_use]
    pub fn compare(&self, password: &Password, cost: Cost, arena: &mut Arena) -> Comparison {
        if let Some(django) = DjangoHash::parse(&self.0) {
            let is_same = django.matches(password);
            if !is_same {
                spend(password, cost, arena);
            }
            return if is_same { Comparison::Outdated } else { Comparison::Different };
        }
        let Some(stored) = Argon2idHash::parse(&self.0) else {
            spend(password, cost, arena);
            return Comparison::Different;
        };
        let output = argon2id(&stored.params, password, &stored.salt, arena);
        if !bool::from(output[..].ct_eq(&stored.output)) {
            Comparison::Different
        } else if stored.cost() == cost {
            Comparison::Current
        } else {
            Comparison::Outdated
        }
    }

    /// The text the table keeps.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StoredCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredCredential(..)")
    }
}

/// Does the work of one comparison for nothing, so that an unknown account takes as long as a known one.
pub fn spend(password: &Password, cost: Cost, arena: &mut Arena) {
    let params = cost.params().expect("the costs in use are valid argon2 parameters");
    std::hint::black_box(argon2id(&params, password, &[0; SALT_BYTES], arena));
}

fn argon2id(params: &Params, password: &Password, salt: &[u8], arena: &mut Arena) -> [u8; OUTPUT_BYTES] {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let blocks = params.block_count();
    arena.reserve(blocks);
    let mut output = [0; OUTPUT_BYTES];
    argon2
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut output, &mut arena.0[..blocks])
        .expect("the lengths of password, salt, output and memory are in bounds");
    arena.wipe();
    output
}

/// An argon2id hash read from its PHC string.
struct Argon2idHash {
    params: Params,
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl Argon2idHash {
    fn parse(text: &str) -> Option<Self> {
        let hash = PasswordHash::new(text).ok()?;
        let is_current_version = hash.version == Some(Version::V0x13.into());
        if hash.algorithm.as_str() != "argon2id" || !is_current_version {
            return None;
        }
        let params = Params::try_from(&hash).ok()?;
        let output = hash.hash?.as_bytes().to_vec();
        let salt = hash.salt?.as_ref().to_vec();
        let in_bounds = params.m_cost() <= MAX_STORED.memory_kib
            && params.t_cost() <= MAX_STORED.passes
            && params.p_cost() <= MAX_STORED.lanes
            && output.len() == OUTPUT_BYTES
            && salt.len() >= argon2::MIN_SALT_LEN;
        in_bounds.then_some(Self { params, salt, output })
    }

    fn cost(&self) -> Cost {
        Cost { memory_kib: self.params.m_cost(), passes: self.params.t_cost(), lanes: self.params.p_cost() }
    }
}

/// A hash as Django's `PBKDF2PasswordHasher` writes it: `pbkdf2_sha256$iterations$salt$base64`.
struct DjangoHash<'a> {
    iterations: u32,
    salt: &'a str,
    output: Vec<u8>,
}

impl<'a> DjangoHash<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("pbkdf2_sha256$")?.splitn(3, '$');
        let iterations: u32 = parts.next()?.parse().ok()?;
        let salt = parts.next()?;
        let output = BASE64.decode(parts.next()?.as_bytes()).ok()?;
        let in_bounds = (1..=MAX_DJANGO_ITERATIONS).contains(&iterations) && output.len() == OUTPUT_BYTES;
        in_bounds.then_some(Self { iterations, salt, output })
    }

    fn matches(&self, password: &Password) -> bool {
        let mut output = [0; OUTPUT_BYTES];
        pbkdf2::pbkdf2::<Hmac<Sha256>>(
            password.as_bytes(),
            self.salt.as_bytes(),
            self.iterations,
            &mut output,
        )
        .expect("HMAC takes keys of any length");
        output[..].ct_eq(&self.output).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 16, passes: 1, lanes: 1 };

    fn password(text: &str) -> Password {
        Password::new(text).unwrap()
    }

    fn compare(stored: &str, text: &str, cost: Cost) -> Comparison {
        let mut arena = Arena::new(cost);
        StoredCredential::stored(stored.to_owned()).compare(&password(text), cost, &mut arena)
    }

    #[test]
    fn production_costs_are_the_documented_ones() {
        let mut arena = Arena::new(Cost::PRODUCTION);
        let stored =
            StoredCredential::hash(&password("tiger"), [1; SALT_BYTES], Cost::PRODUCTION, &mut arena);
        assert!(stored.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", stored.as_str());
    }

    #[test]
    fn a_hash_opens_to_its_password_only_and_leaves_no_trace_in_memory() {
        let mut arena = Arena::new(CHEAP);
        let stored = StoredCredential::hash(&password("tiger"), [1; SALT_BYTES], CHEAP, &mut arena);
        assert!(arena.0.iter().all(|block| block.as_ref().iter().all(|word| *word == 0)));
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
        // python3: hashlib.pbkdf2_hmac("sha256", b"tiger-tally", b"MO32aGo4yQuK", 36000)
        let stored = "pbkdf2_sha256$36000$MO32aGo4yQuK$lQKGzSW5YkO6Q50NwvlqNEu9AX9Fw0fxUPf/A4WhbwI=";
        assert_eq!(compare(stored, "tiger-tally", CHEAP), Comparison::Outdated);
        assert_eq!(compare(stored, "tiger-tallx", CHEAP), Comparison::Different);
    }

    #[test]
    fn unreadable_and_excessive_hashes_open_nothing() {
        for stored in [
            "",
            "!",
            "pbkdf2_sha256$2000001$a$pkMAJ4Y0IPJ+bEarMs2j6CBX4n8x9Y376S1Nv1yZ1NI=",
            "pbkdf2_sha256$0$a$pkMAJ4Y0IPJ+bEarMs2j6CBX4n8x9Y376S1Nv1yZ1NI=",
            "$argon2id$v=19$m=1048576,t=2,p=1$c29tZXNhbHQ$DPBXDy8WZQYcAQ5TAgIzsCUDvjLTRY4mLCtTeSbdZ+o",
            "$argon2i$v=19$m=16,t=1,p=1$c29tZXNhbHQ$DPBXDy8WZQYcAQ5TAgIzsCUDvjLTRY4mLCtTeSbdZ+o",
        ] {
            assert_eq!(compare(stored, "tiger", CHEAP), Comparison::Different, "{stored}");
        }
    }

    #[test]
    fn what_opens_or_never_does_is_taken_over_as_it_is() {
        for text in [
            "",
            "!",
            "!mhEXpSzGk2OjlrNTqNLBkoVXlYzyYl1bAQDkIBh0",
            "pbkdf2_sha256$36000$MO32aGo4yQuK$lQKGzSW5YkO6Q50NwvlqNEu9AX9Fw0fxUPf/A4WhbwI=",
            "$argon2id$v=19$m=16,t=1,p=1$c29tZXNhbHQ$P9H0/ThZLXg0UDkZcqvjzBwvK1j42Mv9qGqFfYHSX40",
        ] {
            assert_eq!(StoredCredential::take_over(text).map(|taken| taken.0), Ok(text.to_owned()));
        }
        let mut arena = Arena::new(CHEAP);
        let unusable = StoredCredential::unusable();
        assert_eq!(unusable.compare(&password("!"), CHEAP, &mut arena), Comparison::Different);
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let long = format!("!{}", "x".repeat(MAX_FOREIGN_BYTES));
        for (text, fault) in [
            (
                "pbkdf2_sha256$2000001$a$pkMAJ4Y0IPJ+bEarMs2j6CBX4n8x9Y376S1Nv1yZ1NI=",
                CredentialFault::OutOfBounds,
            ),
            ("pbkdf2_sha256$36000$a", CredentialFault::OutOfBounds),
            (
                "$argon2id$v=19$m=102400,t=2,p=8$c29tZXNhbHQ$DPBXDy8WZQYcAQ5TAgIzsCUDvjLTRY4mLCtTeSbdZ+o",
                CredentialFault::OutOfBounds,
            ),
            (&long, CredentialFault::OutOfBounds),
            ("! \u{202e}", CredentialFault::OutOfBounds),
            ("bcrypt_sha256$$2b$12$abc", CredentialFault::UnknownKind),
            ("pbkdf2_sha1$36000$a$b", CredentialFault::UnknownKind),
            ("tiger-tally", CredentialFault::UnknownKind),
        ] {
            assert_eq!(StoredCredential::take_over(text), Err(fault), "{text}");
        }
    }
}
