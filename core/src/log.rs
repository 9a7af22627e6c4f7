//! The log of a delivery as a chain of hashes: SHA-256 over the canonical JSON (RFC 8785) of each entry, which names the hash of
//! the entry before it. Whoever holds the log can check that nothing was changed, taken out or put in between.

use jiff::Timestamp;
use postern_contract::{
    delivery::DeliveryView,
    event::{DeliveryEvent, LogEntry},
    ids::DeliveryId,
};
use postern_keys::{PublicKey, Signature};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What the first entry names as the hash before it.
pub const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

#[derive(Serialize)]
struct Hashed<'a> {
    delivery: DeliveryId,
    sequence: u64,
    at: Timestamp,
    previous: &'a str,
    event: &'a DeliveryEvent,
}

fn hash(hashed: &Hashed<'_>) -> String {
    let canonical = serde_json_canonicalizer::to_vec(hashed).expect(
        "an entry holds strings, integers and maps with string keys only, all of which JSON can write",
    );
    hex::encode(Sha256::digest(canonical))
}

/// The entry for `event`, behind the entry whose hash is `previous`.
#[must_use]
pub fn entry(
    delivery: DeliveryId,
    sequence: u64,
    at: Timestamp,
    previous: &str,
    event: DeliveryEvent,
) -> LogEntry {
    let hash = hash(&Hashed {
        delivery,
        sequence,
        at,
        previous,
        event: &event,
    });
    LogEntry {
        delivery,
        sequence,
        at,
        previous: previous.to_owned(),
        event,
        hash,
    }
}

/// Where a log is not the one that was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the log is broken at entry {sequence}")]
pub struct ChainBroken {
    /// The first entry that does not fit.
    pub sequence: u64,
}

/// Checks a whole log, oldest entry first, and answers the hash of its last entry ([`START`] for an empty log).
///
/// # Errors
/// [`ChainBroken`] at the first entry that was changed, is missing, or is of another delivery.
pub fn verify(delivery: DeliveryId, entries: &[LogEntry]) -> Result<String, ChainBroken> {
    let mut previous = START.to_owned();
    for (sequence, entry) in (1..).zip(entries) {
        let expected = hash(&Hashed {
            delivery,
            sequence,
            at: entry.at,
            previous: &previous,
            event: &entry.event,
        });
        let fits = entry.delivery == delivery
            && entry.sequence == sequence
            && entry.previous == previous
            && entry.hash == expected;
        if !fits {
            return Err(ChainBroken { sequence });
        }
        previous = expected;
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

#[cfg(test)]
mod tests {
    use postern_contract::delivery::Attention;
    use proptest::prelude::*;

    use super::*;

    fn delivery() -> DeliveryId {
        DeliveryId::from_parts(1_700_000_000_000, 7)
    }

    fn chain(length: u64) -> Vec<LogEntry> {
        let mut previous = START.to_owned();
        (1..=length)
            .map(|sequence| {
                let event = if sequence % 2 == 0 {
                    DeliveryEvent::Expired
                } else {
                    DeliveryEvent::AttentionRaised {
                        attention: Attention::Obstructed,
                    }
                };
                let at = Timestamp::from_second(1_700_000_000 + i64::try_from(sequence).unwrap()).unwrap();
                let entry = entry(delivery(), sequence, at, &previous, event);
                previous.clone_from(&entry.hash);
                entry
            })
            .collect()
    }

    #[test]
    fn the_hash_is_over_the_canonical_form_and_never_changes() {
        let at = "2026-11-22T10:00:00Z".parse().unwrap();
        let first = entry(delivery(), 1, at, START, DeliveryEvent::Expired);
        let canonical = format!(
            r#"{{"at":"2026-11-22T10:00:00Z","delivery":"{}","event":{{"type":"expired"}},"previous":"{START}","sequence":1}}"#,
            delivery()
        );
        assert_eq!(first.hash, hex::encode(Sha256::digest(canonical)));
    }

    proptest! {
        #[test]
        fn a_whole_chain_verifies_and_one_with_an_entry_touched_does_not(length in 1_u64..8, pick in 0_usize..8, how in 0_u8..5) {
            let entries = chain(length);
            prop_assert_eq!(verify(delivery(), &entries), Ok(entries.last().unwrap().hash.clone()));
            let at = pick % entries.len();
            let mut touched = entries.clone();
            match how {
                0 => touched[at].at = Timestamp::UNIX_EPOCH,
                1 => touched[at].event = DeliveryEvent::Revoked { reason: postern_contract::delivery::RevocationReason::Disabled },
                2 => touched[at].previous = "f".repeat(64),
                3 => touched[at].sequence += 1,
                _ => { touched.remove(at); if at == entries.len() - 1 { return Ok(()); } }
            }
            prop_assert!(verify(delivery(), &touched).is_err());
        }
    }
}
