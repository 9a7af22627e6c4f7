//! The town: one local platform, and for each number a carrier, a person, an opener and an address of its own.

use std::sync::Mutex;

use postern_contract::{
    carrier::BookDelivery,
    customer::{ChooseDoor, SignUp},
    ids::DeliveryId,
};
use postern_core::evidence::BundleKeys;
use postern_end_to_end::stage::config;
use postern_local::{
    LocalConfig, LocalPlatform, SeedCarrier, SeedPerson, Seeds,
    play::{self, CarrierClient, CustomerClient},
};
use postern_vendor_clouds::{Direction, Email, Serial, config::DoorPlan};
use secrecy::SecretString;
use tokio::sync::Barrier;

/// A local platform with many carriers.
pub(crate) struct Town {
    pub(crate) local: LocalPlatform,
    /// Passed once everybody has come so far: what follows is done by all at the same time.
    pub(crate) all_booked: Barrier,
    /// Passed once every door stands open.
    pub(crate) all_open: Barrier,
    /// The keys that everything is signed by.
    pub(crate) keys: BundleKeys,
    doors: Vec<Serial>,
    deliveries: Mutex<Vec<Option<DeliveryId>>>,
}

impl Town {
    /// A town with so many carriers.
    pub(crate) async fn of(size: usize) -> Self {
        let usual = config();
        let seeds = Seeds {
            carriers: (0..size)
                .map(|number| carrier(&usual.seeds.carriers[0], number))
                .collect(),
            people: (0..size)
                .map(|number| person(&usual.seeds.people[0], number))
                .collect(),
        };
        let local = LocalPlatform::start(LocalConfig { seeds, ..usual })
            .await
            .unwrap();
        let doors = (0..size).map(|number| opener(&local, number)).collect();
        let first = CarrierClient::connect(&local.addresses, &local.seeds.carriers[0]);
        let keys = BundleKeys::from(&first.await.unwrap().signing_keys().await.unwrap());
        Self {
            local,
            all_booked: Barrier::new(size),
            all_open: Barrier::new(size),
            keys,
            doors,
            deliveries: Mutex::new(vec![None; size]),
        }
    }

    /// The household of this number: signed up, its opener linked, its door chosen, delivery on.
    pub(crate) async fn settle(&self, number: usize) -> CustomerClient {
        let token = self
            .local
            .issuer()
            .mint_for_person(&self.local.seeds.people[number].id);
        let customer = CustomerClient::with_token(&self.local.addresses, token.unwrap()).unwrap();
        customer.sign_up(&household(number)).await.unwrap();
        customer.link("myq", &email(number), &password()).await.unwrap();
        let doors = customer.doors().await.unwrap();
        assert_eq!(doors.len(), 1, "household {number}");
        let choice = ChooseDoor {
            door: doors[0].id,
            door_is_sectional: true,
            allow_unattended_close: true,
        };
        customer.choose(&choice).await.unwrap();
        customer.turn_on().await.unwrap();
        customer
    }

    /// What the carrier of this number books.
    pub(crate) fn booking(&self, number: usize) -> BookDelivery {
        BookDelivery {
            address: household(number).address,
            ..play::booking(self.local.platform.now(), &format!("PARCEL-{number}"))
        }
    }

    /// Lets the others know of a delivery.
    pub(crate) fn booked(&self, number: usize, delivery: DeliveryId) {
        self.deliveries.lock().unwrap()[number] = Some(delivery);
    }

    /// The delivery of the carrier after this one.
    pub(crate) fn neighbours_delivery(&self, number: usize) -> DeliveryId {
        let deliveries = self.deliveries.lock().unwrap();
        deliveries[(number + 1) % deliveries.len()].unwrap()
    }

    /// By the vendor's own journal: each door went up once and down once, by one order each.
    pub(crate) async fn assert_every_door_moved_once(&self) {
        for (number, door) in self.doors.iter().enumerate() {
            let moved = |way| self.local.cloud().times_moved(door, way).unwrap();
            assert_eq!(
                (moved(Direction::Open), moved(Direction::Close)),
                (1, 1),
                "door {number}"
            );
        }
    }
}

fn carrier(like: &SeedCarrier, number: usize) -> SeedCarrier {
    SeedCarrier {
        id: format!("carrier-{number}").parse().unwrap(),
        name: format!("Carrier {number}"),
        ..like.clone()
    }
}

fn person(like: &SeedPerson, number: usize) -> SeedPerson {
    SeedPerson {
        id: format!("person-{number}"),
        email: email(number),
        ..like.clone()
    }
}

fn email(number: usize) -> String {
    format!("person-{number}@example.com")
}

fn password() -> SecretString {
    SecretString::from("correct horse")
}

fn household(number: usize) -> SignUp {
    let mut household = play::household();
    household.address.line1 = format!("{} Elm Street", number + 100).parse().unwrap();
    household
}

/// An account at the vendor with a home and a door.
fn opener(local: &LocalPlatform, number: usize) -> Serial {
    let (cloud, owner) = (local.cloud(), Email::from(email(number).as_str()));
    cloud.add_user(&owner, &password()).unwrap();
    let home = cloud.add_home(&owner, "Home").unwrap();
    cloud
        .add_door(&home, &DoorPlan::closed(&format!("Door {number}")))
        .unwrap()
}
