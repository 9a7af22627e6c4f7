//! The controls of one door, and its ground truth.

use std::time::Duration;

use super::{Control, DoorPatch, DoorView};
use crate::door::Direction;
use crate::error::CloudError;
use crate::journal::JournalEntry;
use crate::names::Serial;

impl Control {
    /// A door, as it really is and as the cloud shows it.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn door(&self, serial: &Serial) -> Result<DoorView, CloudError> {
        self.shared.look(|world, now| DoorView::of(world, serial, now))?
    }

    /// The first door of this name.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn door_named(&self, name: &str) -> Result<Serial, CloudError> {
        let found = self.shared.look(|world, _| {
            world
                .doors()
                .find(|(_, door)| door.name == name)
                .map(|(serial, _)| serial.clone())
        })?;
        found.ok_or_else(|| CloudError::NoSuch(format!("door named {name}")))
    }

    /// Sets whatever the patch names, and nothing else.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn patch_door(&self, serial: &Serial, patch: &DoorPatch) -> Result<(), CloudError> {
        self.shared.change(|world, now| patch.apply(world, serial, now))
    }

    /// Takes a door off the net, or puts it back.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn set_online(&self, serial: &Serial, online: bool) -> Result<(), CloudError> {
        self.patch_door(
            serial,
            &DoorPatch {
                online: Some(online),
                ..DoorPatch::default()
            },
        )
    }

    /// Lets the next closes meet an obstruction half-way, and reverse.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn obstruct_next_closes(&self, serial: &Serial, times: u32) -> Result<(), CloudError> {
        self.patch_door(
            serial,
            &DoorPatch {
                obstruct_next_closes: Some(times),
                ..DoorPatch::default()
            },
        )
    }

    /// Lets the next movements stop half-way.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn stop_next_halfway(&self, serial: &Serial, times: u32) -> Result<(), CloudError> {
        self.patch_door(
            serial,
            &DoorPatch {
                stop_next_halfway: Some(times),
                ..DoorPatch::default()
            },
        )
    }

    /// Lets the door take commands and never move, or move again.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn set_stuck(&self, serial: &Serial, stuck: bool) -> Result<(), CloudError> {
        self.patch_door(
            serial,
            &DoorPatch {
                stuck: Some(stuck),
                ..DoorPatch::default()
            },
        )
    }

    /// Sets how late the cloud shows what the door does.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn set_report_lag(&self, serial: &Serial, lag: Duration) -> Result<(), CloudError> {
        self.patch_door(
            serial,
            &DoorPatch {
                report_lag_ms: Some(millis(lag)),
                ..DoorPatch::default()
            },
        )
    }

    /// Lets the cloud go on showing what it shows now, times and all, for so long.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn freeze_report(&self, serial: &Serial, span: Duration) -> Result<(), CloudError> {
        self.patch_door(
            serial,
            &DoorPatch {
                freeze_report_ms: Some(millis(span)),
                ..DoorPatch::default()
            },
        )
    }

    /// Says whether the door may be closed with nobody there.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn set_unattended_close_allowed(&self, serial: &Serial, allowed: bool) -> Result<(), CloudError> {
        self.patch_door(
            serial,
            &DoorPatch {
                unattended_close_allowed: Some(allowed),
                ..DoorPatch::default()
            },
        )
    }

    /// Says whether the door may be opened with nobody there.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn set_unattended_open_allowed(&self, serial: &Serial, allowed: bool) -> Result<(), CloudError> {
        self.patch_door(
            serial,
            &DoorPatch {
                unattended_open_allowed: Some(allowed),
                ..DoorPatch::default()
            },
        )
    }

    /// Presses the button on the wall: once, or until the door goes to `target`.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn press_wall_button(&self, serial: &Serial, target: Option<Direction>) -> Result<(), CloudError> {
        self.shared
            .change(|world, now| world.press_wall_button(now, serial, target))
    }

    /// What really happened, after the entry `since` (0 for all), at one door or at all.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn motions(&self, serial: Option<&Serial>, since: u64) -> Result<Vec<JournalEntry>, CloudError> {
        self.shared.look(|world, _| world.journal.read(serial, since))
    }

    /// How often a door really began to move this way.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn times_moved(&self, serial: &Serial, way: Direction) -> Result<usize, CloudError> {
        Ok(self
            .motions(Some(serial), 0)?
            .iter()
            .filter(|entry| entry.is_motion(way))
            .count())
    }

    /// How many commands for a door reached the cloud, executed or not.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn commands_received(&self, serial: &Serial) -> Result<usize, CloudError> {
        Ok(self
            .motions(Some(serial), 0)?
            .iter()
            .filter(|entry| entry.is_command())
            .count())
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
