//! Small pools of ids, moments and bodies: what is drawn from them meets itself often.

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    carrier::{Allowance, CarrierRecord},
    customer::{HouseholdActivity, HouseholdEvent, LinkState},
    delivery::GrantState,
    door::{DoorKind, DoorReading, DoorState, Observer, UnattendedOpen},
    event::{DeliveryEvent, LogEntry},
    ids::{ActivityId, CarrierId, DeliveryId, DoorId, HouseholdId, LinkId, VendorId},
    place::Locale,
    text::{DoorRef, SealedBlob, SecretText},
    unattended::{UnattendedClose, WarningSeconds},
};
use postern_core::{
    consent::Consent,
    household::{Household, HouseholdDoorRecord, Link},
    ports::{Clock, SystemClock},
    store::{CodeRecord, DoorClaim, LinkStatePending, Standing},
    vendor::VendorRecord,
};
use postern_keys::Sealed;
use postern_test_world::{address, position};

/// A place in a pool.
pub(crate) type Pick = u8;

pub(crate) const DELIVERIES: Pick = 2;
pub(crate) const HOUSEHOLDS: Pick = 2;
pub(crate) const LINKS: Pick = 2;
pub(crate) const DOORS: Pick = 2;
pub(crate) const CARRIERS: Pick = 2;
pub(crate) const KEYS: Pick = 2;
pub(crate) const NAMES: Pick = 2;
/// How many moments things happen at.
pub(crate) const MOMENTS: Pick = 6;
pub(crate) const SEQUENCES: [u64; 3] = [2, 10, 9_999_999_999];

/// When ids of the pools came to be, in milliseconds since 1970.
const MINTED_MS: u64 = 1_800_000_000_000;

pub(crate) fn delivery(pick: Pick) -> DeliveryId {
    DeliveryId::from_parts(MINTED_MS, u128::from(pick))
}

/// One of the many that fill a list: younger than those of the pool.
pub(crate) fn crowd(number: u64) -> DeliveryId {
    DeliveryId::from_parts(MINTED_MS + 1 + number, 0)
}

pub(crate) fn household(pick: Pick) -> HouseholdId {
    HouseholdId::from_parts(MINTED_MS, u128::from(pick))
}

pub(crate) fn link(pick: Pick) -> LinkId {
    LinkId::from_parts(MINTED_MS, u128::from(pick))
}

pub(crate) fn door(pick: Pick) -> DoorId {
    DoorId::from_parts(MINTED_MS, u128::from(pick))
}

pub(crate) fn activity(pick: Pick) -> ActivityId {
    ActivityId::from_parts(MINTED_MS, u128::from(pick))
}

pub(crate) fn carrier(pick: Pick) -> CarrierId {
    format!("carrier-{pick}").parse().unwrap()
}

pub(crate) fn vendor() -> VendorId {
    "opener-cloud".parse().unwrap()
}

pub(crate) fn door_ref(pick: Pick) -> DoorRef {
    format!("SER#{pick}").parse().unwrap()
}

/// A name of a person, an address, a lease's holder, an idempotency key: whatever a stranger may choose.
pub(crate) fn name(pick: Pick) -> String {
    format!("name#{pick}")
}

pub(crate) fn state(pick: Pick) -> SecretText {
    SecretText::new(name(pick))
}

/// Half days from a moment that is long past, but not so long that the record would not remove what expired then.
pub(crate) fn at(pick: Pick) -> Timestamp {
    static FIRST: std::sync::OnceLock<Timestamp> = std::sync::OnceLock::new();
    let first = FIRST.get_or_init(|| SystemClock.now() - SignedDuration::from_hours(24 * 400));
    // Whole milliseconds and a part that no sort key keeps.
    let whole = Timestamp::from_second(first.as_second()).unwrap();
    whole + SignedDuration::from_hours(12 * i64::from(pick)) + SignedDuration::from_nanos(1_000_300)
}

