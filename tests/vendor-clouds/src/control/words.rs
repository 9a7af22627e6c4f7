//! The words of the controls: what can be set, and what is shown.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::{Role, Settings};
use crate::door::{Activity, DoorTimings, Reported, Switches};
use crate::error::CloudError;
use crate::faults::FaultRule;
use crate::names::{AccountId, Email, Serial};
use crate::seed::Seed;
use crate::vendor::{Tells, Vendor};
use crate::world::{Device, World};

/// The longest lag or freeze that can be set: a day.
const SPAN_MS_MAX: u64 = 24 * 60 * 60 * 1000;

/// What to set on a door. What is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DoorPatch {
    /// Whether it is on the net.
    pub online: Option<bool>,
    /// Whether the cloud notices that it is not: without, it goes on showing `online: true`, and only the 403 to a
    /// command tells. Goes with `online: false`.
    pub absence_noticed: Option<bool>,
    /// How many of the next closes meet an obstruction half-way, and reverse.
    pub obstruct_next_closes: Option<u32>,
    /// How many of the next movements stop half-way.
    pub stop_next_halfway: Option<u32>,
    /// Whether it takes commands and never moves.
    pub stuck: Option<bool>,
    /// How late the cloud shows what it does, in milliseconds.
    pub report_lag_ms: Option<u64>,
    /// For how long the cloud goes on showing what it shows now, in milliseconds; 0 ends that.
    pub freeze_report_ms: Option<u64>,
    /// Whether it may be closed with nobody there.
    pub unattended_close_allowed: Option<bool>,
    /// Whether it may be opened with nobody there.
    pub unattended_open_allowed: Option<bool>,
    /// Whether the battery of its position sensor is low.
    pub sensor_battery_low: Option<bool>,
    /// What that battery is charged to, in per cent.
    pub sensor_battery_percent: Option<u8>,
    /// Whether it was ever paired with its app.
    pub paired: Option<bool>,
    /// Whether the opener was reset, and knows its ends only when somebody has moved the door by the button on the wall.
    pub position_unknown: Option<bool>,
    /// Whether the household is away, and wants nothing moved through the cloud. Nice G.O. only.
    pub vacation_mode: Option<bool>,
    /// Whether its firmware is too old for the cloud to control it. Nice G.O. only.
    pub old_firmware: Option<bool>,
    /// Whether it says that it is closed, whatever it is. SmartThings only.
    pub claims_closed: Option<bool>,
    /// `false` ends a lock-out. Only two reversals begin one.
    pub locked_out: Option<bool>,
    /// How long everything takes, for movements that begin from now on.
    pub timings: Option<DoorTimings>,
}

impl DoorPatch {
    pub(super) fn apply(&self, world: &mut World, serial: &Serial, now: Timestamp) -> Result<(), CloudError> {
        self.check()?;
        let known = world.door_mut(serial)?;
        if let Some(timings) = self.timings {
            known.own_timings = true;
            known.door.timings = timings;
        }
        if let Some(lag) = self.report_lag_ms {
            known.own_timings = true;
            known.door.timings.report_lag = Duration::from_millis(lag);
        }
        let door = &mut known.door;
        set(&mut door.switches.obstruct_next_closes, self.obstruct_next_closes);
        set(&mut door.switches.stop_next_halfway, self.stop_next_halfway);
        set(&mut door.switches.stuck, self.stuck);
        set(
            &mut door.switches.unattended_close_allowed,
            self.unattended_close_allowed,
        );
        set(
            &mut door.switches.unattended_open_allowed,
            self.unattended_open_allowed,
        );
        set(&mut door.switches.sensor_battery_low, self.sensor_battery_low);
        if self.sensor_battery_percent.is_some() {
            door.switches.sensor_battery_percent = self.sensor_battery_percent;
        }
        set(&mut door.switches.paired, self.paired);
        set(&mut door.switches.position_unknown, self.position_unknown);
        set(&mut door.switches.vacation_mode, self.vacation_mode);
        set(&mut door.switches.old_firmware, self.old_firmware);
        set(&mut door.switches.claims_closed, self.claims_closed);
        if self.locked_out == Some(false) {
            door.release_lock_out();
        }
        if let Some(online) = self.online {
            door.set_online(now, online, self.absence_noticed.unwrap_or(true));
        }
        if let Some(span) = self.freeze_report_ms {
            door.freeze_report(now, Duration::from_millis(span));
        }
        Ok(())
    }

