//! The chain holds what was written, in both of its copies.

use postern_contract::{
    delivery::{Attention, RevocationReason},
    door::{Battery, DoorReading, DoorState, Observer},
};
use proptest::prelude::*;

use super::*;

fn delivery() -> DeliveryId {
    DeliveryId::from_parts(1_700_000_000_000, 7)
}

fn salt() -> LogSalt {
    LogSalt::new([7; 32])
}

fn reading() -> DoorReading {
    let at = Timestamp::from_second(1_700_000_000).unwrap();
    DoorReading {
        state: DoorState::Closed,
        online: true,
        obstructed: None,
        battery: Some(Battery {
            percent: Some(12),
            low: true,
        }),
        observed_by: Observer::VendorCloud,
        observed_at: at,
        changed_at: Some(at),
        read_at: at,
        stale: false,
    }
}

/// A log of which every second entry has something private in it.
fn chain(length: u64) -> Vec<LogEntry> {
    let mut previous = START.to_owned();
    (1..=length)
        .map(|sequence| {
            let event = match sequence % 4 {
                0 => DeliveryEvent::Expired,
                1 => DeliveryEvent::StillClosed { reading: reading() },
                2 => DeliveryEvent::AttentionRaised {
                    attention: Attention::Obstructed,
                },
                _ => DeliveryEvent::Revoked {
                    reason: RevocationReason::DoorTransferred,
                },
            };
            let at = Timestamp::from_second(1_700_000_000 + i64::try_from(sequence).unwrap()).unwrap();
            let entry = entry(delivery(), sequence, at, &previous, event, &salt());
            previous.clone_from(&entry.hash);
            entry
        })
        .collect()
}

fn shared(entries: &[LogEntry]) -> Vec<LogEntry> {
    entries.iter().map(LogEntry::shared).collect()
}

#[test]
fn the_hash_is_over_the_canonical_form_and_never_changes() {
    let at = "2026-11-22T10:00:00Z".parse().unwrap();
    let first = entry(delivery(), 1, at, START, DeliveryEvent::Expired, &salt());
    let canonical = format!(
        r#"{{"at":"2026-11-22T10:00:00Z","delivery":"{}","event":{{"type":"expired"}},"previous":"{START}","sequence":1}}"#,
        delivery()
    );
    assert_eq!(first.hash, hex::encode(Sha256::digest(canonical)));
}

#[test]
fn the_hash_of_an_entry_with_a_private_part_is_over_what_the_carrier_is_shown() {
    let at = "2026-11-22T10:00:00Z".parse().unwrap();
    let event = DeliveryEvent::Revoked {
        reason: RevocationReason::Disabled,
    };
    let entry = entry(delivery(), 1, at, START, event, &salt());
    let Commitment { digest, salt } = entry.commitment.clone().unwrap();
    let whole = format!(
        r#"{{"event":{{"reason":"disabled","type":"revoked"}},"salt":"{}"}}"#,
        salt.unwrap()
    );
    assert_eq!(digest, hex::encode(Sha256::digest(whole)));
    let canonical = format!(
        r#"{{"at":"2026-11-22T10:00:00Z","commitment":{{"digest":"{digest}"}},"delivery":"{}","event":{{"reason":"withheld","type":"revoked"}},"previous":"{START}","sequence":1}}"#,
        delivery()
    );
    assert_eq!(entry.hash, hex::encode(Sha256::digest(canonical)));
}

#[test]
fn the_carriers_copy_tells_nothing_private_and_no_salt() {
    let entries = chain(4);
    let text = serde_json::to_string(&shared(&entries)).unwrap();
    for private in ["door_transferred", "battery", "changed_at", "salt"] {
        assert!(!text.contains(private), "{private} in {text}");
        let own = serde_json::to_string(&entries).unwrap();
        assert!(own.contains(private), "{private} in the household's own {own}");
    }
    assert_eq!(format!("{:?}", salt()), "LogSalt(***)");
}

#[test]
fn the_same_private_part_is_committed_to_differently_in_each_entry_and_each_delivery() {
    let digest = |salt: &LogSalt, sequence| {
        let event = DeliveryEvent::Revoked {
            reason: RevocationReason::Disabled,
        };
        let entry = entry(delivery(), sequence, Timestamp::UNIX_EPOCH, START, event, salt);
        entry.commitment.unwrap().digest
    };
    let one = digest(&salt(), 1);
    assert_eq!(one, digest(&salt(), 1));
    assert_ne!(one, digest(&salt(), 2));
    assert_ne!(one, digest(&LogSalt::new([8; 32]), 1));
}

proptest! {
    #[test]
    fn a_whole_chain_verifies_in_both_copies_and_one_with_an_entry_touched_does_not(
        length in 1_u64..8,
        pick in 0_usize..8,
        how in 0_u8..8,
        carriers: bool,
    ) {
        let entries = chain(length);
        let head = entries.last().unwrap().hash.clone();
        prop_assert_eq!(verify(delivery(), &entries), Ok(head.clone()));
        prop_assert_eq!(verify(delivery(), &shared(&entries)), Ok(head));
        let at = pick % entries.len();
        let mut touched = if carriers { shared(&entries) } else { entries };
        let committed = touched[at].commitment.is_some();
        match how {
            0 => touched[at].at = Timestamp::UNIX_EPOCH,
            1 => touched[at].event = DeliveryEvent::Revoked { reason: RevocationReason::Disabled },
            2 => touched[at].previous = "f".repeat(64),
            3 => touched[at].sequence += 1,
            4 if committed => touched[at].commitment = None,
            5 if committed => touched[at].commitment.as_mut().unwrap().digest = "f".repeat(64),
            6 if committed => touched[at].commitment.as_mut().unwrap().salt = Some("f".repeat(64)),
            4..=6 => touched[at].commitment = Some(Commitment { digest: "f".repeat(64), salt: None }),
            _ => { touched.remove(at); if at == touched.len() { return Ok(()); } }
        }
        prop_assert!(verify(delivery(), &touched).is_err());
    }
}
