//! The line to the adapters, and their invocations: the same JSON bytes that Lambda would carry, over a line that fails.
//!
//! An invocation is a process of its own: it goes on when its caller has died or given up, and it may die itself.

use std::{
    sync::{Arc, OnceLock, atomic::AtomicU64},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use postern_adapter_sdk::Dispatch;
use postern_contract::{
    adapter::{AdapterReply, AdapterRequest, AdapterResult, Answer, Call},
    ids::{CommandId, VendorId},
};
use postern_core::ports::{AdapterTransport, TransportError};
use tokio::time::{sleep, timeout};

use crate::{kinds::Kind, process::Life, scene::Scene, truth::Truth};

/// How long after its deadline an adapter is still listened to.
const GRACE: Duration = Duration::from_secs(1);

tokio::task_local! {
    /// The invocation that is at work in this task.
    pub(crate) static INVOCATION: Arc<Invocation>;
}

/// One invocation of the adapter.
pub(crate) struct Invocation {
    pub(crate) life: Arc<Life>,
    /// The order that it carries, if it carries one.
    pub(crate) command: Option<CommandId>,
    /// Whether it was told a lie by a sensor that flaps.
    pub(crate) lied_to: std::sync::atomic::AtomicBool,
}

/// The adapters' clock: that of the invocation which asks.
pub(crate) struct InvocationClock(pub(crate) Arc<Scene>);

impl postern_adapter_sdk::Clock for InvocationClock {
    fn now(&self) -> Timestamp {
        INVOCATION
            .try_with(|invocation| invocation.life.clock().shows())
            .unwrap_or_else(|_| self.0.now())
    }
}

/// Where the adapters are.
pub(crate) struct Adapters {
    scene: Arc<Scene>,
    truth: Arc<Truth>,
    myq: OnceLock<Arc<dyn Dispatch>>,
    count: AtomicU64,
}

impl Adapters {
    pub(crate) fn new(scene: &Arc<Scene>, truth: &Arc<Truth>) -> Arc<Self> {
        Arc::new(Self {
            scene: Arc::clone(scene),
            truth: Arc::clone(truth),
            myq: OnceLock::new(),
            count: AtomicU64::new(0),
        })
    }

    /// Puts the myQ adapter in its place.
    pub(crate) fn install(&self, myq: Arc<dyn Dispatch>) {
        // It is installed once; a second would be the same.
        let _ = self.myq.set(myq);
    }

    fn invocation(&self, call: &Call) -> Arc<Invocation> {
        let number = self.count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let command = match call {
            Call::DoorOpen(input) => {
                self.scene.secrets.add("a one-time code", input.code.expose());
                Some(input.command)
            }
            Call::DoorClose(input) => Some(input.command),
            _ => None,
        };
        Arc::new(Invocation {
            life: Life::begin(&self.scene, format!("adapter-{number}")),
            command,
            lied_to: false.into(),
        })
    }

    /// Runs an invocation to its end, or to its death.
    async fn invoke(self: Arc<Self>, invocation: Arc<Invocation>, payload: Vec<u8>) -> Option<Vec<u8>> {
        let myq = Arc::clone(self.myq.get()?);
        let work = INVOCATION.scope(
            Arc::clone(&invocation),
            async move { myq.dispatch(&payload).await },
        );
        let reply = tokio::select! {
            biased;
            () = invocation.life.end() => return None,
            reply = work => reply,
        };
        if invocation.lied_to.load(std::sync::atomic::Ordering::Relaxed) {
            self.note_lies(&reply);
        }
        Some(reply)
    }

    /// Remembers the readings of an invocation that was lied to.
    fn note_lies(&self, reply: &[u8]) {
        let Ok(reply) = serde_json::from_slice::<AdapterReply>(reply) else {
            return;
        };
        match reply.result {
            AdapterResult::Ok(Answer::DoorRead(read)) => self.truth.lie(read.reading),
            AdapterResult::Ok(Answer::DoorOpen(accepted) | Answer::DoorClose(accepted)) => {
                self.truth.lie(accepted.before);
            }
            AdapterResult::Error(error) => {
                if let Some(reading) = error.reading {
                    self.truth.lie(reading);
                }
            }
            AdapterResult::Ok(_) => {}
        }
    }
}

/// The end of the line that a process of the platform holds.
pub(crate) struct Line {
    pub(crate) adapters: Arc<Adapters>,
    pub(crate) life: Arc<Life>,
}

#[async_trait]
impl AdapterTransport for Line {
    async fn carry(
        &self,
        vendor: &VendorId,
        payload: Vec<u8>,
        deadline: Timestamp,
    ) -> Result<Vec<u8>, TransportError> {
        if vendor.as_str() != "myq" {
            return Err(TransportError::NoSuchVendor);
        }
        self.life.before("a call of the adapter").await;
        let answer = self.carried(payload, deadline).await;
        self.life.after("a call of the adapter").await;
        answer
    }
}

impl Line {
    async fn carried(&self, payload: Vec<u8>, deadline: Timestamp) -> Result<Vec<u8>, TransportError> {
        let scene = &self.adapters.scene;
        let faults = &scene.faults;
        let request: AdapterRequest = serde_json::from_slice(&payload)
            .map_err(|_| TransportError::NotReached("the request is not of the contract".to_owned()))?;
        let operation = request.call.operation();
        if faults.strikes(Kind::CallNotReached) {
            scene.note(
                self.life.name(),
                format_args!("{operation} does not reach the adapter"),
            );
            return Err(TransportError::NotReached("injected".to_owned()));
        }
        let patience = {
            let left = deadline.duration_since(self.life.clock().shows());
            Duration::try_from(left).unwrap_or_default() + GRACE
        };
        if faults.strikes(Kind::CallLost) {
            scene.note(self.life.name(), format_args!("{operation} is lost on its way"));
            sleep(patience).await;
            return Err(TransportError::NoAnswer("injected".to_owned()));
        }
        let mut way = faults.dice(Kind::CallSlow).between(2, 60);
        if faults.strikes(Kind::CallSlow) {
            way = faults.dice(Kind::CallSlow).between(500, 14_000);
            scene.note(
                self.life.name(),
                format_args!("{operation} takes {way} ms to arrive"),
            );
        }
        let way = Duration::from_millis(way);
        let invocation = self.adapters.invocation(&request.call);
        if let Some(command) = invocation.command {
            scene.note(
                self.life.name(),
                format_args!("{operation} {command} goes to {}", invocation.life.name()),
            );
        }
        if faults.strikes(Kind::CallTwice) {
            let (adapters, payload) = (Arc::clone(&self.adapters), payload.clone());
            let second = self.adapters.invocation(&request.call);
            let apart = faults.dice(Kind::CallTwice).between(0, 4_000);
            scene.note(
                self.life.name(),
                format_args!("{operation} goes to {} too", second.life.name()),
            );
            if let Some(command) = second.command {
                self.adapters.truth.carried_again(command);
            }
            tokio::spawn(async move {
                sleep(Duration::from_millis(apart)).await;
                adapters.invoke(second, payload).await
            });
        }
        // It arrives all the same, whether its caller still listens or not.
        let adapters = Arc::clone(&self.adapters);
        let work = tokio::spawn(async move {
            sleep(way).await;
            adapters.invoke(invocation, payload).await
        });
        match timeout(patience, work).await {
            Ok(Ok(Some(reply))) if !faults.strikes(Kind::AnswerLost) => {
                sleep(Duration::from_millis(
                    faults.dice(Kind::AnswerLost).between(2, 60),
                ))
                .await;
                Ok(reply)
            }
            Ok(Ok(Some(_))) => {
                scene.note(
                    self.life.name(),
                    format_args!("the answer to {operation} is lost"),
                );
                Err(TransportError::NoAnswer("injected".to_owned()))
            }
            Ok(Ok(None)) => Err(TransportError::NoAnswer("the adapter died".to_owned())),
            Ok(Err(_)) => Err(TransportError::NoAnswer("the adapter panicked".to_owned())),
            Err(_) => Err(TransportError::NoAnswer("silent past its deadline".to_owned())),
        }
    }
}