    fn check(&self) -> Result<(), CloudError> {
        let invalid = |text: &str| Err(CloudError::Invalid(text.to_owned()));
        if self.locked_out == Some(true) {
            return invalid("locked_out can only be set to false: two reversals lock a door out");
        }
        if self.absence_noticed.is_some() && self.online != Some(false) {
            return invalid("absence_noticed goes with online: false");
        }
        if [self.report_lag_ms, self.freeze_report_ms]
            .into_iter()
            .flatten()
            .any(|span| span > SPAN_MS_MAX)
        {
            return invalid("report_lag_ms and freeze_report_ms are at most a day, 86400000 ms");
        }
        Ok(())
    }
}

fn set<T: Copy>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// Whom to lock out, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockOutOrder {
    /// Whom.
    pub email: Email,
    /// For how long, in seconds; 0 lets them in again.
    pub seconds: u32,
    /// Whether the 429 says `Retry-After`.
    #[serde(default)]
    pub retry_after: bool,
}

/// Everything that there is.
#[derive(Clone, Debug, Serialize)]
pub struct WorldView {
    /// Whose cloud it is.
    pub vendor: Vendor,
    /// What its face has a word for, of what not all have.
    pub tells: &'static [Tells],
    /// The time in the world.
    pub now: Timestamp,
    /// When it began.
    pub began: Timestamp,
    /// What it grew from.
    pub seed: Seed,
    /// How the cloud behaves.
    pub settings: Settings,
    /// `http(s)` redirect addresses that the login accepts.
    pub redirect_uris: Vec<String>,
    /// Who there is.
    pub users: Vec<UserView>,
    /// Their homes.
    pub homes: Vec<HomeView>,
    /// The doors in them.
    pub doors: Vec<DoorView>,
    /// The troubles in force, by id.
    pub faults: Vec<(u64, FaultRule)>,
}

/// A user.
#[derive(Clone, Debug, Serialize)]
pub struct UserView {
    /// Logs in with this.
    pub email: Email,
    /// The id that accounts and tokens name them by.
    pub id: String,
}

/// A home.
#[derive(Clone, Debug, Serialize)]
pub struct HomeView {
    /// Its id.
    pub account_id: AccountId,
    /// Its name.
    pub name: String,
    /// Who sees it.
    pub members: Vec<(Email, Role)>,
    /// What its list shows.
    pub devices: Vec<Device>,
}

/// A door, as it really is and as the cloud shows it.
#[derive(Clone, Debug, Serialize)]
pub struct DoorView {
    /// Its serial number.
    pub serial: Serial,
    /// Its name.
    pub name: String,
    /// What kind of opener it says it is.
    pub device_type: String,
    /// What it is really doing.
    pub activity: Activity,
    /// How far open it really is, in millionths.
    pub position_millionths: u32,
    /// Whether it can be reached.
    pub online: bool,
    /// Whether two reversals suspended unattended close.
    pub locked_out: bool,
    /// Its permissions and troubles.
    pub switches: Switches,
    /// How long things take.
    pub timings: DoorTimings,
    /// What the cloud shows.
    pub reported: Reported,
}

impl DoorView {
    pub(super) fn of(world: &World, serial: &Serial, now: Timestamp) -> Result<Self, CloudError> {
        let known = world.door(serial)?;
        Ok(Self {
            serial: serial.clone(),
            name: known.name.clone(),
            device_type: known.device_type.clone(),
            activity: known.door.activity(),
            position_millionths: known.door.position_at(now).millionths(),
            online: known.door.online(),
            locked_out: known.door.locked_out(),
            switches: known.door.switches,
            timings: known.door.timings,
            reported: known.door.reported(now),
        })
    }
}

impl WorldView {
    pub(super) fn of(world: &World, now: Timestamp) -> Self {
        let users = world.users().map(|(email, user)| UserView {
            email: email.clone(),
            id: user.id.clone(),
        });
        let homes = world.homes().map(|(account_id, home)| HomeView {
            account_id: account_id.clone(),
            name: home.name.clone(),
            members: home
                .members
                .iter()
                .map(|(email, role)| (email.clone(), *role))
                .collect(),
            devices: home.devices.clone(),
        });
        let doors = world
            .doors()
            .filter_map(|(serial, _)| DoorView::of(world, serial, now).ok());
        Self {
            vendor: world.vendor(),
            tells: world.vendor().tells(),
            now,
            began: world.began(),
            seed: world.seed(),
            settings: world.settings.clone(),
            redirect_uris: world.redirect_uris.clone(),
            users: users.collect(),
            homes: homes.collect(),
            doors: doors.collect(),
            faults: world.faults.list().to_vec(),
        }
    }
}
