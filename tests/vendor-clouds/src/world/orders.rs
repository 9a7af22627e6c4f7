//! What is asked of a door, through the cloud or at the wall, with its line in the journal.

use jiff::Timestamp;

use super::World;
use crate::door::{Cause, Direction, Disposition};
use crate::error::CloudError;
use crate::face::orders::DoorOrder;
use crate::journal::{JournalEvent, Order};
use crate::names::{Email, Serial};

impl World {
    /// A command to a door. It is for the caller to have found that `by` may give it.
    ///
    /// # Errors
    /// When there is no such door.
    pub(crate) fn command(
        &mut self,
        now: Timestamp,
        order: &DoorOrder,
        by: &Email,
    ) -> Result<Disposition, CloudError> {
        let serial = &order.serial;
        let cause = Cause::Command {
            seq: self.journal.next_seq(),
        };
        let door = &mut self.door_mut(serial)?.door;
        let (disposition, happenings) = door.command(now, order.command, cause);
        self.record_command(now, order, Some(by.clone()), disposition);
        for happening in happenings {
            self.journal
                .record(now, serial, JournalEvent::Happening(happening));
        }
        self.advance(now);
        Ok(disposition)
    }

    /// A command to a door whose controller has nothing but a pulse for it: what the pulse does may be something else.
    ///
    /// # Errors
    /// When there is no such door.
    pub(crate) fn command_by_pulse(
        &mut self,
        now: Timestamp,
        order: &DoorOrder,
        by: &Email,
    ) -> Result<Disposition, CloudError> {
        self.pulsed(now, &order.serial, |disposition| Order::Command {
            command: order.command,
            account_id: order.account_id.clone(),
            by: Some(by.clone()),
            disposition,
        })
    }

    /// A pulse for a door. It is for the caller to have found that `by` may give it.
    ///
    /// # Errors
    /// When there is no such door.
    pub(crate) fn pulse(
        &mut self,
        now: Timestamp,
        serial: &Serial,
        by: &Email,
    ) -> Result<Disposition, CloudError> {
        self.pulsed(now, serial, |disposition| Order::Pulse {
            by: Some(by.clone()),
            disposition,
        })
    }

    fn pulsed(
        &mut self,
        now: Timestamp,
        serial: &Serial,
        line: impl FnOnce(Disposition) -> Order,
    ) -> Result<Disposition, CloudError> {
        let cause = Cause::Command {
            seq: self.journal.next_seq(),
        };
        let (disposition, happenings) = self.door_mut(serial)?.door.pulse(now, cause);
        self.journal
            .record(now, serial, JournalEvent::Order(line(disposition)));
        for happening in happenings {
            self.journal
                .record(now, serial, JournalEvent::Happening(happening));
        }
        self.advance(now);
        Ok(disposition)
    }

    /// Notes a pulse that reached no door.
    pub(crate) fn record_pulse(
        &mut self,
        now: Timestamp,
        serial: &Serial,
        by: Option<Email>,
        disposition: Disposition,
    ) {
        self.journal
            .record(now, serial, JournalEvent::Order(Order::Pulse { by, disposition }));
    }

    /// Notes a command, whatever became of it.
    pub(crate) fn record_command(
        &mut self,
        now: Timestamp,
        order: &DoorOrder,
        by: Option<Email>,
        disposition: Disposition,
    ) {
        let line = Order::Command {
            command: order.command,
            account_id: order.account_id.clone(),
            by,
            disposition,
        };
        self.journal.record(now, &order.serial, JournalEvent::Order(line));
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
