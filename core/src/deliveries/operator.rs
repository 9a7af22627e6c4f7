//! What the operator is told of deliveries: one line of the log where a person is needed, and one where that is over; and what is counted.

use crate::{grant::Grant, measures};

/// After a commit: tells of the change between the grant before it and after it.
pub(super) fn tell(before: &Grant, after: &Grant) {
    measures::changed(before, after);
    let (delivery, carrier, state) = (after.delivery, &after.carrier, after.state);
    match (before.attention, after.attention) {
        (before, after) if before == after => {}
        (_, Some(attention)) => {
            tracing::warn!(%delivery, %carrier, ?state, ?attention, "a delivery needs a person");
        }
        (_, None) => tracing::info!(%delivery, %carrier, ?state, "a delivery needs nobody any more"),
    }
}
