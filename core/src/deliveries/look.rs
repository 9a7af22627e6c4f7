//! Reading the door of a delivery, and having the grant take note of it.

use jiff::SignedDuration;
use postern_contract::{
    adapter::{AdapterError, AdapterErrorKind, Answer, Call, DoorInput},
    door::DoorReading,
};

use super::commit::advance;
use crate::{
    Error, Platform,
    grant::{Command, Grant},
    links,
    ports::wrong_answer,
};

/// How long one reading may take.
const READ_WITHIN: SignedDuration = SignedDuration::from_secs(10);

/// Reads the door and has the grant take note of it. Answers the grant as it is then, and whether the door was seen.
pub(crate) async fn look_at_door(platform: &Platform, grant: Grant) -> Result<(Grant, bool), Error> {
    let delivery = grant.delivery;
    let noted = match reading(platform, &grant).await {
        Ok(reading) => {
            let command = || Command::Observe {
                reading: reading.clone(),
            };
            (advance(platform, delivery, command).await?.grant, true)
        }
        Err(error) => {
            tracing::info!(%delivery, kind = ?error.kind, "the door could not be read");
            let noted = advance(platform, delivery, || Command::CannotSee).await?;
            (noted.grant, false)
        }
    };
    Ok(noted)
}

async fn reading(platform: &Platform, grant: &Grant) -> Result<DoorReading, AdapterError> {
    let door = &grant.door;
    let link = links::way_to(platform, grant.household, door)
        .await
        .map_err(|error| {
            tracing::warn!(delivery = %grant.delivery, %error, "the link could not be read");
            AdapterError::not_executed(AdapterErrorKind::Internal, "the link could not be read")
        })?;
    let link = link.ok_or_else(|| {
        AdapterError::not_executed(AdapterErrorKind::LinkRevoked, "no link reaches the door")
    })?;
    let request_id = format!("read-{}", platform.new_command());
    let deadline = platform.now() + READ_WITHIN;
    let call = |link| {
        Call::DoorRead(DoorInput {
            link,
            door: door.door_ref.clone(),
        })
    };
    match links::call_with(platform, grant.household, &link.doc, request_id, deadline, call).await? {
        Answer::DoorRead(read) => Ok(read.reading),
        _ => Err(wrong_answer()),
    }
}
