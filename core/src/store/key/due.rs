//! The keys of what is due, in the index `by_due`: the guardian's subjects, and pushes, each spread over some partitions.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::{ports::Subject, webhooks::PushPlace};

/// How many partitions the index of what is due is spread over.
pub const DUE_SHARDS: u8 = 8;

/// A moment as text that sorts as time does: microseconds since 1970 in 17 digits, enough until the year 5138. A moment before
/// 1970 sorts as 1970.
#[must_use]
pub fn sortable(at: Timestamp) -> String {
    format!("{:017}", at.as_microsecond().max(0))
}

/// The shard in which a subject is due: always the same one.
#[must_use]
pub fn due_shard(subject: Subject) -> u8 {
    shard_of(&subject_text(subject))
}

/// The shard in which a push is due.
pub(in crate::store) fn push_shard(place: &PushPlace) -> u8 {
    shard_of(&place.push.to_string())
}

fn shard_of(text: &str) -> u8 {
    Sha256::digest(text.as_bytes())[0] % DUE_SHARDS
}

/// The sort key under which a push is due at `at`.
pub(in crate::store) fn push_due_sort(place: &PushPlace, at: Timestamp) -> String {
    format!(
        "{}#{}#{}#{}",
        sortable(at),
        place.carrier,
        place.webhook,
        place.push
    )
}

/// Reads a due push's sort key back: when, and which.
pub(in crate::store) fn read_push_due(sort: &str) -> Option<(Timestamp, PushPlace)> {
    let mut parts = sort.split('#');
    let at = Timestamp::from_microsecond(parts.next()?.parse().ok()?).ok()?;
    let place = PushPlace {
        carrier: parts.next()?.parse().ok()?,
        webhook: parts.next()?.parse().ok()?,
        push: parts.next()?.parse().ok()?,
    };
    parts.next().is_none().then_some((at, place))
}

/// The sort key under which `subject` is due at `at`.
pub(in crate::store) fn due_sort(subject: Subject, at: Timestamp) -> String {
    format!("{}#{}", sortable(at), subject_text(subject))
}

fn subject_text(subject: Subject) -> String {
    match subject {
        Subject::Delivery { delivery } => delivery.to_string(),
        Subject::Link { household, link } => format!("{household}#{link}"),
        Subject::Household { household } => household.to_string(),
    }
}

/// Reads a due entry's sort key back: when, and what.
pub(in crate::store) fn read_due(sort: &str) -> Option<(Timestamp, Subject)> {
    let (at, subject) = sort.split_once('#')?;
    let at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
    let subject = match subject.split_once('#') {
        None => match subject.parse() {
            Ok(delivery) => Subject::Delivery { delivery },
            Err(_) => Subject::Household {
                household: subject.parse().ok()?,
            },
        },
        Some((household, link)) => Subject::Link {
            household: household.parse().ok()?,
            link: link.parse().ok()?,
        },
    };
    Some((at, subject))
}

#[cfg(test)]
mod tests {
    use postern_contract::ids::{DeliveryId, HouseholdId, LinkId, PushId, WebhookId};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sortable_text_sorts_as_time_does(a in 0_i64..90_000_000_000_000_000, b in 0_i64..90_000_000_000_000_000) {
            let at = |us| Timestamp::from_microsecond(us).unwrap();
            prop_assert_eq!(sortable(at(a)).cmp(&sortable(at(b))), a.cmp(&b));
        }

        #[test]
        fn a_due_entry_reads_back(us in 0_i64..90_000_000_000_000_000, random: u128, other: u128, kind in 0..3) {
            let at = Timestamp::from_microsecond(us).unwrap();
            let household = HouseholdId::from_parts(1, random);
            let subject = match kind {
                0 => Subject::Link { household, link: LinkId::from_parts(2, other) },
                1 => Subject::Household { household },
                _ => Subject::Delivery { delivery: DeliveryId::from_parts(1, random) },
            };
            prop_assert_eq!(read_due(&due_sort(subject, at)), Some((at, subject)));
            prop_assert!(due_shard(subject) < DUE_SHARDS);
        }

        #[test]
        fn a_due_push_reads_back(us in 0_i64..90_000_000_000_000_000, random: u128, carrier in "[a-z]{2,20}") {
            let at = Timestamp::from_microsecond(us).unwrap();
            let place = PushPlace {
                carrier: carrier.parse().unwrap(),
                webhook: WebhookId::from_parts(1, random),
                push: PushId::from_parts(2, random),
            };
            prop_assert_eq!(read_push_due(&push_due_sort(&place, at)), Some((at, place)));
        }

        #[test]
        fn no_text_upsets_the_readers_of_due_entries(text in "[0-9#a-zA-Z_]{0,60}") {
            let _ = read_due(&text);
            let _ = read_push_due(&text);
        }
    }
}
