//! A vendor's cloud and its adapter in one: accounts with doors, credentials that rotate and run out, and troubles on order.
//!
//! A login's code is the account's name; where there is a form instead of a page, the account's name is its e-mail address, and all
//! accounts have the same password. Credentials read `account:number`; a refresh takes the newest number only, once, and
//! hands out the next, as vendors with rotating refresh tokens do.

mod login;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    adapter::{
        AdapterError, AdapterErrorKind, AdapterReply, AdapterRequest, AdapterResult, Answer, Call,
        CommandAccepted, ContractVersion, Disposition, DoorRead, DoorsListed, LinkGranted, LinkInput,
        LinkRevoked,
    },
    door::{Door, DoorKind, DoorReading, DoorState, Observer, UnattendedOpen},
    ids::{CommandId, VendorId},
    text::{DoorRef, SealedBlob, SecretText},
    unattended::{UnattendedClose, WarningSeconds},
};
use postern_core::ports::{AdapterTransport, Clock, TransportError};
use tokio::sync::Notify;

pub use self::login::PASSWORD;
use crate::TestClock;

/// Something that goes wrong with a call, or holds it up.
#[derive(Debug, Clone)]
pub enum Trouble {
    /// The adapter answers with this error, and nothing happens.
    Error(AdapterError),
    /// The call is carried out, and the answer is lost.
    NoAnswer,
    /// The call is lost on its way, and nobody can tell.
    Silence,
    /// The adapter certainly was not reached.
    NotReached,
    /// The call waits for this before it is carried out, and is carried out all the same if its deadline passes meanwhile: the
    /// adapter had sent it already.
    Hold(Arc<Notify>),
}

/// A call that reached the vendor.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The operation.
    pub operation: &'static str,
    /// The order's id, where it was one and was carried out.
    pub command: Option<CommandId>,
    /// When it was carried out.
    pub at: Timestamp,
}

#[derive(Debug, Default)]
struct Account {
    doors: Vec<Door>,
    credentials: u32,
    expired: bool,
    revoked: bool,
}

#[derive(Default)]
struct Inner {
    accounts: BTreeMap<String, Account>,
    seen: Vec<Seen>,
    last_state: Option<SecretText>,
    asks_by_form: bool,
}

type Judge = dyn Fn(&Call) -> Option<Trouble> + Send + Sync;

/// The vendor.
pub struct FakeVendor {
    inner: Mutex<Inner>,
    judge: Mutex<Arc<Judge>>,
    clock: TestClock,
}

impl FakeVendor {
    pub(crate) fn new(clock: TestClock) -> Self {
        Self {
            inner: Mutex::default(),
            judge: Mutex::new(Arc::new(|_| None)),
            clock,
        }
    }

    /// Gives an account a closed, sectional door that may be closed unattended.
    pub fn add_door(&self, account: &str, door: &str) {
        let now = self.clock.now();
        let door = Door {
            door: door.parse().unwrap(),
            opener: None,
            name: format!("Door {door}").parse().unwrap(),
            site: None,
            kind: DoorKind::Sectional,
            unattended_open: UnattendedOpen::Allowed,
            unattended_close: UnattendedClose::Allowed {
                warning_seconds: WarningSeconds::LEAST,
            },
            camera: false,
            reading: reading(DoorState::Closed, now),
        };
        self.lock()
            .accounts
            .entry(account.to_owned())
            .or_default()
            .doors
            .push(door);
    }

    /// Changes a door of an account.
    pub fn change_door(&self, account: &str, door: &str, change: impl FnOnce(&mut Door)) {
        let mut inner = self.lock();
        let doors = &mut inner.accounts.get_mut(account).unwrap().doors;
        change(doors.iter_mut().find(|one| one.door.as_str() == door).unwrap());
    }

    /// Lets the account's access token run out: every call says so until a refresh.
    pub fn expire(&self, account: &str) {
        self.lock().accounts.get_mut(account).unwrap().expired = true;
    }

