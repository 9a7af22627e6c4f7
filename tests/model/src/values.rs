//! The real values behind the model's small ones: a household, its door, a booking, and moments that are ticks.
//!
//! A tick is a second. The rules only compare moments and add limits to them, so a limit of three ticks is as good as one of
//! ninety seconds: what counts is which of two moments comes first, and within the horizon of a configuration each deadline falls
//! before, on and after every other.

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    delivery::Window,
    door::{DoorKind, DoorReading, DoorState, Observer, UnattendedOpen},
    ids::{CarrierId, CommandId, DeliveryId, DoorId, HouseholdId, LinkId},
    place::{Fix, Position},
    text::{DriverRef, TrackingNumber},
    unattended::{DeliberateAct, UnattendedClose, WarningSeconds},
};
use postern_core::{
    consent::{ChosenDoor, Consent},
    grant::{Booking, DeliverySite, GrantedDoor, Policy},
    log::LogSalt,
};

/// A moment, in ticks from the start.
pub type Tick = u8;

/// Midnight of the delivery's day, which is tick 1: a delivery dispatched at tick 0 is armed by the guardian.
const MIDNIGHT_S: i64 = 1_795_392_000;

/// The moment of a tick.
#[must_use]
pub fn at(tick: Tick) -> Timestamp {
    Timestamp::from_second(MIDNIGHT_S - 1 + i64::from(tick)).expect("a second of the year 2026")
}

/// The tick of a moment: 0 for what lies before the start, the last for what lies far ahead.
#[must_use]
pub fn tick(moment: Timestamp) -> Tick {
    let passed = (moment.as_second() - MIDNIGHT_S + 1).clamp(0, i64::from(Tick::MAX));
    Tick::try_from(passed).unwrap_or(Tick::MAX)
}

/// That many ticks.
#[must_use]
pub const fn ticks(count: Tick) -> SignedDuration {
    SignedDuration::from_secs(count as i64)
}

/// A driver of the carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Driver(pub u8);

/// An order, counted from the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Order(pub u8);

/// What a household agrees to at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Agreed {
    /// Counts every change.
    pub version: u8,
    /// Whether in-garage delivery is on.
    pub enabled: bool,
    /// Until when it is paused; 0 when it is not.
    pub paused_until: Tick,
}

impl Agreed {
    /// On, and nothing else.
    pub const START: Self = Self {
        version: 1,
        enabled: true,
        paused_until: 0,
    };

    /// Changes it, and counts that.
    pub fn change(&mut self, change: impl FnOnce(&mut Self)) {
        change(self);
        self.version += 1;
    }

    /// Whether an open may be decided at `now`.
    #[must_use]
    pub const fn covers(self, now: Tick) -> bool {
        self.enabled && now >= self.paused_until
    }
}

/// What was seen of the door, and when: what a reading says, as small as it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seen {
    /// The door's state, by its place in [`STATES`].
    pub state: u8,
    /// Whether something stands in its way.
    pub blocked: bool,
    /// When it was observed, by the observer's clock.
    pub observed: Tick,
    /// When its state last changed, where the vendor tells.
    pub changed: Option<Tick>,
}

/// The states that a door is seen in.
pub const STATES: [DoorState; 4] = [
    DoorState::Closed,
    DoorState::Opening,
    DoorState::Open,
    DoorState::Closing,
];

/// The reading that says what was seen.
#[must_use]
pub fn reading(seen: Seen) -> DoorReading {
    let observed_at = at(seen.observed);
    DoorReading {
        state: STATES[usize::from(seen.state)],
        online: true,
        obstructed: Some(seen.blocked),
        battery: None,
        observed_by: Observer::VendorCloud,
        observed_at,
        changed_at: seen.changed.map(at),
        read_at: observed_at,
        stale: false,
    }
}

/// The carrier that books, and one that did not.
#[must_use]
pub fn carrier(own: bool) -> CarrierId {
    let name = if own { "north" } else { "south" };
    name.parse().expect("a carrier's name")
}

/// The household whose door it is, and another.
#[must_use]
pub const fn household(own: bool) -> HouseholdId {
    HouseholdId::from_parts(1, if own { 3 } else { 13 })
}

/// A driver's reference.
#[must_use]
pub fn driver(driver: Driver) -> DriverRef {
    format!("driver-{}", driver.0)
        .parse()
        .expect("a driver's reference")
}

/// An order's id.
#[must_use]
pub const fn command(order: Order) -> CommandId {
    CommandId::from_parts(1, order.0 as u128)
}

/// The parcel of the delivery, and one of another.
#[must_use]
pub fn parcel(own: bool) -> TrackingNumber {
    let name = if own { "A1" } else { "Z9" };
    name.parse().expect("a tracking number")
}

/// A fix at the door, or a kilometre away from it.
#[must_use]
pub fn fix(near: bool) -> Fix {
    let latitude = if near { 43.55 } else { 43.56 };
    let position = Position::new(latitude, -80.25).expect("a place on Earth");
    Fix::new(position, 5.0).expect("five metres")
}

/// What a household agrees to, as the rules read it.
#[must_use]
pub fn policy(agreed: Agreed) -> Policy {
    let mut consent = Consent::initial().changed(|consent| {
        consent.enabled = agreed.enabled;
        consent.preferences.paused_until = (agreed.paused_until > 0).then(|| at(agreed.paused_until));
        consent.delivery_door = Some(ChosenDoor {
            door: DoorId::from_parts(1, 1),
            sectional: true,
            unattended_close: Some(DeliberateAct { at: at(0) }),
        });
    });
    consent.version = u64::from(agreed.version);
    Policy {
        consent,
        position: Position::new(43.55, -80.25).expect("a place on Earth"),
        time_zone: "UTC".to_owned(),
    }
}

/// The household as a place to deliver to.
#[must_use]
pub fn site() -> DeliverySite {
    DeliverySite {
        household: household(true),
        policy: policy(Agreed::START),
        door: Some(GrantedDoor {
            door: DoorId::from_parts(1, 1),
            link: LinkId::from_parts(1, 2),
            vendor: "some-vendor".parse().expect("a vendor's name"),
            door_ref: "garage-1".parse().expect("a door's name"),
            opener: None,
            kind: DoorKind::Sectional,
            unattended_open: UnattendedOpen::Allowed,
            unattended_close: UnattendedClose::Allowed {
                warning_seconds: WarningSeconds::LEAST,
            },
            close_act: Some(DeliberateAct { at: at(0) }),
        }),
    }
}

/// A delivery's window, from one tick up to another.
#[must_use]
pub fn window((from, until): (Tick, Tick)) -> Window {
    Window::new(at(from), at(until)).expect("a window that ends after it starts")
}

/// What the carrier books, for a window from one tick up to another.
#[must_use]
pub fn booking(booked: (Tick, Tick)) -> Booking {
    Booking {
        delivery: DeliveryId::from_parts(1, 4),
        carrier: carrier(true),
        window: window(booked),
        tracking_numbers: vec![parcel(true)],
        carrier_reference: None,
        purpose: postern_contract::delivery::Purpose::Delivery,
        log_salt: LogSalt::new([4; 32]),
    }
}
