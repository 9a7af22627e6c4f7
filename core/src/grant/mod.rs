//! The grant: one delivery's right to open one door, once, inside a window.
//!
//! `decide(grant, command, context)` says what happens or why not; `evolve(grant, event)` says what is so afterwards. Both are
//! pure: the same functions run in production, in the model checker and in the fault simulation. What happened is recorded as
//! [`DeliveryEvent`]s, and they are the log.

mod agenda;
mod book;
mod command;
mod decide;
mod evolve;
mod geofence;
mod limits;
mod offers;
mod refusal;
#[cfg(test)]
mod tests;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use postern_contract::{
    delivery::{
        Attention, DeliveryView, Direction, DoorView, Doorstep, GrantState, PendingCommand, Progress,
        Purpose, RevocationReason, Window,
    },
    door::{DoorKind, DoorReading, UnattendedOpen},
    event::{DeliveryEvent, LogEntry},
    ids::{CarrierId, DeliveryId, DoorId, HouseholdId, LinkId, VendorId},
    place::Position,
    text::{DoorRef, DriverRef, Remark, TrackingNumber},
    unattended::{DeliberateAct, UnattendedClose, UnattendedCloseBar, UnattendedClosePermit},
};
use serde::{Deserialize, Serialize};

pub use self::{
    agenda::{Chore, chore, due_at, next_look},
    book::{Booking, DeliverySite, book, eligibility},
    command::{Change, Command, CommandResult, Context},
    decide::decide,
    evolve::evolve,
    geofence::Geofence,
    limits::Limits,
    offers::offers,
    refusal::Refusal,
};
use crate::{
    consent::Consent,
    log::{self, LogSalt},
    promises::Guard,
};

/// The door that a grant is for, as it was when the delivery was booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantedDoor {
    /// The door.
    pub door: DoorId,
    /// The link that reaches it.
    pub link: LinkId,
    /// Whose opener it has.
    pub vendor: VendorId,
    /// The vendor's name for it.
    pub door_ref: DoorRef,
    /// The opener's own name, where the vendor's name for the door names the way to it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opener: Option<DoorRef>,
    /// How it is built: by the vendor's word, or by the household's where the vendor does not tell.
    pub kind: DoorKind,
    /// Whether it may be opened unattended, by its opener's word.
    pub unattended_open: UnattendedOpen,
    /// Whether it may be closed unattended, by its opener's word.
    pub unattended_close: UnattendedClose,
    /// The household's act of allowing that. Kept here, so that a door we opened may still be closed after consent has ended.
    pub close_act: Option<DeliberateAct>,
}

impl GrantedDoor {
    /// By what it is told from every other door of the vendor.
    #[must_use]
    pub fn opener(&self) -> &DoorRef {
        self.opener.as_ref().unwrap_or(&self.door_ref)
    }
}

/// What the household agreed to and where its door stands: the part of a decision that the household may change at any time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// What it agreed to, with the version that the redeeming transaction will demand.
    pub consent: Consent,
    /// Where the door stands on the ground.
    pub position: Position,
    /// The IANA name of the household's time zone.
    pub time_zone: String,
}

impl Policy {
    /// The day of a moment by the household's clock; by Greenwich's, where the tables no longer know its zone.
    #[must_use]
    pub fn day_of(&self, moment: Timestamp) -> Date {
        let zone = TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC);
        zone.to_datetime(moment).date()
    }
}

