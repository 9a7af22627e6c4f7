//! The log of a delivery as a chain of hashes: SHA-256 over the canonical JSON (RFC 8785) of each entry, which names the hash of
//! the entry before it. Whoever holds the log can check that nothing was changed, taken out or put in between.
//!
//! What of an entry is private to the household does not go into the hash itself, but a salted commitment to it: so the carrier's
//! copy, which leaves it out, verifies like the household's, and the household can prove it to whom it likes.

use std::fmt;

use jiff::Timestamp;
use postern_contract::{
    delivery::DeliveryView,
    event::{Commitment, DeliveryEvent, LogEntry},
    ids::DeliveryId,
};
use postern_keys::{PublicKey, Signature};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What the first entry names as the hash before it.
pub const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What a log's commitments are salted with: 256 random bits, drawn when the delivery is booked and kept with its grant. Without them
/// nobody can try out which private part of an event a commitment stands for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogSalt(#[serde(with = "hex::serde")] [u8; 32]);

impl LogSalt {
    /// The salt made of these random bytes.
    #[must_use]
    pub const fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// The salt of one entry. Who is told it learns nothing of another entry's.
    fn of_entry(&self, sequence: u64) -> String {
        let hash = Sha256::new()
            .chain_update(b"postern log salt v1")
            .chain_update(self.0)
            .chain_update(sequence.to_be_bytes());
        hex::encode(hash.finalize())
    }
}

impl fmt::Debug for LogSalt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogSalt(***)")
    }
}

/// What an entry's hash is taken over: the entry as the carrier is shown it, without the hash.
#[derive(Serialize)]
struct Hashed<'a> {
    delivery: DeliveryId,
    sequence: u64,
    at: Timestamp,
    previous: &'a str,
    event: &'a DeliveryEvent,
    #[serde(skip_serializing_if = "Option::is_none")]
    commitment: Option<Commitment>,
}

/// What a commitment's digest is taken over.
#[derive(Serialize)]
struct Committed<'a> {
    event: &'a DeliveryEvent,
    salt: &'a str,
}

fn hash(hashed: &impl Serialize) -> String {
    let canonical = serde_json_canonicalizer::to_vec(hashed).expect(
        "an entry holds strings, integers and maps with string keys only, all of which JSON can write",
    );
    hex::encode(Sha256::digest(canonical))
}

fn digest(event: &DeliveryEvent, salt: &str) -> String {
    hash(&Committed { event, salt })
}

/// The entry for `event`, behind the entry whose hash is `previous`: the household's own copy, which tells everything. Where a part of
/// the event is private, its hash is over a commitment to the whole and over what others are shown.
#[must_use]
pub fn entry(
    delivery: DeliveryId,
    sequence: u64,
    at: Timestamp,
    previous: &str,
    event: DeliveryEvent,
    salt: &LogSalt,
) -> LogEntry {
    let shared = event.shared();
    let commitment = (shared != event).then(|| {
        let salt = salt.of_entry(sequence);
        Commitment {
            digest: digest(&event, &salt),
            salt: Some(salt),
        }
    });
    let hash = hash(&Hashed {
        delivery,
        sequence,
        at,
        previous,
        event: &shared,
        commitment: commitment.as_ref().map(unsalted),
    });
    LogEntry {
        delivery,
        sequence,
        at,
        previous: previous.to_owned(),
        event,
        commitment,
        hash,
    }
}

fn unsalted(commitment: &Commitment) -> Commitment {
    Commitment {
        digest: commitment.digest.clone(),
        salt: None,
    }
}

/// The hash that `entry` should have as number `sequence` behind `previous`; nothing if it tells another event than it is committed to.
fn expected(entry: &LogEntry, delivery: DeliveryId, sequence: u64, previous: &str) -> Option<String> {
    let told = entry
        .commitment
        .as_ref()
        .and_then(|it| Some((it, it.salt.as_ref()?)));
    let shared = match told {
        Some((commitment, salt)) if commitment.digest != digest(&entry.event, salt) => return None,
        Some(_) => entry.event.shared(),
        None => entry.event.clone(),
    };
    Some(hash(&Hashed {
        delivery,
        sequence,
        at: entry.at,
        previous,
        event: &shared,
        commitment: entry.commitment.as_ref().map(unsalted),
    }))
}

/// Where a log is not the one that was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the log is broken at entry {sequence}")]
pub struct ChainBroken {
    /// The first entry that does not fit.
    pub sequence: u64,
}

/// Checks a whole log, oldest entry first, and answers the hash of its last entry ([`START`] for an empty log). The household's own
/// copies of entries and the carrier's have the same hashes, and either may be given.
///
/// # Errors
/// [`ChainBroken`] at the first entry that was changed, is missing, or is of another delivery.
pub fn verify(delivery: DeliveryId, entries: &[LogEntry]) -> Result<String, ChainBroken> {
    let mut previous = START.to_owned();
    for (sequence, entry) in (1..).zip(entries) {
        let fits = entry.delivery == delivery && entry.sequence == sequence && entry.previous == previous;
        let hash = expected(entry, delivery, sequence, &previous)
            .filter(|hash| fits && entry.hash == *hash)
            .ok_or(ChainBroken { sequence })?;
        previous = hash;
    }
    Ok(previous)
}

/// The statement that is signed at the end of a delivery.
#[must_use]
pub fn statement(delivery: DeliveryId, length: u64, head: &str) -> String {
    format!("postern log v1\n{delivery}\n{length}\n{head}")
}

/// Why a log is not the one that the platform signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotGenuine {
    /// An entry does not fit.
    #[error(transparent)]
    Chain(#[from] ChainBroken),
    /// The chain is whole, and ends elsewhere than the delivery says.
    #[error("the log is not the one that the delivery names")]
    AnotherLog,
    /// The delivery has not ended, or its log is not signed yet.
    #[error("the log is not signed")]
    NotSigned,
    /// The signature is not one of this key over this log.
    #[error("the signature does not fit the log")]
    Signature,
}

/// Checks a whole log against the delivery as its API shows it and the platform's public key, and answers the hash of its last
/// entry.
///
/// # Errors
/// [`NotGenuine`], for the first thing that does not fit.
pub fn prove(view: &DeliveryView, entries: &[LogEntry], key: &PublicKey) -> Result<String, NotGenuine> {
    let head = verify(view.id, entries)?;
    let length = entries.len() as u64;
    if head != view.log_head || length != view.log_length {
        return Err(NotGenuine::AnotherLog);
    }
    let signature = view.log_signature.clone().ok_or(NotGenuine::NotSigned)?;
    let signature = Signature::try_from(signature).map_err(|_| NotGenuine::Signature)?;
    let statement = statement(view.id, length, &head);
    postern_keys::verify(key, statement.as_bytes(), &signature).map_err(|_| NotGenuine::Signature)?;
    Ok(head)
}

/// As [`prove`], by whichever of `keys` fits: several are published while one takes another's place.
///
/// # Errors
/// [`NotGenuine`], for the first thing that does not fit.
pub fn prove_by_any(
    view: &DeliveryView,
    entries: &[LogEntry],
    keys: &[PublicKey],
) -> Result<String, NotGenuine> {
    let mut verdict = Err(NotGenuine::Signature);
    for key in keys {
        verdict = prove(view, entries, key);
        if !matches!(verdict, Err(NotGenuine::Signature)) {
            break;
        }
    }
    verdict
}

#[cfg(test)]
mod tests;
