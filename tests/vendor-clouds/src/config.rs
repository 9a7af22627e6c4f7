//! What a cloud is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::door::DoorTimings;
use crate::ismartgate::Model;
use crate::names::{AccountId, Email, Serial};
use crate::seed::Seed;

/// The login of the demo world.
pub const DEMO_EMAIL: &str = "homeowner@example.com";
/// Its password, unless the configuration names another.
pub const DEMO_PASSWORD: &str = "correct horse";

/// What a cloud is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// From which ids, serial numbers, tokens and jitter follow.
    pub seed: Seed,
    /// The times of every door that was not given its own.
    pub timings: DoorTimings,
    /// How the cloud behaves.
    pub settings: Settings,
    /// The `http(s)` redirect addresses that the login accepts. Those with a scheme of their own, as apps have, are
    /// always accepted.
    pub redirect_uris: Vec<String>,
    /// The file that the world is kept in; without it the world ends with the process. A file that is there already is
    /// continued, and `people` is then not looked at.
    pub snapshot: Option<PathBuf>,
    /// What the cloud takes for the time.
    pub clock: Clock,
    /// Who there is at the beginning, and what they own.
    pub people: Vec<UserPlan>,
}

impl Config {
    /// A cloud with nobody in it.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: Seed::default(),
            timings: DoorTimings::default(),
            settings: Settings::default(),
            redirect_uris: Vec::new(),
            snapshot: None,
            clock: Clock::Wall,
            people: Vec::new(),
        }
    }

    /// A cloud with one homeowner ([`DEMO_EMAIL`], [`DEMO_PASSWORD`]), one home, one closed door "Main door" that may
    /// be closed unattended, and the things beside it that are no doors.
    #[must_use]
    pub fn demo() -> Self {
        let home = HomePlan {
            name: "Home".to_owned(),
            doors: vec![DoorPlan::closed("Main door")],
            decoys: vec![
                DecoyPlan::new(DecoyKind::Gateway, "Hub"),
                DecoyPlan::new(DecoyKind::Lamp, "Porch light"),
                DecoyPlan::new(DecoyKind::Gate, "Driveway gate"),
                DecoyPlan::new(DecoyKind::WithoutSerial, "Keypad"),
                DecoyPlan::new(DecoyKind::LockWithoutState, "Side entrance lock"),
            ],
        };
        let homeowner = UserPlan {
            email: Email::from(DEMO_EMAIL),
            password: SecretString::from(DEMO_PASSWORD),
            homes: vec![home],
        };
        Self {
            people: vec![homeowner],
            ..Self::empty()
        }
    }

    /// The same, with this password for everybody in it.
    #[must_use]
    pub fn with_password(mut self, password: &SecretString) -> Self {
        for user in &mut self.people {
            user.password = password.clone();
        }
        self
    }
}

/// A user at the beginning.
#[derive(Clone, Debug)]
pub struct UserPlan {
    /// Logs in with this.
    pub email: Email,
    /// And this.
    pub password: SecretString,
    /// Owns these.
    pub homes: Vec<HomePlan>,
}

/// A home at the beginning.
#[derive(Clone, Debug)]
pub struct HomePlan {
    /// Its name.
    pub name: String,
    /// Its doors.
    pub doors: Vec<DoorPlan>,
    /// What else its list shows.
    pub decoys: Vec<DecoyPlan>,
}

/// A door to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoorPlan {
    /// Its name.
    pub name: String,
    /// Its serial number; without it one is made up from the seed.
    #[serde(default)]
    pub serial: Option<Serial>,
    /// What kind of opener it says it is.
    #[serde(default = "wifi_opener")]
    pub device_type: String,
    /// Whether it begins open.
    #[serde(default)]
    pub open: bool,
    /// Whether it may be closed with nobody there.
    #[serde(default = "yes")]
    pub unattended_close_allowed: bool,
    /// Whether it may be opened with nobody there.
    #[serde(default = "yes")]
    pub unattended_open_allowed: bool,
    /// What the battery of its position sensor is charged to, in per cent, where the cloud shows that.
    #[serde(default)]
    pub sensor_battery_percent: Option<u8>,
    /// Whether its firmware is too old for the cloud to control it. Nice G.O. only.
    #[serde(default)]
    pub old_firmware: bool,
    /// Its own times, in place of the cloud's.
    #[serde(default)]
    pub timings: Option<DoorTimings>,
}

fn wifi_opener() -> String {
    "wifigaragedooropener".to_owned()
}

const fn yes() -> bool {
    true
}

impl DoorPlan {
    /// A closed garage door that allows unattended operation both ways.
    #[must_use]
    pub fn closed(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            serial: None,
            device_type: wifi_opener(),
            open: false,
            unattended_close_allowed: true,
            unattended_open_allowed: true,
            sensor_battery_percent: None,
            old_firmware: false,
            timings: None,
        }
    }
}

/// Things that lists show beside garage doors, or in an unexpected shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecoyKind {
    /// The hub that the doors hang on.
    Gateway,
    /// A lamp, which takes `on` and `off`.
    Lamp,
    /// A driveway gate: of the family of garage doors, and it moves like one, but it guards no parcel.
    Gate,
    /// Something with no serial number.
    WithoutSerial,
    /// A lock with no `state`.
    LockWithoutState,
    /// A garage door with no `state`.
    DoorWithoutState,
}