/// A delivery's grant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The carrier that booked it.
    pub carrier: CarrierId,
    /// The household whose door it is.
    pub household: HouseholdId,
    /// What the door is opened for.
    #[serde(default)]
    pub purpose: Purpose,
    /// The door.
    pub door: GrantedDoor,
    /// When the door may be opened.
    pub window: Window,
    /// The day on which the window starts, by the household's clock.
    #[serde(default)]
    pub day: Option<Date>,
    /// The parcels.
    pub tracking_numbers: Vec<TrackingNumber>,
    /// The carrier's own name for the delivery.
    pub carrier_reference: Option<Remark>,
    /// The household's policy as last seen.
    pub policy: Policy,
    /// Where it stands.
    pub state: GrantState,
    /// What needs a person.
    pub attention: Option<Attention>,
    /// When a code may be minted, once the parcels are out for delivery.
    pub arm_at: Option<Timestamp>,
    /// The driver, once one is known.
    pub driver: Option<DriverRef>,
    /// When the driver came to the address.
    #[serde(default)]
    pub arrived_at: Option<Timestamp>,
    /// How many codes were minted.
    pub codes_minted: u32,
    /// Whether the last one lies ready.
    pub code_ready: bool,
    /// The command under way.
    pub command: Option<PendingCommand>,
    /// Until when an order to open may still leave that the door's own movement has overtaken: it was on record, and not sent yet,
    /// when the door was seen to have moved.
    #[serde(default)]
    pub overtaken_until: Option<Timestamp>,
    /// The last moment at which the door is known to have been, or may have been, not closed for this delivery.
    pub not_closed_at: Option<Timestamp>,
    /// When the door was seen open.
    pub opened_at: Option<Timestamp>,
    /// When the door was seen closed again.
    pub closed_at: Option<Timestamp>,
    /// How many closes of this opening were stopped.
    pub stopped_closes: u8,
    /// How many closes were ordered, and when the last one was.
    pub closes: u32,
    /// When the last close was ordered.
    pub last_close_at: Option<Timestamp>,
    /// An open that seemed to do nothing may yet be carried out late: the door is watched until it was seen closed after this.
    pub watch_until: Option<Timestamp>,
    /// How many times the driver was let back in.
    pub reissues: u8,
    /// Until when a reissued code may be used.
    pub reissue_until: Option<Timestamp>,
    /// Set when the household has taken the right back while the door was in use.
    pub revocation: Option<RevocationReason>,
    /// Set when the parcels were left at the doorstep.
    #[serde(default)]
    pub doorstep: Option<Doorstep>,
    /// Since when a person sees to the door, once one has said so.
    #[serde(default)]
    pub taken_over_at: Option<Timestamp>,
    /// The door as it was last seen in an event.
    pub last_reading: Option<DoorReading>,
    /// When it was booked.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How many entries the log has.
    pub log_length: u64,
    /// The hash of the last one.
    pub log_head: String,
    /// What the log's commitments are salted with.
    pub log_salt: LogSalt,
    /// The platform's signature over the log, once the delivery has ended.
    pub log_signature: Option<String>,
}

/// Who looks at a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Its carrier, and whomever the carrier shows it.
    Carrier,
    /// Its household.
    Household,
}

impl Grant {
    /// Records events that were decided: the grant after them, and the log entries to store with it.
    #[must_use]
    pub fn record(
        self,
        events: Vec<DeliveryEvent>,
        now: Timestamp,
        limits: &Limits,
    ) -> (Self, Vec<LogEntry>) {
        let mut grant = self;
        let mut entries = Vec::with_capacity(events.len());
        for event in events {
            let sequence = grant.log_length + 1;
            let entry = log::entry(
                grant.delivery,
                sequence,
                now,
                &grant.log_head,
                event,
                &grant.log_salt,
            );
            grant = evolve(grant, now, &entry.event, limits);
            grant.log_length = entry.sequence;
            grant.log_head.clone_from(&entry.hash);
            grant.updated_at = now;
            entries.push(entry);
        }
        (grant, entries)
    }

    /// The delivery, as `viewer` sees it: the household's own reasons are for the household.
    #[must_use]
    pub fn view(&self, viewer: Viewer) -> DeliveryView {
        DeliveryView {
            id: self.delivery,
            carrier: self.carrier.clone(),
            purpose: self.purpose,
            state: self.state,
            attention: self.attention,
            window: self.window,
            day: self.day,
            tracking_numbers: self.tracking_numbers.clone(),
            carrier_reference: self.carrier_reference.clone(),
            driver: self.driver.clone(),
            arrived_at: self.arrived_at,
            command: self.command.clone(),
            door: self.last_reading.as_ref().map(DoorView::from),
            revocation: match viewer {
                Viewer::Carrier => self.revocation.map(RevocationReason::shared),
                Viewer::Household => self.revocation,
            },
            doorstep: self.doorstep.clone(),
            taken_over_at: self.taken_over_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
            log_length: self.log_length,
            log_head: self.log_head.clone(),
            log_signature: self.log_signature.clone(),
        }
    }

