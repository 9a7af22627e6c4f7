//! What a carrier's system sends to the carriers' API, and what it gets back.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{
    Invalid,
    delivery::{DoorstepReason, Window},
    place::{Address, Fix},
    text::{DriverRef, Remark, TrackingNumber},
};

mod eligibility;

pub use eligibility::{
    AskEligibilities, AskEligibility, DaysAhead, Eligibilities, Eligibility, EligibilityAnswer, Ineligible,
    ItemProblem,
};

/// How many parcels one delivery may have.
pub const PARCELS_MAX: usize = 20;

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

/// Change what was booked, as long as the door has not been told to open. What is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeDelivery {
    /// Another window, which the household must take as it takes one at booking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// Another driver; then no other may open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver: Option<DriverRef>,
    /// All the parcels, 1 to 20, each once, in the place of those before.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "some_parcels"
    )]
    #[schemars(length(min = 1, max = 20), extend("uniqueItems" = true))]
    pub tracking_numbers: Option<Vec<TrackingNumber>>,
}

fn some_parcels<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<TrackingNumber>>, D::Error> {
    #[derive(Deserialize)]
    struct Parcels(#[serde(deserialize_with = "parcels")] Vec<TrackingNumber>);
    Ok(Option::<Parcels>::deserialize(deserializer)?.map(|Parcels(parcels)| parcels))
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

/// The parcels were left at the doorstep instead of inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaveAtDoorstep {
    /// Why.
    pub reason: DoorstepReason,
    /// In the driver's words; the customer reads them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Remark>,
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
