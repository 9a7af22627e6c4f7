//! What is counted of the platform's work, by the names that alarms and dashboards know. Nothing here names a person, a household or a
//! door. Where nobody listens, counting costs nothing.

use metrics::{counter, histogram};
use postern_contract::ids::VendorId;

use crate::grant::Grant;

/// Deliveries that began to need a person.
pub const NEEDS_A_PERSON: &str = "NeedsAPerson";
/// Doors that were seen open for a delivery.
pub const DOORS_OPENED: &str = "DoorsOpened";
/// Doors that were seen closed after one.
pub const DOORS_CLOSED: &str = "DoorsClosed";
/// For how long such a door stood open, in seconds.
pub const OPEN_SECONDS: &str = "OpenSeconds";
/// Looks of the guardian that failed.
pub const LOOKS_FAILED: &str = "LooksFailed";
/// Calls that an adapter did not properly reply to, by vendor.
pub const ADAPTER_UNANSWERED: &str = "AdapterUnanswered";
/// Calls to which an adapter replied that its vendor's cloud does not answer, by vendor.
pub const VENDOR_UNAVAILABLE: &str = "VendorUnavailable";
/// Events that should have been posted to a carrier's webhook endpoint some time ago and were not, as each sweep finds them.
pub const PUSHES_LATE: &str = "PushesLate";

/// The dimension of what is counted by vendor.
const VENDOR: &str = "Vendor";

/// After a commit: counts what changed between the grant before it and after it.
pub(crate) fn changed(before: &Grant, after: &Grant) {
    if after.attention.is_some() && after.attention != before.attention {
        counter!(NEEDS_A_PERSON).increment(1);
    }
    if after.opened_at.is_some() && after.opened_at != before.opened_at {
        counter!(DOORS_OPENED).increment(1);
    }
    if let Some(closed_at) = after.closed_at.filter(|_| after.closed_at != before.closed_at) {
        counter!(DOORS_CLOSED).increment(1);
        if let Some(opened_at) = after.opened_at.or(before.opened_at) {
            histogram!(OPEN_SECONDS).record(closed_at.duration_since(opened_at).as_secs_f64());
        }
    }
}

/// A look of the guardian failed; its subject stays due.
pub fn look_failed() {
    counter!(LOOKS_FAILED).increment(1);
}

/// A sweep found so many pushes late; none, too, is worth telling, as it says that a sweep was made.
pub fn pushes_late(count: usize) {
    histogram!(PUSHES_LATE).record(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
}

/// An adapter gave no proper reply.
pub(crate) fn adapter_unanswered(vendor: &VendorId) {
    counter!(ADAPTER_UNANSWERED, VENDOR => vendor.to_string()).increment(1);
}

/// A vendor's cloud does not answer its adapter.
pub(crate) fn vendor_unavailable(vendor: &VendorId) {
    counter!(VENDOR_UNAVAILABLE, VENDOR => vendor.to_string()).increment(1);
}
