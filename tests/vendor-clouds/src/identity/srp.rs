//! Proof of a password that is never sent: SRP-6a as Amazon Cognito does it.
//!
//! The group is that of RFC 5054 with 3072 bits. What is Cognito's own: what is hashed is a number as signed big-endian bytes, so that one
//! with its highest bit set has a zero in front; the pool's name is part of the password; and the key is half a block of HKDF.

use std::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use num_bigint::BigUint;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The prime of RFC 5054, appendix A, with 3072 bits.
const PRIME: &str = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD\
EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F\
83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510\
15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C\
BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";
/// Its generator.
const GENERATOR: u8 = 2;
/// What the key is derived for.
const PURPOSE: &[u8] = b"Caldera Derived Key";

/// What the cloud keeps of a password.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Verifier {
    #[serde(with = "hex")]
    salt: [u8; 16],
    #[serde(with = "hex")]
    verifier: Vec<u8>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Verifier(***)")
    }
}

/// What a client signs to show that it found the same key.
pub(crate) struct Claim<'a> {
    /// The name of the pool, which is its id after the underscore.
    pub(crate) pool: &'a str,
    /// The id of the user.
    pub(crate) user_id: &'a str,
    /// What the cloud sent along.
    pub(crate) secret_block: &'a [u8],
    /// The client's time, as it wrote it.
    pub(crate) timestamp: &'a str,
}

impl Verifier {
    /// What is kept of this password.
    pub(crate) fn of(pool: &str, user_id: &str, password: &SecretString, drawn: [u8; 32]) -> Self {
        let mut salt = [0; 16];
        salt.copy_from_slice(&drawn[..16]);
        // Some clients take the salt for a number, and would lose zeros in front.
        salt[0] |= 1;
        let identity = Sha256::new()
            .chain_update(pool)
            .chain_update(user_id)
            .chain_update(":")
            .chain_update(password.expose_secret())
            .finalize();
        let x = hash(&[&signed(salt.to_vec()), &identity]);
        let verifier = BigUint::from(GENERATOR).modpow(&x, &prime());
        Self {
            salt,
            verifier: verifier.to_bytes_be(),
        }
    }

    /// The salt, as it is sent.
    pub(crate) fn salt(&self) -> String {
        hex::encode(self.salt)
    }

    /// The cloud's public number, as it is sent, for the secret that it drew.
    pub(crate) fn public(&self, secret: &[u8]) -> String {
        self.offer(&BigUint::from_bytes_be(secret)).to_str_radix(16)
    }

    /// Whether the signature is that of somebody who knows the password and the number that belongs to `client_public`.
    pub(crate) fn proves(
        &self,
        client_public: &ClientPublic,
        secret: &[u8],
        claim: &Claim<'_>,
        signature: &[u8],
    ) -> bool {
        let key = self.key(&client_public.number(), &BigUint::from_bytes_be(secret));
        // An HMAC takes a key of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else {
            return false;
        };
        mac.update(claim.pool.as_bytes());
        mac.update(claim.user_id.as_bytes());
        mac.update(claim.secret_block);
        mac.update(claim.timestamp.as_bytes());
        mac.verify_slice(signature).is_ok()
    }

    fn number(&self) -> BigUint {
        BigUint::from_bytes_be(&self.verifier)
    }

    fn offer(&self, secret: &BigUint) -> BigUint {
        let prime = prime();
        let k = hash(&[&signed(prime.to_bytes_be()), &[GENERATOR]]);
        (k * self.number() + BigUint::from(GENERATOR).modpow(secret, &prime)) % prime
    }

    fn key(&self, client_public: &BigUint, secret: &BigUint) -> [u8; 16] {
        let prime = prime();
        let u = hash(&[
            &signed(client_public.to_bytes_be()),
            &signed(self.offer(secret).to_bytes_be()),
        ]);
        let shared = (client_public * self.number().modpow(&u, &prime)).modpow(secret, &prime);
        let derived = Hkdf::<Sha256>::new(Some(&signed(u.to_bytes_be())), &signed(shared.to_bytes_be()));
        let mut key = [0; 16];
        // HKDF gives up to 255 blocks of 32 bytes.
        derived
            .expand(PURPOSE, &mut key)
            .expect("half a block is not too much");
        key
    }
}

