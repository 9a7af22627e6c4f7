//! The common steps of a life in this world: a household, its link, its door, a delivery.

use jiff::SignedDuration;
use postern_contract::{
    carrier::{BookDelivery, Dispatch, OpenDoor},
    customer::{ChooseDoor, FinishLink},
    delivery::{DeliveryView, Window},
    ids::{DeliveryId, DoorId, HouseholdId, LinkId},
    place::Fix,
    text::SecretText,
};
use postern_core::{
    Error,
    deliveries::{self, Idempotent},
    households, links,
    rates::Admission,
};

use crate::{
    World,
    world::{address, position, sign_up},
};

impl World {
    /// Registers the household of `person` at this house number.
    pub async fn household(&self, person: &str, number: u32) -> HouseholdId {
        let signed_up = households::sign_up(&self.platform, person, sign_up(number)).await;
        signed_up.unwrap().household.id
    }

    /// Links the household to an account of the vendor.
    pub async fn link(&self, household: HouseholdId, account: &str) -> LinkId {
        let vendor = "opener-cloud".parse().unwrap();
        links::begin(&self.platform, household, vendor).await.unwrap();
        let finish = FinishLink {
            state: self.vendor.last_state(),
            code: SecretText::new(account),
        };
        links::finish(&self.platform, household, finish).await.unwrap().id
    }

    /// The household's door of this name at its vendor.
    pub async fn door(&self, household: HouseholdId, door: &str) -> DoorId {
        let doors = self.platform.store.doors_of(household).await.unwrap();
        let found = doors.iter().find(|one| one.doc.door_ref.as_str() == door);
        found.unwrap().doc.id
    }

    /// Chooses a door, with everything allowed.
    pub async fn choose(&self, household: HouseholdId, door: DoorId) {
        let choice = ChooseDoor {
            door,
            door_is_sectional: true,
            allow_unattended_close: true,
        };
        links::choose_door(&self.platform, household, choice)
            .await
            .unwrap();
    }

    /// A household at this house number that takes deliveries: its account is `account-N`, its door `door-N`.
    pub async fn ready(&self, number: u32) -> HouseholdId {
        let (account, door) = (format!("account-{number}"), format!("door-{number}"));
        self.vendor.add_door(&account, &door);
        let household = self.household(&format!("person-{number}"), number).await;
        self.link(household, &account).await;
        let door = self.door(household, &door).await;
        self.choose(household, door).await;
        households::turn_on(&self.platform, household).await.unwrap();
        household
    }

    /// A request of the carrier `north` under a new idempotency key.
    #[must_use]
    pub fn carrier(&self) -> Idempotent {
        Idempotent {
            carrier: "north".parse().unwrap(),
            key: self.platform.new_command().to_string(),
            fingerprint: "f".repeat(64),
        }
    }

    /// Books a delivery for the coming hour at this house number.
    ///
    /// # Errors
    /// As the flow.
    pub async fn try_book(&self, number: u32) -> Result<DeliveryView, Error> {
        let now = self.now();
        let booking = BookDelivery {
            address: address(number),
            window: Window::new(
                now - SignedDuration::from_mins(1),
                now + SignedDuration::from_hours(1),
            )
            .unwrap(),
            tracking_numbers: vec!["1Z999".parse().unwrap()],
            carrier_reference: None,
            purpose: postern_contract::delivery::Purpose::Delivery,
        };
        deliveries::book(&self.platform, &self.carrier(), booking).await
    }

    /// Books a delivery for the coming hour and sends it out.
    pub async fn armed(&self, number: u32) -> DeliveryId {
        let booked = self.try_book(number).await.unwrap();
        let caller = self.carrier();
        deliveries::dispatch(&self.platform, &caller, booked.id, Dispatch::default())
            .await
            .unwrap();
        booked.id
    }

    /// The driver at the door asks to open it.
    ///
    /// # Errors
    /// As the flow.
    pub async fn open(&self, delivery: DeliveryId) -> Result<DeliveryView, Error> {
        let body = OpenDoor {
            driver: "drv:1".parse().unwrap(),
            position: Fix::new(position(), 5.0).unwrap(),
            tracking_number: "1Z999".parse().unwrap(),
        };
        deliveries::open(
            &self.platform,
            &self.carrier(),
            delivery,
            body,
            Admission::uncounted(),
        )
        .await
    }
}
