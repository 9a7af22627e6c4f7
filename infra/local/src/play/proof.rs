//! Was the delivery as promised? Judged from what the public addresses show, and from the vendor cloud's own journal of the door.

use postern_contract::{
    delivery::{DeliveryView, GrantState},
    event::{DeliveryEvent, LogEntry},
};
use postern_core::log;
use postern_keys::PublicKey;

use super::PlayError;

/// What a delivery's log proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// How many entries it has.
    pub entries: usize,
    /// The hash of the last.
    pub head: String,
}

impl Proof {
    /// Checks a completed delivery: its log is whole and signed, the code was redeemed once, the door was seen open and then closed
    /// before the delivery was completed.
    ///
    /// # Errors
    /// [`PlayError::Unexpected`], saying which of these is not so.
    pub fn of(view: &DeliveryView, entries: &[LogEntry], key: &PublicKey) -> Result<Self, PlayError> {
        let fail = |why: String| PlayError::unexpected("proving the delivery", why);
        let head = log::prove(view, entries, key).map_err(|why| fail(why.to_string()))?;
        if view.state != GrantState::Completed || view.attention.is_some() {
            return Err(fail(format!(
                "it ended as {:?} with {:?}",
                view.state, view.attention
            )));
        }
        in_order(entries).map_err(|why| fail(why.to_owned()))?;
        Ok(Self {
            entries: entries.len(),
            head,
        })
    }
}

fn in_order(entries: &[LogEntry]) -> Result<(), &'static str> {
    let places = |pick: fn(&DeliveryEvent) -> bool| -> Vec<usize> {
        entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| pick(&entry.event))
            .map(|(at, _)| at)
            .collect()
    };
    let redeemed = places(|event| matches!(event, DeliveryEvent::OpenRequested { .. }));
    let opened = places(|event| matches!(event, DeliveryEvent::Opened { .. }));
    let closed = places(|event| matches!(event, DeliveryEvent::Closed { .. }));
    let completed = places(|event| matches!(event, DeliveryEvent::Completed { .. }));
    match (&*redeemed, &*opened, &*closed, &*completed) {
        ([redeemed], [opened], [closed], [completed]) => {
            let ordered = redeemed < opened && opened < closed && closed < completed;
            if ordered {
                Ok(())
            } else {
                Err("the door was not opened, closed and completed in this order")
            }
        }
        _ => Err("the code was not redeemed once, or the door not seen open once and closed once"),
    }
}
