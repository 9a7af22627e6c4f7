//! One look at one subject.

use jiff::Timestamp;
use postern_contract::{delivery::GrantState, ids::DeliveryId};

use super::chores;
use crate::{
    Error, Platform,
    deliveries::load,
    endings,
    grant::{Chore, Grant, Limits, chore, due_at, next_look},
    links,
    ports::Subject,
};

/// Looks at `subject`, does what is due, and answers when to look again, if ever.
///
/// # Errors
/// See [`Error`]. The subject stays due, so a later look or sweep tries again.
pub async fn look(platform: &Platform, subject: Subject) -> Result<Option<Timestamp>, Error> {
    match subject {
        Subject::Delivery { delivery } => look_at_delivery(platform, delivery).await,
        Subject::Link { household, link } => links::refresh_when_due(platform, household, link).await,
        Subject::Household { household } => {
            // What waits for a door to be closed stays due, and comes up at every sweep.
            endings::finish_all(platform, household).await?;
            Ok(None)
        }
    }
}

async fn look_at_delivery(platform: &Platform, delivery: DeliveryId) -> Result<Option<Timestamp>, Error> {
    let Some(loaded) = load(platform, delivery).await? else {
        return Ok(None);
    };
    let now = platform.now();
    let Some((due, what)) = chore(&loaded.grant, now, &platform.limits) else {
        return Ok(None);
    };
    // An open door is read at every look, due or not: somebody may have closed it by hand.
    let watched = loaded.grant.state == GrantState::Open;
    if now < due && !watched {
        return Ok(Some(due));
    }
    let what = if now < due { Chore::ReadDoor } else { what };
    tracing::debug!(%delivery, chore = ?what, "the guardian is at work");
    let grant = chores::perform(platform, loaded, what).await?;
    Ok(next_by_follow_up(&grant, platform.now(), &platform.limits))
}

/// When a follow-up is to bring the grant up again. What stays due comes up at every sweep anyway: once the pauses between two
/// looks are as long as a sweep's, the sweep alone goes on, or each would begin one more row of looks, and the rows never end.
fn next_by_follow_up(grant: &Grant, now: Timestamp, limits: &Limits) -> Option<Timestamp> {
    let swept = due_at(grant, now, limits).is_some_and(|due| due <= now);
    next_look(grant, now, limits).filter(|at| !(swept && at.duration_since(now) >= limits.look_again_max))
}
