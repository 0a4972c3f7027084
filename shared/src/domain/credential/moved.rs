//! Hashes that other systems made and that moved in with their users: those of Django's hashers, and
//! argon2 in PHC form. What is too dear to compute is not read; what is cheaper than today's floor is.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Params, Version};
use bcrypt::HashParts;
use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{Arena, CredentialFault};

/// The most an argon2 hash may ask for: memory in KiB, and memory times passes (trust rule 10).
const MOST_ARGON2_KIB: u64 = 256 << 10;
const MOST_ARGON2_WORK: u64 = 1 << 20;

/// The most iterations of PBKDF2, the highest cost of bcrypt, and the most KiB of scrypt at a time and in
/// all: about a second of one core, as for the most expensive argon2.
const MOST_ITERATIONS: u32 = 2_000_000;
const HIGHEST_BCRYPT: u32 = 14;
const MOST_SCRYPT_KIB: u64 = 256 << 10;
const MOST_SCRYPT_WORK: u64 = 512 << 10;

/// Today's floor for each kind: what OWASP's Password Storage Cheat Sheet has beside the argon2id that new
/// hashes are (`super::Cost::PRODUCTION`). Argon2 with 7 MiB and five passes, or as much work with more
/// memory; PBKDF2; bcrypt; scrypt with N = 2^14, r = 8 and p = 5, or as much.
const LEAST_ARGON2_KIB: u64 = 7 << 10;
const LEAST_ARGON2_WORK: u64 = 35 << 10;
const LEAST_SHA256_ITERATIONS: u32 = 600_000;
const LEAST_SHA1_ITERATIONS: u32 = 1_300_000;
const LEAST_BCRYPT: u32 = 10;
const LEAST_SCRYPT_KIB: u64 = 8 << 10;
const LEAST_SCRYPT_WORK: u64 = 80 << 10;

/// What Django puts before the PHC string of an argon2 hash.
const ARGON2: &str = "argon2";

/// The names of hashes that need no wrapping to be refused: they cost nothing.
const FEEBLE: [&str; 5] = ["md5", "sha1", "unsalted_md5", "unsalted_sha1", "crypt"];

/// The characters of a bcrypt hash that tell version, cost and salt, and those that tell its output.
const BCRYPT_HEAD: usize = 29;
const BCRYPT_OUTPUT: usize = 31;

/// The bytes that an argon2 output may have: those that its users have given it by default, and more.
const ARGON2_OUTPUT: std::ops::RangeInclusive<usize> = 16..=64;

/// A hash that can be computed here.
pub(super) struct MovedHash<'a> {
    recipe: Recipe<'a>,
    output: Vec<u8>,
}

