//! Proof of a password without sending it: the client's side of SRP-6a as Amazon Cognito does it.
//!
//! The group is that of RFC 5054 with 3072 bits. What is Cognito's own: a number is hashed as signed big-endian bytes, so that one with its
//! highest bit set has a zero in front; the pool's name is part of the password; the key is half a block of HKDF. The arithmetic takes the
//! same time whatever the password is. Crates that do all of this print the password with their state or log the e-mail address, so only the
//! arithmetic is from one.

use base64::{Engine, engine::general_purpose::STANDARD};
use crypto_bigint::{
    Encoding, U256, U3072,
    modular::runtime_mod::{DynResidue, DynResidueParams},
};
use ring::{
    digest::{Context, SHA256, SHA256_OUTPUT_LEN},
    hkdf, hmac,
    rand::{SecureRandom, SystemRandom},
};
use secrecy::{ExposeSecret, SecretBox, zeroize::Zeroizing};

/// The prime of RFC 5054, appendix A, with 3072 bits: that of RFC 3526, section 5.
const PRIME: U3072 = U3072::from_be_hex(
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd\
     ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed\
     ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f\
     83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b\
     e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa0510\
     15728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7\
     abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b200c\
     bbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff",
);
/// Its generator.
const GENERATOR: u8 = 2;
/// How many bytes are drawn for our secret number: as Cognito's own clients do.
const SECRET_BYTES: usize = 128;
/// How long an exponent can get: our secret, and the product of two hashes, which is shorter, and the carry.
const EXPONENT_BITS: usize = SECRET_BYTES * 8 + 1;
/// How long the salt of a password may be, in bytes. Cognito's has 16.
const SALT_BYTES_MAX: usize = 64;
/// What the key is derived for.
const PURPOSE: &[u8] = b"Caldera Derived Key";
/// How long the key is, in bytes.
const KEY_BYTES: usize = 16;

type Residue = DynResidue<{ U3072::LIMBS }>;

/// The machine has no randomness to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no randomness could be had")]
pub struct NoChance;

/// What the cloud asked cannot be answered by an honest client: it is no number, or one that would give the proof away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the challenge of the login cannot be answered")]
pub struct BadChallenge;

/// Our side of one login: a number that is drawn for it and kept to ourselves, and the one that is sent.
pub struct Ours {
    secret: SecretBox<U3072>,
    public: U3072,
}

/// What the cloud asks.
#[derive(Clone, Copy, Debug)]
pub struct Challenge<'a> {
    /// Its public number, in hexadecimal digits.
    pub public: &'a str,
    /// The salt of the password, in hexadecimal digits.
    pub salt: &'a str,
    /// The user, as the pool calls them.
    pub user_id: &'a str,
    /// What is to be signed along, base64.
    pub secret_block: &'a str,
}

impl Ours {
    /// Draws our number.
    ///
    /// # Errors
    /// [`NoChance`].
    pub fn draw() -> Result<Self, NoChance> {
        let mut drawn = Zeroizing::new([0; SECRET_BYTES]);
        SystemRandom::new().fill(&mut *drawn).map_err(|_| NoChance)?;
        Ok(Self::of(&drawn))
    }

    fn of(drawn: &[u8; SECRET_BYTES]) -> Self {
        let secret = SecretBox::new(Box::new(wide(drawn)));
        let public = generator()
            .pow_bounded_exp(secret.expose_secret(), SECRET_BYTES * 8)
            .retrieve();
        Self { secret, public }
    }

    /// The number that is sent, in hexadecimal digits.
    #[must_use]
    pub fn public(&self) -> String {
        hex::encode(unsigned(&self.public))
    }

    /// The signature that shows that we know the password, base64: over the challenge and the time that is sent along.
    ///
    /// # Errors
    /// [`BadChallenge`].
    pub fn prove(
        &self,
        challenge: Challenge<'_>,
        pool: &str,
        password: &str,
        timestamp: &str,
    ) -> Result<String, BadChallenge> {
        let theirs = number(challenge.public)?;
        if theirs == U3072::ZERO || theirs >= PRIME {
            return Err(BadChallenge);
        }
        let block = STANDARD
            .decode(challenge.secret_block)
            .map_err(|_| BadChallenge)?;
        let salt = digits(challenge.salt, SALT_BYTES_MAX)?;
        let scramble = hash(&[&signed(&self.public), &signed(&theirs)]);
        if scramble == [0; SHA256_OUTPUT_LEN] {
            return Err(BadChallenge);
        }
        let identity = Zeroizing::new(hash(&[
            pool.as_bytes(),
            challenge.user_id.as_bytes(),
            b":",
            password.as_bytes(),
        ]));
        let private = Zeroizing::new(hash(&[&with_sign(&salt), &*identity]));
        let key = self.key(&theirs, &scramble, &private)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &*key);
        let mut signing = hmac::Context::with_key(&key);
        for part in [
            pool.as_bytes(),
            challenge.user_id.as_bytes(),
            &block,
            timestamp.as_bytes(),
        ] {
            signing.update(part);
        }
        Ok(STANDARD.encode(signing.sign()))
    }

    /// The key that the cloud finds too: from S = (B − k·g^x)^(a + u·x).
    fn key(
        &self,
        theirs: &U3072,
        scramble: &[u8; SHA256_OUTPUT_LEN],
        private: &[u8; SHA256_OUTPUT_LEN],
    ) -> Result<Zeroizing<[u8; KEY_BYTES]>, BadChallenge> {
        let multiplier = wide(&hash(&[&signed(&PRIME), &[GENERATOR]]));
        let (u, x) = (wide(scramble), Zeroizing::new(wide(private)));
        let verifier = generator().pow_bounded_exp(&*x, U256::BITS);
        let base = residue(theirs).sub(&residue(&multiplier).mul(&verifier));
        // A thousand bits and a bit: far from what the type holds.
        let exponent = Zeroizing::new(self.secret.expose_secret().wrapping_add(&u.wrapping_mul(&*x)));
        let shared = Zeroizing::new(base.pow_bounded_exp(&exponent, EXPONENT_BITS).retrieve());
        let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, &with_sign(&trimmed(scramble)));
        let derived = derived.extract(&Zeroizing::new(signed(&shared)));
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        derived
            .expand(&[PURPOSE], KeyLength)
            .and_then(|derived| derived.fill(&mut *key))
            .map_err(|_| BadChallenge)?;
        Ok(key)
    }
}