    /// The right to close this grant's door unattended, judged by all rules of 16 CFR 1211.14.
    ///
    /// # Errors
    /// The rule that forbids it.
    pub fn close_permit(&self, limits: &Limits) -> Result<UnattendedClosePermit, UnattendedCloseBar> {
        let door = &self.door;
        let stopped_closes = if limits.stands(Guard::NoThirdClose) {
            self.stopped_closes
        } else {
            0
        };
        UnattendedClosePermit::judge(door.kind, door.unattended_close, door.close_act, stopped_closes)
    }

    /// Whether this is a delivery of `carrier`: to another it does not exist.
    #[must_use]
    pub fn is_carriers(&self, carrier: &CarrierId, limits: &Limits) -> bool {
        self.carrier == *carrier || !limits.stands(Guard::CarrierOwnsDelivery)
    }

    /// Whether this is a delivery to `household`: to another it does not exist.
    #[must_use]
    pub fn is_households(&self, household: HouseholdId, limits: &Limits) -> bool {
        self.household == household || !limits.stands(Guard::HouseholdOwnsDelivery)
    }

    /// The command under way in `direction`, if there is one.
    #[must_use]
    pub fn pending(&self, direction: Direction) -> Option<&PendingCommand> {
        self.command
            .as_ref()
            .filter(|command| command.direction == direction)
    }

    /// Whether the door may be other than closed because of this delivery, or may yet come to be.
    #[must_use]
    pub const fn door_in_use(&self) -> bool {
        self.watched()
            || matches!(
                self.state,
                GrantState::Opening | GrantState::Open | GrantState::Closing
            )
    }

    /// Whether an order to open that seemed to do nothing may still be carried out late. Only a door that was seen closed at the
    /// end of that time ends it.
    #[must_use]
    pub const fn watched(&self) -> bool {
        self.watch_until.is_some()
    }

    /// Whether an order to open may still leave. Whoever is to send it goes by a clock of its own: the skew that a lapse allows for is
    /// waited out too.
    #[must_use]
    pub fn open_may_leave(&self, now: Timestamp, limits: &Limits) -> bool {
        let unsent = self
            .pending(Direction::Open)
            .filter(|pending| pending.progress == Progress::Requested)
            .map(|pending| pending.send_by);
        unsent
            .max(self.overtaken_until)
            .is_some_and(|until| now < until + limits.lapse_after)
    }

    /// Why nothing may be opened any more though the grant has not ended yet: the refusal of whoever asks.
    #[must_use]
    pub const fn withdrawn(&self) -> Option<Refusal> {
        match (self.revocation, &self.doorstep) {
            (Some(_), _) => Some(Refusal::DeliveryRevoked),
            (None, Some(_)) => Some(Refusal::DeliveryCancelled),
            (None, None) => None,
        }
    }

    /// The end of a grant whose right was taken back, or whose parcels were left at the doorstep.
    fn end_withdrawn(&self) -> Option<DeliveryEvent> {
        match (self.revocation, &self.doorstep) {
            (Some(reason), _) => Some(DeliveryEvent::Revoked { reason }),
            (None, Some(doorstep)) => Some(DeliveryEvent::LeftAtDoorstep {
                reason: doorstep.reason,
                remark: doorstep.remark.clone(),
            }),
            (None, None) => None,
        }
    }

    /// Whether the driver has been inside before: the code at hand, if any, is a reissued one.
    #[must_use]
    pub const fn was_closed(&self) -> bool {
        self.closed_at.is_some()
    }
}
