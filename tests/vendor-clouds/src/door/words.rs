//! The words for what a door does, and for what becomes of a command.

use serde::{Deserialize, Serialize};

use super::motion::{Cause, Direction, Position};

/// What a person in the garage would see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// At rest on the floor.
    Closed,
    /// At rest, fully up.
    Open,
    /// At rest somewhere between.
    Stopped,
    /// At rest, the motor about to start upwards.
    Starting,
    /// At rest, light and sound on, about to close.
    Warning,
    /// Moving up.
    Opening,
    /// Moving down.
    Closing,
    /// Moving up because it met something on its way down.
    Reversing,
}

/// What became of a command at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// The door is going to move.
    Accepted,
    /// Taken, but the door will not move: it sticks.
    Stuck,
    /// Nothing to do: the door is already there.
    AlreadyThere,
    /// Not honoured: the door is moving or about to.
    Busy,
    /// A bare pulse came while the door was moving or about to, and it stopped.
    Stopped,
    /// Not honoured: unattended operation this way is not allowed at this door.
    NotPermitted,
    /// Not honoured: two closes were stopped by an obstruction.
    LockedOut,
    /// Never reached the door: it is offline.
    Offline,
    /// Never reached the door: the caller had no right, or no valid token.
    Unauthorised,
    /// Never reached the door: a scripted fault swallowed it.
    LostToFault,
}

/// Something that happened at a door, at its exact time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happening {
    /// Light and sound began: a close is coming.
    WarningBegan,
    /// The warning ended without a movement: somebody pressed the button.
    WarningCancelled,
    /// The door began to move.
    Motion {
        /// Which way.
        direction: Direction,
        /// From where, in millionths of fully open.
        from: Position,
        /// Why.
        cause: Cause,
    },
    /// The door came to rest between its ends.
    Stopped {
        /// Where, in millionths of fully open.
        position: Position,
    },
    /// The door came to rest at the end of its way.
    Arrived {
        /// At which end: `open` or `close`.
        end: Direction,
    },
    /// Unattended close is suspended: two closes in a row were stopped by an obstruction.
    LockedOut,
}

/// What can be set on a door from outside: its permissions and its troubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Switches {
    /// Whether it may be closed with nobody there.
    pub unattended_close_allowed: bool,
    /// Whether it may be opened with nobody there.
    pub unattended_open_allowed: bool,
    /// Whether it takes commands and never moves.
    pub stuck: bool,
    /// How many of the next closes meet an obstruction half-way.
    pub obstruct_next_closes: u32,
    /// How many of the next movements stop half-way.
    pub stop_next_halfway: u32,
    /// Whether the battery of its position sensor is low.
    pub sensor_battery_low: bool,
    /// What that battery is charged to, in per cent, where the cloud shows it.
    pub sensor_battery_percent: Option<u8>,
    /// Whether it was ever paired with its app.
    pub paired: bool,
    /// Whether the opener was reset, and knows its ends only when somebody has moved the door by the button on the wall.
    pub position_unknown: bool,
    /// Whether the household is away, and wants nothing moved through the cloud. Nice G.O. only.
    pub vacation_mode: bool,
    /// Whether its firmware is too old for the cloud to control it. Nice G.O. only.
    pub old_firmware: bool,
    /// Whether its light is on. Nice G.O. only.
    pub light: bool,
    /// Whether it says that it is closed, whatever it is, as an opener with a low battery has been seen to. SmartThings only.
    pub claims_closed: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            unattended_close_allowed: true,
            unattended_open_allowed: true,
            stuck: false,
            obstruct_next_closes: 0,
            stop_next_halfway: 0,
            sensor_battery_low: false,
            sensor_battery_percent: None,
            paired: true,
            position_unknown: false,
            vacation_mode: false,
            old_firmware: false,
            light: false,
            claims_closed: false,
        }
    }
}