/// A decoy to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecoyPlan {
    /// What it is.
    pub kind: DecoyKind,
    /// Its name.
    pub name: String,
}

impl DecoyPlan {
    /// A decoy of this kind and name.
    #[must_use]
    pub fn new(kind: DecoyKind, name: &str) -> Self {
        Self {
            kind,
            name: name.to_owned(),
        }
    }
}

/// How the cloud behaves. Can be changed while it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How long an access token is valid, in seconds.
    pub access_token_ttl_s: u32,
    /// What becomes of a refresh token that is used.
    pub refresh_tokens: RefreshTokens,
    /// What an accepted command is answered with: 200, 202 or 204.
    pub command_status: u16,
    /// Whether a command to a door that is there already is answered with a 400 that says so. Aladdin Connect only.
    pub redundant_is_refused: bool,
    /// The keys of partners' programs that are taken; where there are none, any. Aladdin Connect only.
    pub api_keys: Vec<String>,
    /// Locks an account that logs in too often; nothing switches that off.
    pub login_throttle: Option<LoginThrottle>,
    /// The API versions that are spoken. myQ only.
    pub versions: Versions,
    /// The status with which a token that has run out is told: 200 or 401. Nice G.O. only.
    pub expired_token_status: u16,
    /// How many doors a page of the list has; without it, all. Nice G.O. and SmartThings only.
    pub page_max: Option<usize>,
    /// What a household grants of the scopes that are asked for; without it, all. SmartThings only.
    pub granted_scopes: Option<Vec<String>>,
    /// How many calls about one door are answered in a minute; without it, all. The vendor publishes 12. SmartThings only.
    pub device_calls_per_minute: Option<u32>,
    /// The word for a command that was taken. SmartThings only.
    pub command_answer: CommandAnswer,
    /// Whether a command to a door that is away is answered 409, and not taken like any other. SmartThings only.
    pub offline_is_conflict: bool,
    /// Whether a door is shown as moving as soon as its order is taken, whatever it does. SmartThings only.
    pub optimistic_transitions: bool,
    /// Whether nothing is told of a door's health. SmartThings only.
    pub without_health: bool,
    /// Which of two controllers it is: `ismartgate` or `gogogate2`. ismartgate only.
    pub model: Model,
}

/// The word for a command that was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CommandAnswer {
    /// It is on its way to the door.
    #[default]
    Accepted,
    /// It is done, or so the cloud says.
    Completed,
    /// It came to nothing, and does here.
    Failed,
}

/// What becomes of a refresh token that is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshTokens {
    /// It is spent, and another comes with the new access token.
    Rotating,
    /// It stays as it is.
    Fixed,
}

impl Default for Settings {
    /// Those of myQ.
    fn default() -> Self {
        Self {
            access_token_ttl_s: 1800,
            refresh_tokens: RefreshTokens::Rotating,
            command_status: 202,
            redundant_is_refused: false,
            api_keys: Vec::new(),
            login_throttle: None,
            versions: Versions::default(),
            expired_token_status: 200,
            page_max: None,
            granted_scopes: None,
            device_calls_per_minute: None,
            command_answer: CommandAnswer::Accepted,
            offline_is_conflict: true,
            optimistic_transitions: false,
            without_health: false,
            model: Model::default(),
        }
    }
}

impl Settings {
    /// Whether the values make sense.
    ///
    /// # Errors
    /// A sentence that says which does not.
    pub fn check(&self) -> Result<(), String> {
        if !matches!(self.command_status, 200 | 202 | 204) {
            return Err("command_status must be 200, 202 or 204".to_owned());
        }
        if !matches!(self.expired_token_status, 200 | 401) {
            return Err("expired_token_status must be 200 or 401".to_owned());
        }
        if self.page_max == Some(0) {
            return Err("page_max must be at least 1".to_owned());
        }
        Ok(())
    }
}

/// The version segments that each part of the API answers to; every other gets 404 `UnsupportedApiVersion`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Versions {
    /// Of the list of accounts.
    pub accounts: Vec<String>,
    /// Of the lists of devices.
    pub devices: Vec<String>,
    /// Of commands.
    pub commands: Vec<String>,
}

impl Default for Versions {
    fn default() -> Self {
        let versions = |all: &[&str]| all.iter().map(|version| (*version).to_owned()).collect();
        Self {
            accounts: versions(&["6.0"]),
            devices: versions(&["5.2", "6.0", "6.2"]),
            commands: versions(&["5.2", "6.0"]),
        }
    }
}

/// What locks an account. The defaults are those that @hjdhjd/myq 7.6.0 notes (October 2023).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LoginThrottle {
    /// Successful logins within the window that are still fine.
    pub logins_max: usize,
    /// Failed logins within the window that are still fine.
    pub failures_max: usize,
    /// The window, in seconds.
    pub window_s: u32,
    /// How long the account is then locked, in seconds.
    pub lock_out_s: u32,
}

impl Default for LoginThrottle {
    fn default() -> Self {
        Self {
            logins_max: 10,
            failures_max: 2,
            window_s: 3600,
            lock_out_s: 3600,
        }
    }
}

/// The part that a user plays in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It is theirs.
    Owner,
    /// May do everything but close it.
    CoOwner,
    /// Was given access.
    Guest,
}

/// A member of an account to be added.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// Who.
    pub email: Email,
    /// Of which account.
    pub account_id: AccountId,
    /// As what.
    pub role: Role,
}
