//! The driver is at the address. It opens nothing; the customer is told.

use postern_contract::{
    delivery::GrantState,
    event::DeliveryEvent,
    place::Fix,
    proof::{ProofOfDrop, RecordedProof},
    text::DriverRef,
};

use super::not_over;
use crate::grant::{Context, Geofence, Grant, Refusal, geofence::whole_metres};

/// Notes that the driver has come: once, before the door is asked for, and only from a handheld that is at the door.
pub(super) fn arrive(
    grant: &Grant,
    driver: DriverRef,
    position: &Fix,
    context: &Context<'_>,
) -> Result<Vec<DeliveryEvent>, Refusal> {
    not_over(grant)?;
    if let Some(refusal) = grant.withdrawn() {
        return Err(refusal);
    }
    if grant.driver.as_ref().is_some_and(|known| *known != driver) {
        return Err(Refusal::WrongDriver);
    }
    match grant.state {
        GrantState::Scheduled => return Err(Refusal::NotArmed { window: grant.window }),
        GrantState::Armed if grant.arrived_at.is_none() => {}
        _ => return Ok(Vec::new()),
    }
    let distance_m = Geofence::around(context.policy.position, context.limits).admit(position)?;
    Ok(vec![DeliveryEvent::Arrived {
        driver,
        distance_m,
        accuracy_m: whole_metres(position.accuracy_m()),
    }])
}

/// What the log keeps of a driver's proof. Where it was taken is told, and not judged: a handheld may find its position again only on
/// the way back to the van.
pub(super) fn recorded(
    grant: &Grant,
    proof: ProofOfDrop,
    context: &Context<'_>,
) -> Result<RecordedProof, Refusal> {
    if grant.driver.as_ref().is_some_and(|known| *known != proof.driver) {
        return Err(Refusal::WrongDriver);
    }
    let fence = Geofence::around(context.policy.position, context.limits);
    Ok(RecordedProof {
        driver: proof.driver,
        distance_m: fence.metres_to(&proof.position),
        accuracy_m: whole_metres(proof.position.accuracy_m()),
        taken_at: proof.taken_at,
        photo: proof.photo,
    })
}