/// A grant's body: whatever JSON has.
pub(crate) fn body(of: Pick, carrier: Pick, due: Option<Pick>) -> serde_json::Value {
    let nested = serde_json::json!({"text": "", "at": due, "list": [1, -0.5, "two", true, {}]});
    serde_json::json!({ "of": of, "carrier": carrier, "nested": nested })
}

pub(crate) fn code(number: Pick, redeemed: bool) -> CodeRecord {
    CodeRecord {
        number: u32::from(number),
        sealed: Sealed::from_bytes(vec![number; 40]),
        hash: "ab".repeat(32),
        redeemed_at: redeemed.then(|| at(0)),
    }
}

/// Where a delivery stands after each of its entries: no rule of the record is about it.
pub(crate) const STANDING: Standing = Standing {
    state: GrantState::Armed,
    attention: None,
};

pub(crate) fn entry(of: Pick, sequence: u64, when: Pick) -> LogEntry {
    LogEntry {
        delivery: delivery(of),
        sequence,
        at: at(when),
        previous: "0".repeat(64),
        event: DeliveryEvent::Armed {
            code_number: u32::from(when),
        },
        commitment: None,
        hash: "1".repeat(64),
    }
}

pub(crate) fn happened(which: Pick, when: Pick) -> HouseholdActivity {
    HouseholdActivity {
        id: activity(which),
        at: at(when),
        event: HouseholdEvent::TurnedOn,
    }
}

pub(crate) fn registered(pick: Pick) -> Household {
    Household {
        id: household(pick),
        address: address(u32::from(pick) + 1),
        position: position(),
        time_zone: "America/Toronto".to_owned(),
        locale: Locale::FrCa,
        created_at: at(0),
    }
}

pub(crate) fn consent(version: u64, enabled: bool) -> Consent {
    Consent {
        version,
        enabled,
        ..Consent::initial()
    }
}

pub(crate) fn tie(which: Pick, broken: bool, refresh: Pick) -> Link {
    Link {
        id: link(which),
        vendor: vendor(),
        state: if broken {
            LinkState::Broken
        } else {
            LinkState::Active
        },
        credentials: SealedBlob::new(format!("sealed-{refresh}")),
        refresh_at: at(refresh),
        linked_at: at(0),
    }
}

pub(crate) fn login(whose: Pick, expires: Pick) -> LinkStatePending {
    LinkStatePending {
        household: household(whose),
        link: link(0),
        vendor: vendor(),
        session: SealedBlob::new("session"),
        redirect_uri: "https://app.example/linked".to_owned(),
        expires_at: at(expires),
        form: None,
    }
}

pub(crate) fn opener(which: Pick, through: Pick) -> HouseholdDoorRecord {
    HouseholdDoorRecord {
        id: door(which),
        link: link(through),
        vendor: vendor(),
        door_ref: door_ref(which),
        opener: None,
        name: "Left".parse().unwrap(),
        site: None,
        kind: DoorKind::Sectional,
        unattended_open: UnattendedOpen::Allowed,
        unattended_close: UnattendedClose::Allowed {
            warning_seconds: WarningSeconds::LEAST,
        },
        reading: DoorReading {
            state: DoorState::Closed,
            online: true,
            obstructed: None,
            battery: None,
            observed_by: Observer::VendorCloud,
            observed_at: at(0),
            changed_at: None,
            read_at: at(0),
            stale: false,
        },
    }
}

pub(crate) fn claim((whose, which): (Pick, Pick)) -> DoorClaim {
    DoorClaim {
        household: household(whose),
        door: door(which),
    }
}

pub(crate) fn carrier_record(active: bool) -> CarrierRecord {
    CarrierRecord {
        name: "North".to_owned(),
        active,
        registered_at: at(0),
        allowance: Allowance::default(),
    }
}

pub(crate) fn vendor_record(active: bool) -> VendorRecord {
    VendorRecord {
        name: "Opener Cloud".to_owned(),
        adapter: "adapter".to_owned(),
        active,
        contract: postern_contract::adapter::ContractVersion::CURRENT,
        registered_at: at(0),
        proven: None,
    }
}
