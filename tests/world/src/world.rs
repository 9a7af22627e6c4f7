//! The platform, put together.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use postern_contract::{
    carrier::{Allowance, CarrierRecord},
    customer::SignUp,
    place::{Address, Locale, Position},
};
use postern_core::{
    Platform,
    grant::Limits,
    ports::{Adapters, Clock, FollowUpError, FollowUps, Subject, SystemChance},
    store::{Item, Store, Write},
};
use postern_embedded_record::{EmbeddedRecord, Faults, Recorder};
use postern_keys::KeyFile;

use crate::{FakeVendor, TestClock};

/// A platform in memory, and what a test holds it by.
pub struct World {
    /// The record.
    pub record: EmbeddedRecord,
    /// The platform.
    pub platform: Platform,
    /// The vendor `opener-cloud`.
    pub vendor: Arc<FakeVendor>,
    /// The clock of both.
    pub clock: TestClock,
}

/// Follow-ups are hints; a test looks by itself.
struct NoHints;

#[async_trait]
impl FollowUps for NoHints {
    async fn look_at(&self, _: Subject, _: Timestamp) -> Result<(), FollowUpError> {
        Ok(())
    }
}

impl World {
    /// A platform with an empty record.
    pub async fn new() -> Self {
        let record = EmbeddedRecord::memory().unwrap();
        let store = Store::new(&record.client(), "postern");
        store.create_table().await.unwrap();
        let north = CarrierRecord {
            name: "North".to_owned(),
            active: true,
            registered_at: Timestamp::UNIX_EPOCH,
            allowance: Allowance::MOST,
        };
        let registered = Write::put_carrier(&"north".parse().unwrap(), &north).unwrap();
        store.transact(vec![registered]).await.unwrap();
        let clock = TestClock::default();
        let vendor = Arc::new(FakeVendor::new(clock.clone()));
        let keys = KeyFile::ephemeral().unwrap();
        let platform = Platform {
            store,
            adapters: Adapters::new(Arc::clone(&vendor) as Arc<_>),
            sealer: Arc::new(keys.sealer()),
            signer: Arc::new(keys.signer()),
            clock: Arc::new(clock.clone()),
            chance: Arc::new(SystemChance::default()),
            follow_ups: Arc::new(NoHints),
            limits: Limits::default(),
            link_redirect_uri: "https://app.example/linked".to_owned(),
        };
        Self {
            record,
            platform,
            vendor,
            clock,
        }
    }

    /// The same platform, on a client that is watched or meddled with.
    #[must_use]
    pub fn through(&self, recorder: Option<Recorder>, faults: Option<Faults>) -> Platform {
        Platform {
            store: Store::new(&self.record.client_with(recorder, faults), "postern"),
            ..self.platform.clone()
        }
    }

    /// Every item of the record, to be checked as a whole.
    pub async fn items(&self) -> Vec<Item> {
        let mut pages = self
            .record
            .client()
            .scan()
            .table_name("postern")
            .into_paginator()
            .items()
            .send();
        let mut items = Vec::new();
        while let Some(item) = pages.next().await {
            items.push(item.unwrap());
        }
        items
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// The address with this house number.
#[must_use]
pub fn address(number: u32) -> Address {
    serde_json::from_value(serde_json::json!({
        "line1": format!("{number} Elm St"),
        "city": "Guelph",
        "region": "ON",
        "postal_code": "N1G 2W1",
        "country": "CA",
    }))
    .unwrap()
}

/// Where every garage of this world stands.
#[must_use]
pub fn position() -> Position {
    Position::new(43.55, -80.25).unwrap()
}

/// What a person at this house number sends to register.
pub(crate) fn sign_up(number: u32) -> SignUp {
    SignUp {
        address: address(number),
        position: position(),
        time_zone: "America/Toronto".to_owned(),
        locale: Locale::EnCa,
    }
}