    /// Has the account's owner withdraw access: nothing is accepted any more until the next login.
    pub fn withdraw(&self, account: &str) {
        self.lock().accounts.get_mut(account).unwrap().revoked = true;
    }

    /// Judges each call from now on, before it is carried out.
    pub fn trouble(&self, judge: impl Fn(&Call) -> Option<Trouble> + Send + Sync + 'static) {
        *self.judge.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(judge);
    }

    /// The calls that were carried out so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.lock().seen.clone()
    }

    /// How often an operation was carried out.
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        self.seen()
            .iter()
            .filter(|seen| seen.operation == operation)
            .count()
    }

    /// The `state` of the login that was begun last: what the vendor's page would hand back.
    #[must_use]
    pub fn last_state(&self) -> SecretText {
        self.lock().last_state.clone().unwrap()
    }

    /// How a door stands.
    #[must_use]
    pub fn state_of(&self, account: &str, door: &str) -> DoorState {
        let inner = self.lock();
        let doors = &inner.accounts[account].doors;
        doors
            .iter()
            .find(|one| one.door.as_str() == door)
            .unwrap()
            .reading
            .state
    }

    /// How every door of every account stands.
    #[must_use]
    pub fn states(&self) -> Vec<DoorState> {
        let inner = self.lock();
        let doors = inner.accounts.values().flat_map(|account| &account.doors);
        doors.map(|door| door.reading.state).collect()
    }

    /// From now on the vendor has no page: it asks by a form.
    pub fn ask_by_form(&self) {
        self.lock().asks_by_form = true;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, call: Call) -> Result<Answer, AdapterError> {
        let now = self.clock.now();
        let mut inner = self.lock();
        let operation = call.operation();
        let order = match &call {
            Call::DoorOpen(input) => Some(input.command),
            Call::DoorClose(input) => Some(input.command),
            _ => None,
        };
        let answer = inner.carry_out(call, now);
        inner.seen.push(Seen {
            operation,
            command: order.filter(|_| answer.is_ok()),
            at: now,
        });
        answer
    }
}

impl Inner {
    fn carry_out(&mut self, call: Call, now: Timestamp) -> Result<Answer, AdapterError> {
        match call {
            Call::LinkBegin(input) => Ok(Answer::LinkBegin(self.begin_login(input))),
            Call::LinkComplete(input) => self.finish_login(input, now).map(Answer::LinkComplete),
            Call::LinkRefresh(link) => {
                let (name, account) = self.account(&link)?;
                Ok(Answer::LinkRefresh(account.grant(&name, now)))
            }
            Call::LinkRevoke(link) => {
                let (_, account) = self.account(&link)?;
                account.revoked = true;
                Ok(Answer::LinkRevoke(LinkRevoked {
                    revoked_at_vendor: true,
                }))
            }
            Call::DoorsList(link) => {
                let account = self.served(&link)?;
                let doors = account.doors.clone();
                Ok(Answer::DoorsList(DoorsListed { doors }))
            }
            Call::DoorRead(input) => {
                let reading = self.move_door(&input.link, &input.door, None, now)?;
                Ok(Answer::DoorRead(DoorRead { reading }))
            }
            Call::DoorOpen(input) => self
                .order(&input.link, &input.door, DoorState::Open, now)
                .map(Answer::DoorOpen),
            Call::DoorClose(input) => self
                .order(&input.link, &input.door, DoorState::Closed, now)
                .map(Answer::DoorClose),
            Call::Describe(_) | Call::EventsSubscribe(_) | Call::EventsParse(_) | Call::ClipGet(_) => {
                Err(no(AdapterErrorKind::Unsupported, "not in this world"))
            }
        }
    }
}

impl Account {
    fn grant(&mut self, name: &str, now: Timestamp) -> LinkGranted {
        self.credentials += 1;
        self.expired = false;
        LinkGranted {
            credentials: SealedBlob::new(format!("{name}:{}", self.credentials)),
            refresh_at: now + SignedDuration::from_mins(50),
        }
    }
}

