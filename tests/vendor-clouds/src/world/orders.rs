//! What is asked of a door, through the cloud or at the wall, with its line in the journal.

use jiff::Timestamp;

use super::World;
use crate::door::{Cause, Direction, Disposition};
use crate::error::CloudError;
use crate::journal::{JournalEvent, Order};
use crate::names::{AccountId, Email, Serial};

impl World {
    /// A command to a door. It is for the caller to have found that `by` may give it.
    ///
    /// # Errors
    /// When there is no such door.
    pub fn command(
        &mut self,
        now: Timestamp,
        account_id: &AccountId,
        by: &Email,
        serial: &Serial,
        command: Direction,
    ) -> Result<Disposition, CloudError> {
        let cause = Cause::Command {
            seq: self.journal.next_seq(),
        };
        let (disposition, happenings) = self.door_mut(serial)?.door.command(now, command, cause);
        self.record_command(now, account_id, Some(by.clone()), serial, command, disposition);
        for happening in happenings {
            self.journal
                .record(now, serial, JournalEvent::Happening(happening));
        }
        self.advance(now);
        Ok(disposition)
    }

    /// Notes a command, whatever became of it.
    pub fn record_command(
        &mut self,
        now: Timestamp,
        account_id: &AccountId,
        by: Option<Email>,
        serial: &Serial,
        command: Direction,
        disposition: Disposition,
    ) {
        let order = Order::Command {
            command,
            account_id: account_id.clone(),
            by,
            disposition,
        };
        self.journal.record(now, serial, JournalEvent::Order(order));
    }

    /// Somebody presses the button on the wall.
    ///
    /// # Errors
    /// When there is no such door.
    pub fn press_wall_button(
        &mut self,
        now: Timestamp,
        serial: &Serial,
        target: Option<Direction>,
    ) -> Result<(), CloudError> {
        let cause = Cause::WallButton {
            seq: self.journal.next_seq(),
        };
        let happenings = self.door_mut(serial)?.door.press_wall_button(now, target, cause);
        self.journal
            .record(now, serial, JournalEvent::Order(Order::WallButton { target }));
        for happening in happenings {
            self.journal
                .record(now, serial, JournalEvent::Happening(happening));
        }
        self.advance(now);
        Ok(())
    }
}
