//! What a vendor's adapter implements.

use async_trait::async_trait;
use jiff::Timestamp;
use postern_contract::adapter::{
    AdapterError, AdapterErrorKind, Answers, ClipGetInput, ClipsFound, CommandAccepted, Description,
    DoorCloseInput, DoorInput, DoorOpenInput, DoorRead, DoorsListed, EventsParseInput, EventsParsed,
    EventsSubscribeInput, EventsSubscribed, LinkBeginInput, LinkForm, LinkRevoked, SignIn,
};
use postern_contract::text::SecretText;

use crate::{Deadline, Sealable};

/// One vendor's doors, behind the delivery-access contract.
///
/// An implementation MUST hold to these, whatever its vendor does:
/// - An order that it answers with `not_executed` has certainly not reached the door. On any doubt: `unknown`.
/// - An order is sent at most once, and never at or after the deadline. [`DeadlineClient::command`] sees to both.
/// - It reads the door before it orders it, and lets [`weigh_order`] judge.
/// - `accepted` promises no movement; a reading is never said to be fresher than the vendor says.
/// - It keeps nothing between calls that another copy of it would miss. (What a client remembers of a vendor's troubles only ever holds
///   readings back.)
///
/// A vendor that links by OAuth needs less: see [`OAuthAdapter`](crate::OAuthAdapter).
///
/// [`DeadlineClient::command`]: crate::DeadlineClient::command
/// [`weigh_order`]: crate::weigh_order
#[async_trait]
pub trait Adapter: Send + Sync + 'static {
    /// What the vendor gives for a link: tokens, a key, a password. Sealed outside this process.
    type Credentials: Sealable;
    /// What has to be kept between the two halves of linking. Sealed outside this process.
    type Session: Sealable;

    /// What this adapter is and can do.
    fn describe(&self) -> Description;

    /// Starts linking: the vendor's page to send the household to ([`Begun::page`]) or, where there is none, the form that it is
    /// to fill in ([`Begun::form`]); and what to keep.
    async fn link_begin(
        &self,
        call: &CallContext,
        input: &LinkBeginInput,
    ) -> Result<Begun<Self::Session>, AdapterError>;

    /// Finishes linking with what [`Self::link_begin`] kept and the code that the vendor's page handed back. For whoever begins
    /// with [`Begun::page`].
    async fn link_complete(
        &self,
        call: &CallContext,
        session: Self::Session,
        redirect_uri: &str,
        code: &SecretText,
    ) -> Result<Granted<Self::Credentials>, AdapterError> {
        let _ = (call, session, redirect_uri, code);
        Err(not_this_way("a code"))
    }

    /// Finishes linking with what [`Self::link_begin`] kept and what the household filled in. For whoever begins with
    /// [`Begun::form`]. The answers are exchanged for tokens here and now, and are in no session, credential, log or error; those
    /// that the vendor does not take are `rejected` and `not_executed`, and the household is asked again.
    async fn link_answered(
        &self,
        call: &CallContext,
        session: Self::Session,
        answers: &Answers,
    ) -> Result<Granted<Self::Credentials>, AdapterError> {
        let _ = (call, session, answers);
        Err(not_this_way("answers to a form"))
    }

    /// Exchanges the credentials for fresh ones. The platform never runs two of these for one link at a time.
    async fn link_refresh(
        &self,
        call: &CallContext,
        credentials: Self::Credentials,
    ) -> Result<Granted<Self::Credentials>, AdapterError>;

    /// Gives the credentials back, where the vendor has a way to.
    async fn link_revoke(
        &self,
        call: &CallContext,
        credentials: Self::Credentials,
    ) -> Result<LinkRevoked, AdapterError>;

    /// The account's garage doors, each once, and nothing else of what the account has.
    async fn doors_list(
        &self,
        call: &CallContext,
        credentials: &Self::Credentials,
    ) -> Result<DoorsListed, AdapterError>;

    /// How a door stands.
    async fn door_read(
        &self,
        call: &CallContext,
        credentials: &Self::Credentials,
        input: &DoorInput,
    ) -> Result<DoorRead, AdapterError>;

    /// Opens a door, once.
    async fn door_open(
        &self,
        call: &CallContext,
        credentials: &Self::Credentials,
        input: &DoorOpenInput,
    ) -> Result<CommandAccepted, AdapterError>;

    /// Closes a door, once.
    async fn door_close(
        &self,
        call: &CallContext,
        credentials: &Self::Credentials,
        input: &DoorCloseInput,
    ) -> Result<CommandAccepted, AdapterError>;

    /// Has the vendor push events. Optional: name `events.subscribe` in the description.
    async fn events_subscribe(
        &self,
        call: &CallContext,
        credentials: &Self::Credentials,
        input: &EventsSubscribeInput,
    ) -> Result<EventsSubscribed, AdapterError> {
        let _ = (call, credentials, input);
        Err(unsupported("events.subscribe"))
    }

    /// Checks a webhook's signature and translates it. Optional: name `events.parse` in the description.
    async fn events_parse(
        &self,
        call: &CallContext,
        input: &EventsParseInput,
    ) -> Result<EventsParsed, AdapterError> {
        let _ = (call, input);
        Err(unsupported("events.parse"))
    }

    /// Finds footage of a door. Optional: name `clip.get` in the description.
    async fn clip_get(
        &self,
        call: &CallContext,
        credentials: &Self::Credentials,
        input: &ClipGetInput,
    ) -> Result<ClipsFound, AdapterError> {
        let _ = (call, credentials, input);
        Err(unsupported("clip.get"))
    }
}

pub(crate) fn unsupported(operation: &str) -> AdapterError {
    AdapterError::not_executed(
        AdapterErrorKind::Unsupported,
        format!("this adapter has no {operation}"),
    )
}

/// A session is sealed for one way of signing in, so this is heard only by an adapter that begins one way and finishes another.
fn not_this_way(what: &str) -> AdapterError {
    AdapterError::not_executed(
        AdapterErrorKind::InvalidRequest,
        format!("this adapter does not link by {what}"),
    )
}

/// Linking has begun.
#[derive(Clone, Debug)]
pub struct Begun<S> {
    /// How the household is to sign in.
    pub sign_in: SignIn<LinkForm>,
    /// What to keep, sealed.
    pub session: S,
}

impl<S> Begun<S> {
    /// The household is to sign in on this page of the vendor's.
    pub fn page(authorize_url: SecretText, session: S) -> Self {
        Self {
            sign_in: SignIn::AuthorizeUrl(authorize_url),
            session,
        }
    }

    /// The vendor has no page: the household is to fill in this form.
    pub fn form(form: LinkForm, session: S) -> Self {
        Self {
            sign_in: SignIn::Form(form),
            session,
        }
    }
}

/// The vendor gave credentials.
#[derive(Clone, Debug)]
pub struct Granted<C> {
    /// The credentials, to be sealed.
    pub credentials: C,
    /// When to refresh them at the latest.
    pub refresh_at: Timestamp,
}

/// What an adapter knows of the call it is in.
#[derive(Clone, Debug)]
pub struct CallContext {
    request_id: String,
    deadline: Deadline,
}

impl CallContext {
    /// The call `request_id`, which gives up at `deadline`.
    pub fn new(request_id: impl Into<String>, deadline: Deadline) -> Self {
        Self {
            request_id: request_id.into(),
            deadline,
        }
    }

    /// Names the call in both sides' logs.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// When the call gives up.
    pub fn deadline(&self) -> &Deadline {
        &self.deadline
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.deadline.now()
    }
}
