//! One carrier's day: its household settles, a delivery is booked, sent out, opened, closed and completed; and its evening: everything
//! that the carrier is shown of the delivery is held against everything else.

use std::{sync::Arc, time::Duration};

use postern_contract::{
    carrier::{AskEligibility, Complete, Dispatch},
    delivery::{DeliveryView, GrantState, Page, Purpose},
    event::LogEntry,
    evidence::BundleStage,
    feed::{CarrierEvent, EventData, FeedPage},
    ids::DeliveryId,
};
use postern_core::{evidence::prove, log};
use postern_end_to_end::stage::{driver, key, open_for};
use postern_local::play::{Answer, CarrierClient};
use tokio::time::sleep;

use crate::town::Town;

/// A carrier after its day, and its delivery as it ended.
pub(crate) struct Lived {
    carrier: CarrierClient,
    ended: DeliveryView,
}

/// Lives the day of this number.
pub(crate) async fn live(town: Arc<Town>, number: usize) -> Lived {
    town.settle(number).await;
    let seed = &town.local.seeds.carriers[number];
    let carrier = CarrierClient::connect(&town.local.addresses, seed).await.unwrap();
    let booking = town.booking(number);
    let question = AskEligibility {
        purpose: Purpose::Delivery,
        address: booking.address.clone(),
        window: Some(booking.window),
        days: Default::default(),
    };
    let answer = carrier.eligibility(&question).await.unwrap();
    assert!(answer.eligible, "carrier {number}: {answer:?}");
    let booked = carrier.book(&key(), &booking).await.unwrap();
    town.booked(number, booked.id);
    town.all_booked.wait().await;

    let armed = carrier
        .dispatch(booked.id, &key(), &Dispatch::default())
        .await
        .unwrap();
    assert_eq!(armed.state, GrantState::Armed, "carrier {number}");
    carrier.open(booked.id, &key(), &open_for(&armed)).await.unwrap();
    until(&carrier, booked.id, |view| view.state == GrantState::Open).await;
    town.all_open.wait().await;
    is_shown_nothing_of(&carrier, town.neighbours_delivery(number), &armed).await;

    carrier.close(booked.id, &key(), &driver()).await.unwrap();
    until(&carrier, booked.id, |view| view.state == GrantState::Closed).await;
    let completed = carrier
        .complete(booked.id, &key(), &Complete::default())
        .await
        .unwrap();
    assert_eq!(
        (completed.state, completed.attention),
        (GrantState::Completed, None),
        "carrier {number}"
    );
    let ended = until(&carrier, booked.id, |view| view.log_signature.is_some()).await;
    Lived { carrier, ended }
}

/// The delivery once `so` holds of it.
async fn until(
    carrier: &CarrierClient,
    delivery: DeliveryId,
    so: impl Fn(&DeliveryView) -> bool,
) -> DeliveryView {
    let mut view = carrier.delivery(delivery).await.unwrap();
    while !so(&view) {
        assert!(!view.state.is_end() || view.log_signature.is_none(), "{view:#?}");
        let path = format!("/v1/deliveries/{delivery}?wait=25&after={}", view.log_length);
        // A signature is no entry of the log, so nobody is woken by it.
        if view.state.is_end() {
            sleep(Duration::from_millis(50)).await;
            view = carrier.delivery(delivery).await.unwrap();
        } else {
            view = carrier.get(&path).await.unwrap().done().unwrap();
        }
    }
    view
}

/// Another carrier's delivery is answered as one that does not exist, whatever is asked of it; so none of this moves a door.
async fn is_shown_nothing_of(carrier: &CarrierClient, foreign: DeliveryId, own: &DeliveryView) {
    let mut answers: Vec<Answer> = Vec::new();
    for path in ["", "/log", "/evidence"] {
        let path = format!("/v1/deliveries/{foreign}{path}");
        answers.push(carrier.get(&path).await.unwrap());
    }
    answers.push(
        carrier
            .verb(foreign, "open", &key(), &open_for(own))
            .await
            .unwrap(),
    );
    answers.push(carrier.verb(foreign, "close", &key(), &driver()).await.unwrap());
    for answer in answers {
        let (status, code) = (answer.status.as_u16(), answer.code());
        assert_eq!(
            (status, code),
            (404, "not_found"),
            "{}: {}",
            answer.what,
            answer.body
        );
    }
}

impl Lived {
    /// Waits until the carrier was told of the end.
    pub(crate) async fn told(&self) {
        let mut after = None;
        loop {
            let page = self.carrier.events(after, 25).await.unwrap();
            let is_last = |event: &CarrierEvent| event.kind.as_str() == "com.postern.delivery.completed";
            if page.items.iter().any(is_last) {
                return;
            }
            after = Some(page.next_cursor);
        }
    }

    /// The list, the log, the feed and the evidence tell one story, and it is this carrier's alone.
    pub(crate) async fn all_agrees(self, town: Arc<Town>) {
        let Self { carrier, ended } = &self;
        let list: Page<DeliveryView> = carrier.get("/v1/deliveries").await.unwrap().done().unwrap();
        assert_eq!(list.items, std::slice::from_ref(ended));
        let entries = carrier.log(ended.id).await.unwrap();
        log::verify(ended.id, &entries).unwrap();
        let proven = prove(&carrier.evidence(ended.id).await.unwrap(), &town.keys).unwrap();
        assert_eq!(proven.bundle.stage, BundleStage::Final);
        assert_eq!((&proven.bundle.delivery, &proven.bundle.log), (ended, &entries));
        assert_eq!(self.feed().await, entries, "the feed of {}", ended.carrier);
    }

    /// The entries that the carrier's feed tells of, read in small pages; all of them this delivery's, numbered without a gap.
    async fn feed(&self) -> Vec<LogEntry> {
        let (mut entries, mut after) = (Vec::new(), String::new());
        loop {
            let path = format!("/v1/events?limit=3{after}");
            let page: FeedPage = self.carrier.get(&path).await.unwrap().done().unwrap();
            assert!(page.items.len() <= 3);
            // A place is the number of all events up to it: none was left out, none told twice.
            let last = entries.len() + page.items.len();
            assert_eq!(page.next_cursor.number(), last as u64);
            if page.items.is_empty() {
                return entries;
            }
            entries.extend(page.items.into_iter().map(|event| self.entry(event)));
            after = format!("&after={}", String::from(page.next_cursor));
        }
    }

    fn entry(&self, event: CarrierEvent) -> LogEntry {
        assert_eq!(event.subject, self.ended.id.to_string());
        assert_eq!(event.source, format!("/carriers/{}", self.ended.carrier));
        match event.data {
            EventData::Delivery(changed) => changed.entry,
            EventData::Webhook(changed) => panic!("no endpoint was made: {changed:?}"),
        }
    }
}
