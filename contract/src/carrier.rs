//! What a carrier's system sends to the carriers' API, and what it gets back.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{
    Invalid,
    delivery::Window,
    place::{Address, Fix},
    text::{DriverRef, Remark, TrackingNumber},
};

/// How many parcels one delivery may have.
pub const PARCELS_MAX: usize = 20;

/// Can a parcel to this address be left in the garage?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskEligibility {
    /// Where the parcel goes.
    pub address: Address,
    /// When it would come, where that is already known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

/// Whether it can, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Eligibility {
    /// Whether a delivery can be booked.
    pub eligible: bool,
    /// Why not, if not.
    pub reasons: Vec<Ineligible>,
    /// The household's time zone (IANA), for choosing a window. Only for an eligible address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// Why no delivery can be booked. A carrier learns no more of a household than it needs: whether there is none, whether it is
/// off, or whether it does not want this carrier all read `not_offered`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ineligible {
    /// In-garage delivery is not on offer at this address for this carrier.
    NotOffered,
    /// The household takes a pause that reaches into the window.
    Paused,
    /// The window lies outside the household's hours.
    OutsideHours,
    /// The window is already over, or too far ahead.
    WindowUnusable,
    /// The door's opener needs the household's care before it can be used.
    DoorNotReady,
}

/// Book an in-garage delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BookDelivery {
    /// Where the parcels go: it must be the address of the door.
    pub address: Address,
    /// When the door may be opened.
    pub window: Window,
    /// The parcels, 1 to 20, each once.
    #[serde(deserialize_with = "parcels")]
    #[schemars(length(min = 1, max = 20), extend("uniqueItems" = true))]
    pub tracking_numbers: Vec<TrackingNumber>,
    /// The carrier's own name for the delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_reference: Option<Remark>,
}

fn parcels<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<TrackingNumber>, D::Error> {
    let parcels = Vec::<TrackingNumber>::deserialize(deserializer)?;
    let distinct = parcels.iter().collect::<BTreeSet<_>>().len();
    if (1..=PARCELS_MAX).contains(&parcels.len()) && distinct == parcels.len() {
        Ok(parcels)
    } else {
        Err(de::Error::custom(Invalid::new(
            "tracking_numbers",
            "1 to 20 tracking numbers, each once",
        )))
    }
}

/// The parcels are out for delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dispatch {
    /// The driver, where already known; then no other driver may open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver: Option<DriverRef>,
}

/// Open the door for the driver who stands before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenDoor {
    /// Who stands there.
    pub driver: DriverRef,
    /// Where the driver's handheld says it is.
    pub position: Fix,
    /// The parcel whose label was scanned.
    pub tracking_number: TrackingNumber,
}

/// Close the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseDoor {
    /// Who is leaving.
    pub driver: DriverRef,
}

/// The parcels are inside and the driver has left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Complete {
    /// The parcels left inside; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<Vec<TrackingNumber>>,
}

/// The driver has to go back in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reissue {
    /// Who goes back.
    pub driver: DriverRef,
}

/// Call the delivery off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// Why.
    pub reason: Remark,
}

/// A carrier, as the operator registered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CarrierRecord {
    /// The name customers see.
    pub name: String,
    /// Whether it may book and open.
    pub active: bool,
    /// Since when.
    pub registered_at: Timestamp,
    /// How much it may ask for.
    #[serde(default)]
    pub allowance: Allowance,
}

/// How much a carrier may ask for. The operator sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Allowance {
    /// Calls of any kind in a minute.
    pub calls_per_minute: u32,
    /// Of them, those that change something.
    pub changes_per_minute: u32,
    /// How often one door may be opened in an hour, by whomever, before this carrier opens it no more.
    pub opens_per_door_hour: u32,
}

impl Allowance {
    /// The most calls that an operator may allow: what the gateway lets through from everybody together.
    pub const CALLS_PER_MINUTE_MAX: u32 = 12_000;
    /// The most opens of a door in an hour that an operator may allow: one a minute.
    pub const OPENS_PER_DOOR_HOUR_MAX: u32 = 60;

    /// As much as an operator may allow.
    pub const MOST: Self = Self {
        calls_per_minute: Self::CALLS_PER_MINUTE_MAX,
        changes_per_minute: Self::CALLS_PER_MINUTE_MAX,
        opens_per_door_hour: Self::OPENS_PER_DOOR_HOUR_MAX,
    };
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            calls_per_minute: 1_200,
            changes_per_minute: 600,
            opens_per_door_hour: 12,
        }
    }
}
