//! The evidence of a delivery: one document from which somebody who trusts neither side can see what happened, and that it was the
//! platform who said so.
//!
//! The carrier's API gives it as the payload of a signed message (JWS, RFC 7515). It holds nothing that is private to the household
//! and nothing that is secret: see [`crate::event::DeliveryEvent::shared`]. Footage is not kept yet, and so there is no word of it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    delivery::{DeliveryView, Window},
    door::{DoorKind, DoorReading, UnattendedOpen},
    event::LogEntry,
    ids::{CarrierId, DoorId},
    text::{DriverRef, TrackingNumber},
    unattended::UnattendedClose,
};

/// What the signed message of a bundle names as its type (`typ`): the media type without `application/`.
pub const BUNDLE_TYPE: &str = "postern-evidence+jws";

/// Which form of bundle it is. A field may be added within a version; nothing is taken away or changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum BundleVersion {
    /// The first.
    #[serde(rename = "1")]
    V1,
}

/// How far the delivery had come when its bundle was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BundleStage {
    /// It is under way: more will happen, and a later bundle tells it.
    UnderWay,
    /// It has ended, and its log is about to be signed: a bundle of a minute later holds the signature.
    Ending,
    /// It has ended, and the bundle holds the signature over its whole log. Nothing will be added.
    Final,
}

/// The evidence of one delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceBundle {
    /// The form of this bundle.
    pub version: BundleVersion,
    /// When it was made.
    pub made_at: Timestamp,
    /// How far the delivery had come by then.
    pub stage: BundleStage,
    /// The delivery as it stood by then, as its carrier sees it.
    pub delivery: DeliveryView,
    /// Whose delivery it was.
    pub parties: Parties,
    /// The parcels.
    pub parcels: Vec<EvidencedParcel>,
    /// What bound the delivery.
    pub policy: EvidencedPolicy,
    /// What was seen of the door, as far as it is in the log, oldest first.
    pub readings: Vec<EvidencedReading>,
    /// The whole log up to `made_at`, oldest entry first, each chained to the one before.
    pub log: Vec<LogEntry>,
}

/// Whose delivery it was. The household is not named: the carrier knows whom it delivered to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Parties {
    /// The carrier that booked it.
    pub carrier: CarrierId,
    /// The name that the carrier is registered under.
    pub carrier_name: String,
    /// The driver, by the carrier's name for them, once one was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver: Option<DriverRef>,
    /// The door that it was booked for.
    pub door: DoorId,
}

/// A parcel, and what the log says of it. Both are the carrier's word: nobody else sees a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EvidencedParcel {
    /// The parcel.
    pub tracking_number: TrackingNumber,
    /// Whether its label was scanned for an order to open.
    pub scanned: bool,
    /// Whether the carrier said at the end that it was left inside.
    pub left_inside: bool,
    /// Whether the carrier said at the end that it was taken out, of a return.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub taken_out: bool,
}

/// What bound the delivery: its window and its door as they were booked, and the limits of all grants as they are in the release that
/// made the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EvidencedPolicy {
    /// When the door may be opened.
    pub window: Window,
    /// How near to the door an order to open had to come from.
    pub geofence: Geofence,
    /// Whether the door may be opened with nobody of the household watching.
    pub unattended_open: UnattendedOpen,
    /// By which rules the door may be closed with nobody watching.
    pub unattended_close: UnattendedCloseRules,
    /// The limits in time and number.
    pub limits: GrantLimits,
}

/// How near to the door an order to open had to come from. Where the door stands is not told; each order's distance is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Geofence {
    /// How far from the door the driver might be, in metres.
    pub radius_m: u32,
    /// How vague the driver's position might be, in metres.
    pub accuracy_m_max: u32,
}

/// By which rules the door may be closed with nobody watching (16 CFR 1211.14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnattendedCloseRules {
    /// How the door is built, by the opener's word, or the household's where the opener does not tell.
    pub door_kind: DoorKind,
    /// What the opener says of closing it unattended.
    pub opener: UnattendedClose,
    /// Whether the household had switched it on.
    pub household_allows: bool,
    /// After so many closes that were stopped there is no further one.
    pub stopped_closes_max: u8,
}

/// The limits of a grant in time, in whole seconds, and in number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GrantLimits {
    /// An order leaves within this time of being recorded, or never.
    pub send_within_s: u32,
    /// How long the door may take to be seen open.
    pub open_settle_s: u32,
    /// How long the door may take to be seen closed.
    pub close_settle_s: u32,
    /// How long the door may stay open before it is closed from afar.
    pub left_open_after_s: u32,
    /// How long after closing a driver may ask to go back in.
    pub reissue_within_s: u32,
    /// How often a driver may go back in.
    pub reissues_max: u8,
    /// How many one-time codes the delivery may use up.
    pub codes_max: u32,
}

/// A sight of the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EvidencedReading {
    /// The log entry that holds it.
    pub sequence: u64,
    /// When that entry was recorded.
    pub recorded_at: Timestamp,
    /// How old the sight was by then, in milliseconds, from the moment at which the opener was heard. Below zero where the opener's clock
    /// runs ahead of ours.
    pub age_ms: i64,
    /// What was seen, by whom and when.
    pub reading: DoorReading,
}
