//! The record as a process reaches it: through a client of its own, around each call of which its life and the weather stand.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use postern_embedded_record::{Fault, Hook, InlineRecord};
use tokio::time::sleep;

use crate::{kinds::Kind, process::Life, scene::Scene};

/// What stands around each call of a process to the record.
struct Gate {
    scene: Arc<Scene>,
    life: Arc<Life>,
}

/// A client of the record for one life of a process.
pub(crate) fn client(record: &InlineRecord, scene: &Arc<Scene>, life: &Arc<Life>) -> Client {
    let gate = Gate {
        scene: Arc::clone(scene),
        life: Arc::clone(life),
    };
    record.client(Some(Arc::new(gate)))
}

const FAULTS: [(Kind, Fault); 7] = [
    (Kind::RecordThrottled, Fault::Throttled),
    (Kind::RecordAccountThrottled, Fault::AccountThrottled),
    (Kind::RecordConflict, Fault::Conflict),
    (Kind::RecordServerError, Fault::ServerError),
    (Kind::RecordNotConnected, Fault::NotConnected),
    (Kind::RecordTimeoutBefore, Fault::TimeoutBefore),
    (Kind::RecordTimeoutAfter, Fault::TimeoutAfter),
];

#[async_trait]
impl Hook for Gate {
    async fn before(&self, operation: &str) -> Option<Fault> {
        self.scene.called(self.life.name(), operation);
        self.life.before(operation).await;
        let faults = &self.scene.faults;
        sleep(latency(faults.dice(Kind::RecordSlow).between(1, 8))).await;
        if faults.strikes(Kind::RecordSlow) {
            // Longer than an attempt may take, at times: then the client gives up before or after the engine has acted.
            let slow = faults.dice(Kind::RecordSlow).between(50, 3_000);
            self.scene
                .note(self.life.name(), format_args!("{operation} takes {slow} ms"));
            sleep(latency(slow)).await;
        }
        self.life.go_on().await;
        let struck = FAULTS.iter().find(|(kind, _)| {
            let conflicts = *kind != Kind::RecordConflict || operation == "TransactWriteItems";
            conflicts && faults.strikes(*kind)
        });
        struck.map(|(kind, fault)| {
            self.scene
                .note(self.life.name(), format_args!("{operation}: {kind}"));
            *fault
        })
    }

    async fn after(&self, operation: &str) {
        let faults = &self.scene.faults;
        let after = faults.dice(Kind::RecordTimeoutAfter).between(1, 8);
        sleep(latency(after)).await;
        if faults.strikes_at(Kind::RecordSlow, 0.3) {
            let slow = faults.dice(Kind::RecordSlow).between(50, 3_000);
            self.scene.note(
                self.life.name(),
                format_args!("the answer to {operation} takes {slow} ms"),
            );
            sleep(latency(slow)).await;
        }
        self.life.after(operation).await;
    }
}

const fn latency(ms: u64) -> Duration {
    Duration::from_millis(ms)
}