/// How a hash is computed from a password.
enum Recipe<'a> {
    Pbkdf2 { digest: Sha, iterations: u32, salt: &'a str },
    Bcrypt { cost: u32, salt: [u8; 16], is_digested: bool },
    Scrypt { params: scrypt::Params, salt: &'a str },
    Argon2 { algorithm: Algorithm, params: Params, salt: Vec<u8> },
}

#[derive(Clone, Copy)]
enum Sha {
    One,
    Two,
}

impl<'a> MovedHash<'a> {
    /// Reads a hash of a known kind that keeps the bounds.
    pub(super) fn parse(text: &'a str) -> Result<Self, CredentialFault> {
        let (kind, rest) = text.split_once('$').unwrap_or((text, ""));
        match kind {
            "pbkdf2_sha256" => pbkdf2(Sha::Two, rest),
            "pbkdf2_sha1" => pbkdf2(Sha::One, rest),
            "bcrypt" | "bcrypt_sha256" => bcrypt(rest, kind == "bcrypt_sha256"),
            "scrypt" => scrypt(rest),
            ARGON2 => argon2(&text[ARGON2.len()..]),
            "" if rest.starts_with(ARGON2) => argon2(text),
            _ if FEEBLE.contains(&kind) || is_bare_digest(text) => Err(CredentialFault::Feeble),
            _ => Err(CredentialFault::UnknownKind),
        }
    }

    /// Whether these bytes are the password.
    pub(super) fn opens(&self, password: &[u8], arena: &mut Arena) -> bool {
        self.output_for(password, arena).ct_eq(&self.output).into()
    }

    /// What comes out for these bytes.
    pub(super) fn output_for(&self, password: &[u8], arena: &mut Arena) -> Vec<u8> {
        match &self.recipe {
            Recipe::Pbkdf2 { digest: Sha::Two, iterations, salt } => {
                stretching::pbkdf2_sha256(password, salt.as_bytes(), *iterations).to_vec()
            }
            Recipe::Pbkdf2 { digest: Sha::One, iterations, salt } => {
                stretching::pbkdf2_sha1(password, salt.as_bytes(), *iterations).to_vec()
            }
            Recipe::Bcrypt { cost, salt, is_digested } => {
                let hash = if *is_digested {
                    let hex = Zeroizing::new(HEXLOWER.encode(&Sha256::digest(password)));
                    bcrypt::hash_with_salt_bytes(hex.as_bytes(), *cost, *salt)
                } else {
                    // Whatever is behind 72 bytes never counted.
                    bcrypt::hash_with_salt_bytes(password, *cost, *salt)
                };
                hash.expect("the cost is one of bcrypt's")[BCRYPT_HEAD..].to_vec()
            }
            Recipe::Scrypt { params, salt } => {
                let mut output = vec![0; self.output.len()];
                scrypt::scrypt(password, salt.as_bytes(), params, &mut output)
                    .expect("64 bytes are an output of scrypt");
                output
            }
            Recipe::Argon2 { algorithm, params, salt } => arena.argon2(*algorithm, params, password, salt),
        }
    }

    /// What comes out for the right password.
    pub(super) fn into_output(self) -> Vec<u8> {
        self.output
    }

    /// The memory that computing it takes, in KiB.
    pub(super) fn memory_kib(&self) -> u64 {
        match &self.recipe {
            Recipe::Pbkdf2 { .. } | Recipe::Bcrypt { .. } => 0,
            Recipe::Scrypt { params, .. } => scrypt_kib(*params),
            Recipe::Argon2 { params, .. } => u64::from(params.m_cost()),
        }
    }

    /// Whether it costs less than today's floor.
    pub(super) fn is_weak(&self) -> bool {
        match &self.recipe {
            Recipe::Pbkdf2 { digest: Sha::Two, iterations, .. } => *iterations < LEAST_SHA256_ITERATIONS,
            Recipe::Pbkdf2 { digest: Sha::One, iterations, .. } => *iterations < LEAST_SHA1_ITERATIONS,
            Recipe::Bcrypt { cost, .. } => *cost < LEAST_BCRYPT,
            Recipe::Scrypt { params, .. } => {
                scrypt_kib(*params) < LEAST_SCRYPT_KIB || scrypt_work(*params) < LEAST_SCRYPT_WORK
            }
            Recipe::Argon2 { params, .. } => {
                u64::from(params.m_cost()) < LEAST_ARGON2_KIB || argon2_work(params) < LEAST_ARGON2_WORK
            }
        }
    }

    /// Whether it is an argon2id hash of these parameters.
    pub(super) fn is_argon2id_of(&self, wanted: &Params) -> bool {
        match &self.recipe {
            Recipe::Argon2 { algorithm: Algorithm::Argon2id, params, .. } => {
                let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
                costs(params) == costs(wanted) && params.output_len() == wanted.output_len()
            }
            Recipe::Argon2 { .. } | Recipe::Pbkdf2 { .. } | Recipe::Bcrypt { .. } | Recipe::Scrypt { .. } => {
                false
            }
        }
    }

    /// The text of a hash with nothing in the place of its output, from which it can still be computed.
    pub(super) fn without_output(&self, text: &str) -> String {
        let (at, nothing) = match self.recipe {
            Recipe::Bcrypt { .. } => (text.len() - BCRYPT_OUTPUT, '.'),
            Recipe::Pbkdf2 { .. } | Recipe::Scrypt { .. } | Recipe::Argon2 { .. } => {
                (text.rfind('$').map_or(text.len(), |dollar| dollar + 1), 'A')
            }
        };
        let (head, output) = text.split_at(at);
        let output = output.chars().map(|c| if c == '=' { c } else { nothing });
        head.chars().chain(output).collect()
    }
}

/// `iterations$salt$base64` of Django's `PBKDF2PasswordHasher` and its sister for SHA-1.
fn pbkdf2(digest: Sha, rest: &str) -> Result<MovedHash<'_>, CredentialFault> {
    let [iterations, salt, output] = parts(rest)?;
    let iterations: u32 = number(iterations)?;
    let output = base64(output)?;
    let bytes = match digest {
        Sha::One => 20,
        Sha::Two => 32,
    };
    if iterations == 0 || output.len() != bytes {
        return Err(CredentialFault::Broken);
    }
    if iterations > MOST_ITERATIONS {
        return Err(CredentialFault::TooDear);
    }
    Ok(MovedHash { recipe: Recipe::Pbkdf2 { digest, iterations, salt }, output })
}

