//! A fake adapter, which does what a test tells it to.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use postern_adapter_sdk::contract::adapter::{
    AdapterError, AdapterErrorKind, Answers, CommandAccepted, ContractVersion, Description, DoorCloseInput,
    DoorInput, DoorOpenInput, DoorRead, DoorsListed, FormFields, LinkBeginInput, LinkForm, LinkRevoked,
};
use postern_adapter_sdk::contract::text::SecretText;
use postern_adapter_sdk::{
    Adapter, AdapterService, Begun, CallContext, Clock, Dispatch, Granted, NotSealable, Sealable,
};
use postern_keys::{KeyFile, Sealer};
use secrecy::SecretSlice;
use serde_json::{Value, json};

use crate::support::HandClock;

pub(crate) const LINK: &str = "link_01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// A password, as some vendors have for credentials.
#[derive(Clone)]
pub(crate) struct Password(String);

impl Sealable for Password {
    fn to_plaintext(&self) -> Result<SecretSlice<u8>, NotSealable> {
        Ok(self.0.clone().into_bytes().into())
    }

    fn from_plaintext(plaintext: &[u8]) -> Result<Self, NotSealable> {
        String::from_utf8(plaintext.to_vec())
            .map(Self)
            .map_err(|_| NotSealable)
    }
}

/// What a test has the adapter do: in `door.open`, or in `link.begin`.
#[derive(Clone, Copy)]
pub(crate) enum Behaviour {
    Panic,
    Hang,
    AnswerWithPassword,
    AskForPassword,
}

pub(crate) struct Fake(Behaviour);

fn unexpected<T>(what: &str) -> Result<T, AdapterError> {
    Err(AdapterError::not_executed(AdapterErrorKind::Rejected, what))
}

#[async_trait]
impl Adapter for Fake {
    type Credentials = Password;
    type Session = Password;

    fn describe(&self) -> Description {
        Description {
            vendor: "fake".parse().unwrap(),
            name: "Fake".parse().unwrap(),
            contract: ContractVersion::CURRENT,
            optional_operations: Vec::new(),
            reading_lag_seconds: 1,
            poll_interval_ms: 1000,
        }
    }

    async fn link_begin(
        &self,
        _: &CallContext,
        input: &LinkBeginInput,
    ) -> Result<Begun<Password>, AdapterError> {
        let session = Password(format!("session of {}", input.state.expose()));
        Ok(match self.0 {
            Behaviour::AskForPassword => {
                let fields = FormFields::email_and_password();
                Begun::form(LinkForm { fields }, session)
            }
            _ => Begun::page(SecretText::new("https://vendor.example/"), session),
        })
    }

    async fn link_complete(
        &self,
        call: &CallContext,
        session: Password,
        _: &str,
        code: &SecretText,
    ) -> Result<Granted<Password>, AdapterError> {
        let credentials = Password(format!("{} and {}", session.0, code.expose()));
        Ok(Granted {
            credentials,
            refresh_at: call.now(),
        })
    }

    async fn link_answered(
        &self,
        call: &CallContext,
        session: Password,
        answers: &Answers,
    ) -> Result<Granted<Password>, AdapterError> {
        let given = answers.email.as_ref().zip(answers.password.as_ref());
        let (email, password) = given.unwrap();
        let credentials = format!("{}, {} and {}", session.0, email.expose(), password.expose());
        Ok(Granted {
            credentials: Password(credentials),
            refresh_at: call.now(),
        })
    }

    async fn link_refresh(
        &self,
        call: &CallContext,
        old: Password,
    ) -> Result<Granted<Password>, AdapterError> {
        Ok(Granted {
            credentials: Password(format!("{}, again", old.0)),
            refresh_at: call.now(),
        })
    }

    async fn link_revoke(&self, _: &CallContext, _: Password) -> Result<LinkRevoked, AdapterError> {
        Ok(LinkRevoked {
            revoked_at_vendor: true,
        })
    }

    async fn doors_list(&self, _: &CallContext, credentials: &Password) -> Result<DoorsListed, AdapterError> {
        unexpected(&credentials.0)
    }

    async fn door_read(
        &self,
        _: &CallContext,
        _: &Password,
        _: &DoorInput,
    ) -> Result<DoorRead, AdapterError> {
        std::future::pending().await
    }

    async fn door_open(
        &self,
        _: &CallContext,
        credentials: &Password,
        _: &DoorOpenInput,
    ) -> Result<CommandAccepted, AdapterError> {
        match self.0 {
            Behaviour::Panic => panic!("a bug in the adapter, holding {}", credentials.0),
            Behaviour::Hang => std::future::pending().await,
            Behaviour::AnswerWithPassword | Behaviour::AskForPassword => unexpected(&credentials.0),
        }
    }

    async fn door_close(
        &self,
        _: &CallContext,
        _: &Password,
        _: &DoorCloseInput,
    ) -> Result<CommandAccepted, AdapterError> {
        unexpected("closed")
    }
}

pub(crate) fn keys() -> Arc<dyn Sealer> {
    Arc::new(KeyFile::ephemeral().unwrap().sealer())
}

pub(crate) fn service(
    behaviour: Behaviour,
    sealer: &Arc<dyn Sealer>,
    clock: &Arc<HandClock>,
) -> AdapterService<Fake> {
    AdapterService::new(
        Fake(behaviour),
        Arc::clone(sealer),
        Arc::clone(clock) as Arc<dyn Clock>,
    )
}

pub(crate) async fn ask(service: &AdapterService<Fake>, message: &Value) -> Value {
    serde_json::from_slice(&service.dispatch(message.to_string().as_bytes()).await).unwrap()
}

pub(crate) fn message(clock: &HandClock, operation: &str, input: &Value) -> Value {
    json!({
        "contract": "1.0", "request_id": "req-7", "deadline": clock.now() + Duration::from_millis(200),
        "call": { "operation": operation, "input": input },
    })
}