impl Inner {
    /// The account of credentials that are its newest.
    fn account(&mut self, link: &LinkInput) -> Result<(String, &mut Account), AdapterError> {
        let revoked = || no(AdapterErrorKind::LinkRevoked, "not these credentials");
        let (name, number) = link.credentials.as_str().rsplit_once(':').ok_or_else(revoked)?;
        let account = self.accounts.get_mut(name).ok_or_else(revoked)?;
        if account.revoked || account.credentials.to_string() != number {
            return Err(revoked());
        }
        Ok((name.to_owned(), account))
    }

    /// The same, once its access token is good.
    fn served(&mut self, link: &LinkInput) -> Result<&mut Account, AdapterError> {
        let (_, account) = self.account(link)?;
        if account.expired {
            return Err(no(AdapterErrorKind::CredentialsExpired, "refresh first"));
        }
        Ok(account)
    }

    fn move_door(
        &mut self,
        link: &LinkInput,
        door: &DoorRef,
        to: Option<DoorState>,
        now: Timestamp,
    ) -> Result<DoorReading, AdapterError> {
        let account = self.served(link)?;
        let door = account
            .doors
            .iter_mut()
            .find(|one| one.door == *door)
            .ok_or_else(|| no(AdapterErrorKind::DoorNotFound, "no such door"))?;
        if !door.reading.online {
            return Err(no(AdapterErrorKind::DoorOffline, "not connected"));
        }
        let before = reading(door.reading.state, now);
        if let Some(state) = to {
            door.reading.state = state;
        }
        Ok(before)
    }

    fn order(
        &mut self,
        link: &LinkInput,
        door: &DoorRef,
        to: DoorState,
        now: Timestamp,
    ) -> Result<CommandAccepted, AdapterError> {
        let before = self.move_door(link, door, Some(to), now)?;
        let disposition = if before.state == to {
            Disposition::AlreadyThere
        } else {
            Disposition::Sent
        };
        Ok(CommandAccepted { disposition, before })
    }
}

#[async_trait]
impl AdapterTransport for FakeVendor {
    async fn carry(
        &self,
        vendor: &VendorId,
        payload: Vec<u8>,
        deadline: Timestamp,
    ) -> Result<Vec<u8>, TransportError> {
        if vendor.as_str() != "opener-cloud" {
            return Err(TransportError::NoSuchVendor);
        }
        let request: AdapterRequest = serde_json::from_slice(&payload).unwrap();
        let judge = Arc::clone(&self.judge.lock().unwrap_or_else(PoisonError::into_inner));
        let trouble = judge(&request.call);
        let result = match trouble {
            _ if self.clock.now() >= deadline => Err(no(AdapterErrorKind::TimedOut, "past the deadline")),
            Some(Trouble::Error(error)) => Err(error),
            Some(Trouble::NoAnswer) => {
                let _ = self.answer(request.call);
                return Err(TransportError::NoAnswer("lost".to_owned()));
            }
            Some(Trouble::Silence) => return Err(TransportError::NoAnswer("lost".to_owned())),
            Some(Trouble::NotReached) => return Err(TransportError::NotReached("not there".to_owned())),
            Some(Trouble::Hold(release)) => {
                release.notified().await;
                self.answer(request.call)
            }
            None => self.answer(request.call),
        };
        let reply = AdapterReply {
            contract: ContractVersion::CURRENT,
            request_id: request.request_id,
            result: match result {
                Ok(answer) => AdapterResult::Ok(answer),
                Err(error) => AdapterResult::Error(error),
            },
        };
        Ok(serde_json::to_vec(&reply).unwrap())
    }
}

fn no(kind: AdapterErrorKind, why: &str) -> AdapterError {
    AdapterError::not_executed(kind, why)
}

fn reading(state: DoorState, now: Timestamp) -> DoorReading {
    DoorReading {
        state,
        online: true,
        obstructed: Some(false),
        battery: None,
        observed_by: Observer::VendorCloud,
        observed_at: now,
        changed_at: None,
        read_at: now,
        stale: false,
    }
}