/// `$2b$cost$salt-and-output` of Django's `BCryptPasswordHasher`, or of the one that digests first.
fn bcrypt(rest: &str, is_digested: bool) -> Result<MovedHash<'_>, CredentialFault> {
    // What calls itself 2x was made by a faulty program and opens to more than the password.
    let is_known = ["$2a$", "$2b$", "$2y$"].iter().any(|version| rest.starts_with(version));
    let hash = is_known.then(|| rest.parse::<HashParts>().ok()).flatten().ok_or(CredentialFault::Broken)?;
    let cost = hash.get_cost();
    if cost > HIGHEST_BCRYPT {
        return Err(CredentialFault::TooDear);
    }
    if cost < 4 {
        return Err(CredentialFault::Broken);
    }
    let recipe = Recipe::Bcrypt { cost, salt: hash.get_salt_raw(), is_digested };
    Ok(MovedHash { recipe, output: rest.as_bytes()[BCRYPT_HEAD..].to_vec() })
}

/// `N$salt$r$p$base64` of Django's `ScryptPasswordHasher`.
fn scrypt(rest: &str) -> Result<MovedHash<'_>, CredentialFault> {
    let [work_factor, salt, block_size, parallelism, output] = parts(rest)?;
    let (work_factor, output): (u64, _) = (number(work_factor)?, base64(output)?);
    let (block_size, parallelism): (u32, u32) = (number(block_size)?, number(parallelism)?);
    if !work_factor.is_power_of_two() || work_factor < 2 || output.len() != 64 {
        return Err(CredentialFault::Broken);
    }
    let kib = (u128::from(work_factor) * u128::from(block_size)).div_ceil(8);
    if kib > MOST_SCRYPT_KIB.into() || kib * u128::from(parallelism) > MOST_SCRYPT_WORK.into() {
        return Err(CredentialFault::TooDear);
    }
    let log = u8::try_from(work_factor.ilog2()).expect("64 bits have fewer places than a byte has values");
    let params = scrypt::Params::new(log, block_size, parallelism).map_err(|_| CredentialFault::Broken)?;
    Ok(MovedHash { recipe: Recipe::Scrypt { params, salt }, output })
}

/// The PHC string of an argon2id or argon2i hash.
fn argon2(text: &str) -> Result<MovedHash<'static>, CredentialFault> {
    let hash = PasswordHash::new(text).map_err(|_| CredentialFault::Broken)?;
    let algorithm = match hash.algorithm.as_str() {
        "argon2id" => Algorithm::Argon2id,
        "argon2i" => Algorithm::Argon2i,
        _ => return Err(CredentialFault::UnknownKind),
    };
    let params = Params::try_from(&hash).map_err(|_| CredentialFault::Broken)?;
    let output = hash.hash.map(|output| output.as_bytes().to_vec()).unwrap_or_default();
    let salt = hash.salt.map(|salt| salt.as_ref().to_vec()).unwrap_or_default();
    let is_current_version = hash.version == Some(Version::V0x13.into());
    let is_whole = ARGON2_OUTPUT.contains(&output.len()) && salt.len() >= argon2::MIN_SALT_LEN;
    if !is_current_version || !is_whole {
        return Err(CredentialFault::Broken);
    }
    if u64::from(params.m_cost()) > MOST_ARGON2_KIB || argon2_work(&params) > MOST_ARGON2_WORK {
        return Err(CredentialFault::TooDear);
    }
    Ok(MovedHash { recipe: Recipe::Argon2 { algorithm, params, salt }, output })
}

fn argon2_work(params: &Params) -> u64 {
    u64::from(params.m_cost()) * u64::from(params.t_cost())
}

fn scrypt_kib(params: scrypt::Params) -> u64 {
    (params.n() * u64::from(params.r())).div_ceil(8)
}

fn scrypt_work(params: scrypt::Params) -> u64 {
    scrypt_kib(params) * u64::from(params.p())
}

/// Exactly so many parts between dollar signs.
fn parts<const N: usize>(text: &str) -> Result<[&str; N], CredentialFault> {
    let parts: Vec<&str> = text.split('$').collect();
    parts.try_into().map_err(|_| CredentialFault::Broken)
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, CredentialFault> {
    text.parse().map_err(|_| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { CredentialFault::TooDear } else { CredentialFault::Broken }
    })
}

fn base64(text: &str) -> Result<Vec<u8>, CredentialFault> {
    BASE64.decode(text.as_bytes()).map_err(|_| CredentialFault::Broken)
}

/// An MD5 or SHA-1 digest without name and salt, as the oldest Django wrote it.
fn is_bare_digest(text: &str) -> bool {
    matches!(text.len(), 32 | 40) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