/// Half a block.
struct KeyLength;

impl hkdf::KeyType for KeyLength {
    fn len(&self) -> usize {
        KEY_BYTES
    }
}

fn residue(number: &U3072) -> Residue {
    Residue::new(number, DynResidueParams::new(&PRIME))
}

fn generator() -> Residue {
    residue(&U3072::from(GENERATOR))
}

/// At most so many bytes of a number in hexadecimal digits, without zeros in front.
fn digits(text: &str, bytes_max: usize) -> Result<Vec<u8>, BadChallenge> {
    let significant = text.trim_start_matches('0');
    if significant.is_empty() || significant.len() > bytes_max * 2 {
        return Err(BadChallenge);
    }
    let even = if significant.len().is_multiple_of(2) {
        significant.to_owned()
    } else {
        format!("0{significant}")
    };
    hex::decode(even).map_err(|_| BadChallenge)
}

fn number(text: &str) -> Result<U3072, BadChallenge> {
    digits(text, U3072::BYTES).map(|bytes| wide(&bytes))
}

/// A number from bytes that are no more than it holds.
fn wide(bytes: &[u8]) -> U3072 {
    let mut whole = Zeroizing::new([0; U3072::BYTES]);
    for (to, from) in whole.iter_mut().rev().zip(bytes.iter().rev()) {
        *to = *from;
    }
    U3072::from_be_slice(&*whole)
}

/// The bytes of a number, without zeros in front.
fn unsigned(number: &U3072) -> Vec<u8> {
    trimmed(&number.to_be_bytes())
}

fn trimmed(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().skip_while(|byte| *byte == 0).collect()
}

/// The bytes of a number as a signed one.
fn signed(number: &U3072) -> Vec<u8> {
    with_sign(&unsigned(number))
}

fn with_sign(bytes: &[u8]) -> Vec<u8> {
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let sign: &[u8] = if negative { &[0] } else { &[] };
    [sign, bytes].concat()
}

fn hash(parts: &[&[u8]]) -> [u8; SHA256_OUTPUT_LEN] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut digest = [0; SHA256_OUTPUT_LEN];
    digest.copy_from_slice(context.finish().as_ref());
    digest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BLOCK: &str =
        "9ae77ec7154c14dcc487b47707fee4b4920cb96d8a8c045e4c8df879a7b375524aa736acdec6c9ad4ea606774d00621b";
    const TIMESTAMP: &str = "Mon Feb 10 18:30:12 UTC 2025";

    fn ours() -> Ours {
        Ours::of(&[1; SECRET_BYTES])
    }

    fn prove(number: &str) -> Result<String, BadChallenge> {
        let challenge = Challenge {
            public: number,
            salt: number,
            user_id: "user_id",
            secret_block: BLOCK,
        };
        ours().prove(challenge, "abc", "password", TIMESTAMP)
    }

    /// What the tests of aws-cognito-srp 0.2.6 hold right for the same numbers: another hand, and other arithmetic.
    #[test]
    fn the_known_answers_of_another_client_come_out() {
        let public = ours().public();
        assert!(public.starts_with("b1ce118779e27c1c015d7a226ecae2ea"), "{public}");
        assert!(public.ends_with("34b3243082b89dcc0620a626d83a483"), "{public}");
        assert_eq!(
            prove("36ef01c6dde9fe503da333b1acc758ba").as_deref(),
            Ok("apNSb5GZpJciVc6cVNkDf4elCMoWUZcH4aukLlMPiFA=")
        );
        assert_eq!(
            prove("36ef01c").as_deref(),
            Ok("bVzjSe43mY37A6ZuzEVU5cr6QY1WeV3BPfdVJo0c2/8="),
            "digits that are odd in number"
        );
    }

    #[test]
    fn a_number_that_would_give_the_proof_away_is_not_answered() {
        let prime = hex::encode(PRIME.to_be_bytes());
        let longer = format!("1{prime}");
        for number in ["0", "000", "", "xyz", prime.as_str(), longer.as_str()] {
            assert_eq!(prove(number), Err(BadChallenge), "{number}");
        }
    }

    #[test]
    fn each_login_draws_a_number_of_its_own() {
        assert_ne!(Ours::draw().unwrap().public(), Ours::draw().unwrap().public());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn no_challenge_makes_it_panic(public in "[0-9a-fA-Fx]{0,900}", salt in ".{0,40}", block in ".{0,40}") {
            let challenge = Challenge { public: &public, salt: &salt, user_id: "u", secret_block: &block };
            let _ = ours().prove(challenge, "abc", "password", TIMESTAMP);
        }
    }
}
