//! A push: one event on its way to one endpoint, and what each attempt makes of it. Pure.

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    feed::{CarrierEvent, EventType},
    ids::{CarrierId, EventId, PushId, WebhookId},
    push::{AttemptOutcome, AttemptView, PushReason, PushState, PushView},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Endpoint;

/// How often an event is posted to an endpoint that does not take it.
pub const ATTEMPTS_MAX: usize = 10;
/// The pauses between attempts, in seconds: 75 hours and 35 minutes in all, each made longer or shorter by a tenth at the most.
pub const PAUSES_S: [i64; ATTEMPTS_MAX - 1] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// For how long who posts has a push for itself: longer than posting ever takes, so that then it was cut off.
pub const CLAIMED_FOR: SignedDuration = SignedDuration::from_secs(60);
/// The longest that an endpoint may have us wait by `Retry-After`.
pub const RETRY_AFTER_MAX: SignedDuration = SignedDuration::from_hours(24);

/// Where a push is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushPlace {
    /// Whose endpoint.
    pub carrier: CarrierId,
    /// Which endpoint.
    pub webhook: WebhookId,
    /// Which push.
    pub push: PushId,
}

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// Where it is.
    pub place: PushPlace,
    /// The event's number in the carrier's feed. A test is in no feed.
    pub number: Option<u64>,
    /// The event.
    pub event: EventId,
    /// Its type.
    pub kind: EventType,
    /// What it happened to.
    pub subject: String,
    /// Why it is pushed.
    pub reason: PushReason,
    /// What has become of it.
    pub state: PushState,
    /// The attempts, the first one first.
    pub attempts: Vec<Attempt>,
    /// When it is attempted next, or its present attempt is taken for cut off.
    pub due_at: Option<Timestamp>,
    /// When it came to be.
    pub created_at: Timestamp,
}

/// One attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How it went, once that is known.
    pub told: Option<Told>,
}

/// How an attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// How.
    pub outcome: AttemptOutcome,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub took_ms: u32,
    /// How long the endpoint wants us to wait, in seconds.
    pub retry_after_s: Option<u32>,
}

/// The status by which an endpoint says that it is there no more.
const GONE: u16 = 410;

impl Told {
    /// Whether the endpoint said that it is there no more.
    #[must_use]
    pub fn gone(&self) -> bool {
        self.outcome == AttemptOutcome::Refused && self.status == Some(GONE)
    }
}

/// What is to be done with a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// Nothing, now.
    Nothing,
    /// It has ended without another attempt.
    Ended(Push),
    /// It is to be attempted; the attempt is on it.
    Attempt(Push),
}

impl Push {
    /// The push of an event that came under `number` into its carrier's feed.
    #[must_use]
    pub fn of(
        place: PushPlace,
        event: &CarrierEvent,
        number: Option<u64>,
        reason: PushReason,
        now: Timestamp,
    ) -> Self {
        Self {
            place,
            number,
            event: event.id,
            kind: event.kind.clone(),
            subject: event.subject.clone(),
            reason,
            state: PushState::Waiting,
            attempts: Vec::new(),
            due_at: Some(now),
            created_at: now,
        }
    }

    /// The id of the push by which an event is first told to an endpoint: always the same one.
    #[must_use]
    pub fn first(event: EventId, webhook: WebhookId) -> PushId {
        PushId::from_parts(event.unix_ms(), number_of(&format!("push {event} {webhook}")))
    }

    const fn attempts_max(&self) -> usize {
        match self.reason {
            PushReason::Happened | PushReason::Replayed => ATTEMPTS_MAX,
            PushReason::Test => 1,
        }
    }

    /// What is to be done with it at `now`, where `endpoint` is the one it goes to, if that is still there.
    #[must_use]
    pub fn begun(mut self, endpoint: Option<&Endpoint>, now: Timestamp) -> Due {
        if self.state != PushState::Waiting || self.due_at.is_none_or(|due| now < due) {
            return Due::Nothing;
        }
        let cut_off = Told {
            outcome: AttemptOutcome::Unknown,
            status: None,
            took_ms: 0,
            retry_after_s: None,
        };
        if let Some(last) = self.attempts.last_mut() {
            last.told.get_or_insert(cut_off);
        }
        // A test also goes to an endpoint that is off: that it works may be what switching it on waits for.
        let is_on = endpoint.is_some_and(|to| to.disabled.is_none() || self.reason == PushReason::Test);
        if !is_on {
            return Due::Ended(self.ended(PushState::Dropped));
        }
        if self.attempts.len() >= self.attempts_max() {
            return Due::Ended(self.ended(PushState::GivenUp));
        }
        self.attempts.push(Attempt { at: now, told: None });
        self.due_at = Some(now + CLAIMED_FOR);
        Due::Attempt(self)
    }

    /// The push after its attempt has ended at `now`.
    #[must_use]
    pub fn settled(mut self, told: Told, now: Timestamp) -> Self {
        if let Some(last) = self.attempts.last_mut() {
            last.told = Some(told);
        }
        if told.outcome == AttemptOutcome::Arrived {
            return self.ended(PushState::Arrived);
        }
        if told.gone() || self.attempts.len() >= self.attempts_max() {
            return self.ended(PushState::GivenUp);
        }
        self.due_at = Some(now + self.pause(told));
        self
    }

    /// The push, at its end.
    #[must_use]
    pub fn ended(mut self, state: PushState) -> Self {
        self.state = state;
        self.due_at = None;
        self
    }

    /// The pause after the attempts there were: the schedule's, a tenth longer or shorter by chance, or what the endpoint asked for
    /// if that is longer. The chance is drawn from the push itself, so that it is the same whoever reckons.
    fn pause(&self, told: Told) -> SignedDuration {
        let made = self.attempts.len();
        let scheduled_s = PAUSES_S[made.clamp(1, PAUSES_S.len()) - 1];
        let thousandths = i64::try_from(number_of(&format!("pause {} {made}", self.place.push)) % 201)
            .expect("a number below 201 fits");
        let scheduled = SignedDuration::from_millis(scheduled_s * (900 + thousandths));
        let asked = SignedDuration::from_secs(told.retry_after_s.unwrap_or(0).into());
        scheduled.max(asked.min(RETRY_AFTER_MAX))
    }

    /// The push, as its carrier sees it.
    #[must_use]
    pub fn view(self) -> PushView {
        let under_way = self.attempts.last().is_some_and(|last| last.told.is_none());
        PushView {
            id: self.place.push,
            event: self.event,
            kind: self.kind,
            subject: self.subject,
            reason: self.reason,
            state: self.state,
            next_attempt_at: self.due_at.filter(|_| !under_way),
            attempts: self.attempts.iter().map(view_of).collect(),
            created_at: self.created_at,
        }
    }
}

fn view_of(attempt: &Attempt) -> AttemptView {
    AttemptView {
        at: attempt.at,
        outcome: attempt.told.map(|told| told.outcome),
        status: attempt.told.and_then(|told| told.status),
        // Of an attempt that was cut off, nobody knows.
        took_ms: attempt
            .told
            .filter(|told| told.outcome != AttemptOutcome::Unknown)
            .map(|told| told.took_ms),
    }
}

/// A number made of a text.
pub(super) fn number_of(text: &str) -> u128 {
    let mut half = [0_u8; 16];
    half.copy_from_slice(&Sha256::digest(text.as_bytes())[..16]);
    u128::from_be_bytes(half)
}
