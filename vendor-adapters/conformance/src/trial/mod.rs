//! One trial: a cloud begun anew, an adapter, and perhaps an account linked through it. What a rule can do and ask for is here.

mod account;
mod door;

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use postern_adapter_sdk::{Clock as _, SystemClock};
use postern_contract::{
    adapter::{
        AdapterError, AdapterReply, AdapterRequest, AdapterResult, Answer, Call, ContractVersion, Description,
    },
    ids::LinkId,
    text::{DoorRef, SealedBlob},
};
use postern_vendor_clouds::Serial;
use serde_json::Value;

use crate::{
    browser::Person,
    heard::{Ears, quoted},
    reach::Reach,
    rig::Rig,
    rule::Found,
};

/// Where vendors' pages lead back to.
pub(crate) const REDIRECT: &str = "https://postern.example/links/callback";
/// The name of the door that every simulated home has.
const MAIN_DOOR: &str = "Main door";
/// How long a call may take.
const CALL_WITHIN: SignedDuration = SignedDuration::from_secs(15);

/// What every trial has to do with.
pub(crate) struct Stand {
    pub(crate) reach: Arc<dyn Reach>,
    pub(crate) rig: Rig,
    pub(crate) person: Person,
    pub(crate) description: Description,
    /// Counts up over all lanes, so that what is numbered by it is told apart.
    pub(crate) number: Arc<AtomicU64>,
}

/// A trial.
pub(crate) struct Trial {
    pub(crate) stand: Arc<Stand>,
    pub(crate) link: LinkId,
    pub(crate) credentials: Option<SealedBlob>,
    main: Option<(DoorRef, Serial)>,
    ears: Mutex<Ears>,
}

impl Trial {
    pub(crate) fn new(stand: Arc<Stand>) -> Self {
        let number = stand.number.fetch_add(1, Ordering::Relaxed);
        let secrets = vec![("the household's password", stand.person.password.clone())];
        Self {
            stand,
            link: LinkId::from_parts(SystemClock.now().as_millisecond().unsigned_abs(), number.into()),
            credentials: None,
            main: None,
            ears: Mutex::new(Ears {
                secrets,
                ..Ears::default()
            }),
        }
    }

    pub(crate) fn ears(&self) -> MutexGuard<'_, Ears> {
        self.ears.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn rig(&self) -> &Rig {
        &self.stand.rig
    }

    fn number(&self) -> u64 {
        self.stand.number.fetch_add(1, Ordering::Relaxed)
    }

    /// Not to be repeated by the adapter from now on.
    pub(crate) fn keep_secret(&self, what: &'static str, secret: &str) {
        self.ears().secrets.push((what, secret.to_owned()));
    }

    /// Sends whatever this is, and brings the reply as it came.
    pub(crate) async fn send(&self, message: Value) -> Result<AdapterReply, Found> {
        let operation = message["call"]["operation"]
            .as_str()
            .unwrap_or("a message")
            .to_owned();
        let asked = self.stand.reach.ask(message.to_string().into_bytes()).await;
        let reply = asked.map_err(|why| Found::Broken(format!("{operation}: {why}")))?;
        let mut ears = self.ears();
        ears.replies.push_str(&String::from_utf8_lossy(&reply));
        ears.replies.push('\n');
        serde_json::from_slice(&reply).map_err(|error| {
            let why = format!(
                "{operation}: the reply {} does not follow the contract: {error}",
                quoted(&reply)
            );
            ears.misshapen.insert(why.clone());
            Found::Broken(why)
        })
    }

    /// One call with this deadline.
    pub(crate) async fn call_by(
        &self,
        call: Call,
        deadline: Timestamp,
    ) -> Result<Result<Answer, AdapterError>, Found> {
        let operation = call.operation();
        let request_id = format!("kit-{}", self.number());
        let request = AdapterRequest {
            contract: ContractVersion::CURRENT,
            request_id: request_id.clone(),
            deadline,
            call,
        };
        let message = serde_json::to_value(&request).map_err(|error| Found::NotSeen(error.to_string()))?;
        let reply = self.send(message).await?;
        let mut wrong = None;
        if reply.request_id != request_id {
            wrong = Some(format!(
                "{operation}: the reply names the call {:?} for {request_id:?}",
                reply.request_id
            ));
        }
        let result = match reply.result {
            AdapterResult::Ok(answer) => {
                let answered = answered(&answer);
                if answered != operation {
                    wrong = Some(format!("{operation}: the reply answers {answered}"));
                }
                Ok(answer)
            }
            AdapterResult::Error(error) => Err(error),
        };
        match wrong {
            None => Ok(result),
            Some(why) => {
                self.ears().misshapen.insert(why.clone());
                Err(Found::Broken(why))
            }
        }
    }

    pub(crate) async fn call(&self, call: Call) -> Result<Result<Answer, AdapterError>, Found> {
        self.call_by(call, SystemClock.now() + CALL_WITHIN).await
    }
}

/// The operation that an answer is for.
fn answered(answer: &Answer) -> String {
    let written = serde_json::to_value(answer).unwrap_or_default();
    written["operation"].as_str().unwrap_or_default().to_owned()
}

fn strange(operation: &str, answer: &Answer) -> Found {
    Found::Broken(format!("{operation}: the reply answers {}", answered(answer)))
}
