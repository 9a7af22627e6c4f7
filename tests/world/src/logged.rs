//! Entries of logs, for tests of what is made of them.

use jiff::Timestamp;
use postern_contract::{
    delivery::GrantState,
    event::{DeliveryEvent, LogEntry},
    ids::DeliveryId,
};
use postern_core::store::{Logged, Standing};

/// An entry of a delivery of `whose`.
#[must_use]
pub fn logged(whose: &str, delivery: u128, sequence: u64) -> Logged {
    Logged {
        carrier: whose.parse().unwrap(),
        standing: Standing {
            state: GrantState::Armed,
            attention: None,
        },
        entry: LogEntry {
            delivery: DeliveryId::from_parts(1, delivery),
            sequence,
            at: Timestamp::UNIX_EPOCH,
            previous: "0".repeat(64),
            event: DeliveryEvent::Armed { code_number: 1 },
            commitment: None,
            hash: "1".repeat(64),
        },
    }
}
