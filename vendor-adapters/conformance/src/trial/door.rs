//! The door of a trial: ordered, watched, and counted at.

use std::time::Duration;

use postern_adapter_sdk::{Clock as _, SystemClock};
use postern_contract::{
    adapter::{AdapterError, Answer, Call, CommandAccepted, DoorCloseInput, DoorOpenInput},
    door::{DoorReading, DoorState},
    ids::CommandId,
    text::{DoorRef, SecretText},
    unattended::{UnattendedClose, UnattendedClosePermit},
};
use serde_json::json;

use super::{Trial, strange};
use crate::rule::{Finding, Found, must, well};

/// How long a door of a simulated cloud may take to get where it was sent, and the cloud to show it.
const DOOR_WITHIN: Duration = Duration::from_secs(15);
/// Between two looks at a door that moves.
const LOOK_EVERY: Duration = Duration::from_millis(60);

impl Trial {
    fn command(&self) -> CommandId {
        CommandId::from_parts(
            SystemClock.now().as_millisecond().unsigned_abs(),
            self.number().into(),
        )
    }

    /// An order to open a door that stands as expected.
    pub(crate) fn open_input(&self, door: &DoorRef, expected: &[DoorState]) -> Result<DoorOpenInput, Found> {
        let code = format!("one-time-{}-{}", self.link, self.number());
        self.keep_secret("a one-time code", &code);
        Ok(DoorOpenInput {
            link: self.link_input()?,
            door: door.clone(),
            command: self.command(),
            expected: expected.to_vec(),
            code: SecretText::new(code),
        })
    }

    /// An order to close a door that stands as expected.
    pub(crate) fn close_input(
        &self,
        door: &DoorRef,
        expected: &[DoorState],
    ) -> Result<DoorCloseInput, Found> {
        let permit = json!({ "try_number": 1, "warning_seconds": 5 });
        let permit: Result<UnattendedClosePermit, _> = serde_json::from_value(permit);
        Ok(DoorCloseInput {
            link: self.link_input()?,
            door: door.clone(),
            command: self.command(),
            expected: expected.to_vec(),
            permit: permit.map_err(|error| Found::NotSeen(error.to_string()))?,
        })
    }

    pub(crate) async fn order(&self, call: Call) -> Result<Result<CommandAccepted, AdapterError>, Found> {
        let operation = call.operation();
        accepted(operation, self.call(call).await?)
    }

    /// Opens the door of the trial from closed.
    pub(crate) async fn try_open(&self) -> Result<Result<CommandAccepted, AdapterError>, Found> {
        let input = self.open_input(self.door()?, &[DoorState::Closed])?;
        self.order(Call::DoorOpen(input)).await
    }

    /// Closes the door of the trial from open.
    pub(crate) async fn try_close(&self) -> Result<Result<CommandAccepted, AdapterError>, Found> {
        let input = self.close_input(self.door()?, &[DoorState::Open])?;
        self.order(Call::DoorClose(input)).await
    }

    /// Looks at the door of the trial until a reading fits, and gives it.
    pub(crate) async fn until(
        &self,
        what: &str,
        fits: impl Fn(&DoorReading) -> bool,
    ) -> Result<DoorReading, Found> {
        let begun = SystemClock.now();
        loop {
            let reading = self.read().await?;
            if fits(&reading) {
                return Ok(reading);
            }
            let waited = SystemClock.now().duration_since(begun);
            if waited.unsigned_abs() > DOOR_WITHIN {
                return Err(Found::Broken(format!(
                    "{what} was not seen in {} s; the last reading was {reading:?}",
                    DOOR_WITHIN.as_secs()
                )));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until the door really stands where it was sent, whatever is shown.
    pub(crate) async fn until_really(&self, open: bool) -> Finding {
        let begun = SystemClock.now();
        while (self.rig().door(self.serial()?).await?.position_millionths == 0) == open {
            let waited = SystemClock.now().duration_since(begun);
            must(waited.unsigned_abs() <= DOOR_WITHIN, || {
                let where_to = if open { "open" } else { "close" };
                format!("the door did not {where_to} within {} s", DOOR_WITHIN.as_secs())
            })?;
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Opens the door of the trial, and waits until it is seen to be open.
    pub(crate) async fn opened(&self) -> Finding {
        well("door.open", self.try_open().await?)?;
        self.until("the door, open", |reading| reading.state == DoorState::Open)
            .await
            .map(drop)
    }

    /// Whether the door of the trial may be closed unattended, by the adapter's list.
    pub(crate) async fn may_close(&self) -> Result<bool, Found> {
        let doors = self.list().await?;
        let ours = doors.iter().find(|door| Some(&door.door) == self.door().ok());
        Ok(ours.is_some_and(|door| matches!(door.unattended_close, UnattendedClose::Allowed { .. })))
    }

    /// The rule is about closes, and does not apply where none may be sent.
    pub(crate) async fn needs_closes(&self) -> Finding {
        if self.may_close().await? {
            Ok(())
        } else {
            let why = "the door may not be closed unattended";
            Err(Found::NotApplicable(why.to_owned()))
        }
    }

    /// How many commands for the door of the trial reached the vendor.
    pub(crate) async fn commands(&self) -> Result<usize, Found> {
        self.rig().commands(self.serial()?).await
    }

    /// No command for the door of the trial reached the vendor.
    pub(crate) async fn no_command(&self) -> Finding {
        self.commands_are(0).await
    }

    pub(crate) async fn commands_are(&self, expected: usize) -> Finding {
        let commands = self.commands().await?;
        must(commands == expected, || {
            format!("{commands} commands reached the vendor, and {expected} should")
        })
    }
}

fn accepted(
    operation: &str,
    result: Result<Answer, AdapterError>,
) -> Result<Result<CommandAccepted, AdapterError>, Found> {
    match result {
        Ok(Answer::DoorOpen(accepted) | Answer::DoorClose(accepted)) => Ok(Ok(accepted)),
        Ok(other) => Err(strange(operation, &other)),
        Err(error) => Ok(Err(error)),
    }
}
