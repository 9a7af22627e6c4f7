//! The end of a run: the faults stop, everything comes to its end, and is judged.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use aws_sdk_dynamodb::types::AttributeValue;
use postern_core::{grant::Grant, promises::Promise};
use postern_keys::Signer;
use postern_vendor_clouds::{Direction, control::LockOutOrder};
use tokio::time::sleep;

use crate::{
    ends::{Judge, Outcome},
    platforms::TABLE,
    scene::lock,
    stage::Stage,
    truth::DoorLife,
    workload::Workload,
};

/// The longest that everything may take to come to an end once nothing goes wrong any more: the longest window that is still open, a
/// door watched for a late open, a door that a person has taken over, a delivery that is completed by itself.
const SETTLES_WITHIN: Duration = Duration::from_secs(6 * 3600);
/// When, after that, a person has seen what needs one and closed the door.
const PERSON_COMES: Duration = Duration::from_secs(1800);

impl Stage {
    /// Nothing goes wrong any more: everything must come to its end, and is judged.
    pub(crate) async fn settle(&self, workload: &Workload) -> Outcome {
        let scene = &self.scene;
        scene.note("stage", format_args!("the faults end"));
        scene.faults.end();
        self.doors.heal();
        for household in &self.households {
            let _ = self.cloud.control.lock_out(&LockOutOrder {
                email: household.email.clone(),
                seconds: 0,
                retry_after: false,
            });
            household.restore(&household.email, &household.password).await;
        }
        // What a fault began a moment ago may still pass: a door off the net, a movement that comes late.
        sleep(PERSON_COMES).await;
        self.doors.heal();
        self.person_comes().await;
        let latest = workload.deliveries.iter().map(|delivery| delivery.window.1).max();
        if let Some(latest) = latest {
            scene.time.until(latest).await;
        }
        let deadline = scene.time.gone() + SETTLES_WITHIN;
        while scene.time.gone() < deadline && !self.all_ended().await {
            sleep(Duration::from_secs(600)).await;
            self.person_comes().await;
        }
        sleep(Duration::from_secs(120)).await;
        self.judge().await
    }

    /// Whoever was told comes and closes the door by hand.
    async fn person_comes(&self) {
        for serial in self.doors.all() {
            let _ = self
                .cloud
                .control
                .press_wall_button(&serial, Some(Direction::Close));
        }
        for household in &self.households {
            household.see_to_the_door().await;
        }
    }

    async fn all_ended(&self) -> bool {
        let deliveries: Vec<_> = self.truth.all_booked().into_keys().collect();
        let mut ended = true;
        for some in deliveries.chunks(50) {
            let grants = self.witness.record.grants::<Grant>(some).await;
            ended &= grants.is_ok_and(|grants| {
                grants
                    .iter()
                    .all(|grant| grant.state.is_end() && grant.log_signature.is_some())
            });
        }
        ended
    }

    async fn judge(&self) -> Outcome {
        let serials = lock(&self.witness.serials).clone();
        let mut lives = BTreeMap::new();
        for serial in &serials {
            let entries = self.cloud.control.motions(Some(serial), 0).unwrap_or_default();
            lives.insert(serial.clone(), DoorLife::read(&entries, self.vendor_skew));
        }
        let key = self.parts.keys.signer().public_key().await;
        let judge = Judge {
            scene: &self.scene,
            truth: &self.truth,
            record: &self.witness.record,
            serials: &serials,
            lives: &lives,
            key: key.expect("a key in hand is there"),
        };
        let outcome = judge.deliveries().await;
        self.record_at_rest().await;
        let (found, texts) = self.scene.secrets.search();
        for text in &found {
            self.scene.check(Promise::SecretsKept, false, || text.clone());
        }
        for _ in 0..texts.saturating_sub(found.len() as u64) {
            self.scene.check(Promise::SecretsKept, true, String::new);
        }
        for (state, count) in &outcome.ends {
            self.scene.note("judge", format_args!("{count} {state}"));
        }
        outcome
    }

    /// The whole record, to be searched for secrets.
    async fn record_at_rest(&self) {
        let mut pages = self.inline.scan().table_name(TABLE).into_paginator().send();
        while let Some(Ok(page)) = pages.next().await {
            for item in page.items() {
                let item = without_salt(item.clone());
                self.scene
                    .secrets
                    .seen("an item of the record", format!("{item:?}"));
            }
        }
    }
}

/// The item without the salt of its log, which is as random as a code, opens nothing, and is kept nowhere but here: in an answer or a
/// line of a log it would be found.
fn without_salt(mut item: HashMap<String, AttributeValue>) -> HashMap<String, AttributeValue> {
    if let Some(AttributeValue::M(grant)) = item.get_mut("doc") {
        grant.remove("log_salt");
    }
    item
}