/// The public number that a client sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ClientPublic(#[serde(with = "hex")] Vec<u8>);

impl ClientPublic {
    /// Reads it. With a multiple of the prime anybody would find the key without the password, so none is taken.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let number = BigUint::parse_bytes(text.as_bytes(), 16)?;
        let prime = prime();
        let honest = number < prime && number != BigUint::ZERO;
        honest.then(|| Self(number.to_bytes_be()))
    }

    fn number(&self) -> BigUint {
        BigUint::from_bytes_be(&self.0)
    }
}

fn prime() -> BigUint {
    BigUint::parse_bytes(PRIME.as_bytes(), 16).expect("the constant is hexadecimal")
}

/// Big-endian bytes of a number as a signed one: with a zero in front where the highest bit is set.
fn signed(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.first().is_some_and(|first| first & 0x80 != 0) {
        bytes.insert(0, 0);
    }
    bytes
}

fn hash(parts: &[&[u8]]) -> BigUint {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    BigUint::from_bytes_be(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: [u8; 32] = [7; 32];

    fn claim(timestamp: &str) -> Claim<'_> {
        Claim {
            pool: "Pool1",
            user_id: "user",
            secret_block: b"block",
            timestamp,
        }
    }

    /// What an honest client signs, by its own side of the same sum: S = (B - k·g^x)^(a + u·x).
    fn signature(kept: &Verifier, password: &str, own: &BigUint, claim: &Claim<'_>) -> Vec<u8> {
        let prime = prime();
        let g = BigUint::from(GENERATOR);
        let identity = Sha256::digest(format!("{}{}:{password}", claim.pool, claim.user_id));
        let x = hash(&[&signed(kept.salt.to_vec()), &identity]);
        let public = g.modpow(own, &prime);
        let offer = BigUint::parse_bytes(kept.public(&SECRET).as_bytes(), 16).unwrap();
        let u = hash(&[&signed(public.to_bytes_be()), &signed(offer.to_bytes_be())]);
        let k = hash(&[&signed(prime.to_bytes_be()), &[GENERATOR]]);
        let base = (&offer + &prime - (k * g.modpow(&x, &prime)) % &prime) % &prime;
        let shared = base.modpow(&(own + &u * &x), &prime);
        let mut key = [0; 16];
        Hkdf::<Sha256>::new(Some(&signed(u.to_bytes_be())), &signed(shared.to_bytes_be()))
            .expand(PURPOSE, &mut key)
            .unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        for part in [
            claim.pool.as_bytes(),
            claim.user_id.as_bytes(),
            claim.secret_block,
            claim.timestamp.as_bytes(),
        ] {
            mac.update(part);
        }
        mac.finalize().into_bytes().to_vec()
    }

    #[test]
    fn only_who_knows_the_password_proves_it_and_only_for_what_was_signed() {
        let kept = Verifier::of("Pool1", "user", &"right".into(), [0x90; 32]);
        let own = BigUint::from(0xdead_beef_u32);
        let public = BigUint::from(GENERATOR).modpow(&own, &prime()).to_str_radix(16);
        let public = ClientPublic::read(&public).unwrap();
        let now = claim("Sun Nov 2 15:20:44 UTC 2026");
        let right = signature(&kept, "right", &own, &now);
        assert!(kept.proves(&public, &SECRET, &now, &right));
        let wrong = signature(&kept, "wrong", &own, &now);
        assert!(!kept.proves(&public, &SECRET, &now, &wrong));
        let later = claim("Sun Nov 2 15:20:45 UTC 2026");
        assert!(!kept.proves(&public, &SECRET, &later, &right));
        assert!(!kept.proves(&public, &[8; 32], &now, &right));
    }

    #[test]
    fn a_public_number_that_would_give_the_key_away_is_not_taken() {
        let multiple = prime().to_str_radix(16);
        for text in ["0", "00", &multiple, "", "xyz"] {
            assert!(ClientPublic::read(text).is_none(), "{text}");
        }
        assert!(ClientPublic::read("2").is_some());
    }
}
