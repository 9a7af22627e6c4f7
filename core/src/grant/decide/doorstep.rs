//! The parcels are left at the doorstep: the right to open ends with that.

use postern_contract::{
    delivery::{DoorstepReason, GrantState},
    event::DeliveryEvent,
    text::Remark,
};

use super::{end::in_use, not_over};
use crate::grant::{Context, Grant, Refusal};

/// Ends the delivery, or notes that it is to end. A door that stands open for it is closed first, by whoever opened it. Where an order
/// to open may yet be carried out nothing more is opened, and the delivery ends once the door was seen closed; if it opens after all,
/// the guardian closes it at once.
pub(super) fn leave(
    grant: &Grant,
    reason: DoorstepReason,
    remark: Option<Remark>,
    context: &Context<'_>,
) -> Result<Vec<DeliveryEvent>, Refusal> {
    let said = grant.doorstep.is_some();
    if said && grant.state == GrantState::Cancelled {
        return Ok(Vec::new());
    }
    not_over(grant)?;
    if !said && matches!(grant.state, GrantState::Open | GrantState::Closing) {
        return Err(Refusal::DoorNotClosed);
    }
    if in_use(grant, context) {
        return Ok(if said {
            Vec::new()
        } else {
            vec![DeliveryEvent::DoorstepRequested { reason, remark }]
        });
    }
    // Whatever was said first stands.
    let end = grant.end_withdrawn();
    Ok(vec![
        end.unwrap_or(DeliveryEvent::LeftAtDoorstep { reason, remark }),
    ])
}
