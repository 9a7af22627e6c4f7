//! The stage on which the tests play: a local platform in memory, a household with its door linked, a carrier. Whatever goes wrong
//! here fails the test by panicking.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use jiff::{SignedDuration, tz::TimeZone};
use postern_contract::{
    carrier::{Allowance, CloseDoor, Complete, Dispatch, OpenDoor},
    delivery::{DeliveryView, GrantState, Window},
    event::LogEntry,
    ids::DeliveryId,
};
use postern_core::log;
use postern_local::{
    DataPlace, LocalConfig, LocalPlatform,
    play::{Answer, CarrierClient, CustomerClient, at_the_door, booking, household, set_up},
};
use postern_vendor_clouds::{Control, Direction, Serial};
use tokio::time::{sleep, timeout};

/// The longest that anything may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A platform with its people.
#[derive(Debug)]
pub struct Stage {
    /// The platform.
    pub local: LocalPlatform,
    /// The household's app.
    pub customer: CustomerClient,
    /// The carrier's system.
    pub carrier: CarrierClient,
    /// The household's door, as the vendor's cloud knows it.
    pub door: Serial,
}

/// A platform whose door moves sixty times faster than a real one, and whose carriers may ask for as much as an operator may allow.
pub fn config() -> LocalConfig {
    let mut config = LocalConfig::at(DataPlace::Memory).faster(60.0);
    for carrier in &mut config.seeds.carriers {
        carrier.allowance = Allowance::MOST;
    }
    config
}

/// A key that was not used before.
pub fn key() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("key-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// The driver, as a body for closing.
pub fn driver() -> CloseDoor {
    CloseDoor {
        driver: "driver-7".parse().unwrap(),
    }
}

impl Stage {
    /// A platform with the usual settings.
    pub async fn set() -> Self {
        Self::with(config()).await
    }

    /// A platform with these settings.
    pub async fn with(config: LocalConfig) -> Self {
        let local = LocalPlatform::start(config).await.unwrap();
        let customer = set_up(&local).await.unwrap();
        let carrier = CarrierClient::connect(&local.addresses, &local.seeds.carriers[0])
            .await
            .unwrap();
        let door = local.cloud().door_named("Main door").unwrap();
        Self {
            local,
            customer,
            carrier,
            door,
        }
    }

    /// A delivery that is booked, its window around the present.
    pub async fn booked(&self, parcel: &str) -> DeliveryView {
        self.carrier
            .book(&key(), &booking(self.local.platform.now(), parcel))
            .await
            .unwrap()
    }

    /// A window that begins after at most `within`, yet on this day by the household's clock: for a delivery that is armed at its dispatch and
    /// may not be opened yet. In the last seconds of a day it waits for the next.
    pub async fn window_later_today(&self, within: SignedDuration) -> Window {
        let zone = TimeZone::get(&household().time_zone).unwrap();
        loop {
            let now = self.local.platform.now();
            let midnight = now
                .to_zoned(zone.clone())
                .tomorrow()
                .unwrap()
                .start_of_day()
                .unwrap();
            let left = midnight.timestamp().duration_since(now);
            if left > SignedDuration::from_secs(20) {
                let starts_at = now + within.min(left / 2);
                return Window::new(starts_at, starts_at + SignedDuration::from_hours(1)).unwrap();
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// A delivery that is out and armed.
    pub async fn armed(&self, parcel: &str) -> DeliveryView {
        let booked = self.booked(parcel).await;
        let armed = self
            .carrier
            .dispatch(booked.id, &key(), &Dispatch::default())
            .await
            .unwrap();
        assert_eq!(armed.state, GrantState::Armed);
        armed
    }

    /// A delivery whose door stands open.
    pub async fn opened(&self, parcel: &str) -> DeliveryView {
        let armed = self.armed(parcel).await;
        let open = self
            .carrier
            .open(armed.id, &key(), &open_for(&armed))
            .await
            .unwrap();
        assert_eq!(open.state, GrantState::Open);
        open
    }

    /// Asks to open under `key`, and holds the line for nothing.
    pub async fn ask_to_open(&self, delivery: &DeliveryView, key: &str) -> Answer {
        self.carrier
            .verb(delivery.id, "open", key, &open_for(delivery))
            .await
            .unwrap()
    }

    /// Closes and completes a delivery whose door stands open.
    pub async fn closed_and_completed(&self, delivery: DeliveryId) -> DeliveryView {
        let closed = self.carrier.close(delivery, &key(), &driver()).await.unwrap();
        assert_eq!(closed.state, GrantState::Closed);
        self.carrier
            .complete(delivery, &key(), &Complete::default())
            .await
            .unwrap()
    }

    /// The delivery once `so` holds of it.
    pub async fn until(&self, delivery: DeliveryId, so: impl Fn(&DeliveryView) -> bool) -> DeliveryView {
        let wait = async {
            loop {
                let view = self.carrier.delivery(delivery).await.unwrap();
                if so(&view) {
                    return view;
                }
                sleep(Duration::from_millis(20)).await;
            }
        };
        match timeout(PATIENCE, wait).await {
            Ok(view) => view,
            Err(_) => panic!(
                "it never came to that: {:#?}",
                self.carrier.delivery(delivery).await
            ),
        }
    }

    /// The same, where the stage is myQ's.
    pub fn myq(&self) -> &Control {
        self.cloud()
    }

    /// The controls of the vendor's cloud.
    pub fn cloud(&self) -> &Control {
        self.local.cloud()
    }

    /// How often the door really began to move up.
    pub fn times_opened(&self) -> usize {
        self.myq().times_moved(&self.door, Direction::Open).unwrap()
    }

    /// How often the door really began to move down.
    pub fn times_closed(&self) -> usize {
        self.myq().times_moved(&self.door, Direction::Close).unwrap()
    }

    /// The delivery's log, checked to be whole.
    pub async fn log(&self, delivery: DeliveryId) -> Vec<LogEntry> {
        let entries = self.carrier.log(delivery).await.unwrap();
        log::verify(delivery, &entries).unwrap();
        entries
    }

    /// The names of what happened.
    pub async fn story(&self, delivery: DeliveryId) -> Vec<&'static str> {
        self.log(delivery)
            .await
            .iter()
            .map(|entry| entry.event.name())
            .collect()
    }
}

/// The driver at the door, with the delivery's first parcel.
pub fn open_for(delivery: &DeliveryView) -> OpenDoor {
    OpenDoor {
        driver: driver().driver,
        position: at_the_door(),
        tracking_number: delivery.tracking_numbers[0].clone(),
    }
}

/// Waits until `so`, and fails when it never is.
pub async fn eventually(what: &str, so: impl Fn() -> bool) {
    let wait = async {
        while !so() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(
        timeout(PATIENCE, wait).await.is_ok(),
        "it never came to that: {what}"
    );
}
