//! The inputs and outputs of each adapter operation.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ContractVersion, LinkForm, SignIn, SignedIn};
use crate::{
    door::{Door, DoorReading, DoorState},
    ids::{CommandId, LinkId, VendorId},
    text::{DoorRef, Label, SealedBlob, SecretText},
    unattended::UnattendedClosePermit,
};

/// `describe` takes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DescribeInput {}

/// What an adapter says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Description {
    /// The vendor it serves.
    pub vendor: VendorId,
    /// The vendor's name, as people know it.
    pub name: Label,
    /// The contract it follows.
    pub contract: ContractVersion,
    /// The names of the operations it implements, of those that an adapter may leave out.
    pub optional_operations: Vec<String>,
    /// The longest that this vendor's readings have been seen to lag behind the door, in seconds.
    pub reading_lag_seconds: u32,
    /// How often, at most, a door should be read while it moves, in milliseconds between reads.
    pub poll_interval_ms: u32,
}

/// A link is to be made. Where the vendor has a login page: where that page sends the household back to, and what it must carry.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LinkBeginInput {
    /// The link that is to be.
    pub link: LinkId,
    /// Single use, bound to the household; the vendor hands it back unchanged.
    pub state: SecretText,
    /// Where the vendor sends the browser afterwards.
    pub redirect_uri: String,
}

/// How the household is to sign in, and what the adapter needs to finish.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LinkBegun {
    /// Either the vendor's page, as `authorize_url`, or a `form` to fill in.
    #[serde(flatten)]
    pub sign_in: SignIn<LinkForm>,
    /// The PKCE verifier and whatever else the adapter needs again, sealed by it.
    pub session: SealedBlob,
}

/// What came of signing in: what the vendor's page handed back, or what the household filled in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LinkCompleteInput {
    /// The link that is to be.
    pub link: LinkId,
    /// What `link.begin` asked to keep.
    pub session: SealedBlob,
    /// The same address as at `link.begin`.
    pub redirect_uri: String,
    /// Either the page's `code` or the form's `answers`. Answers that are not taken are `rejected`, with nothing done: the
    /// household is asked again, with the same session.
    #[serde(flatten)]
    pub signed_in: SignedIn,
}

/// A link with its credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkInput {
    /// Which link.
    pub link: LinkId,
    /// The vendor's tokens, sealed by the adapter under this link.
    pub credentials: SealedBlob,
}

/// Credentials as good as new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkGranted {
    /// The vendor's tokens, sealed. Store them before forgetting the old ones.
    pub credentials: SealedBlob,
    /// When to refresh them at the latest.
    pub refresh_at: Timestamp,
}

/// What became of the credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkRevoked {
    /// Whether the vendor has made the tokens void. False where it has no way to; then forgetting them is all there is.
    pub revoked_at_vendor: bool,
}

/// The account's doors, and nothing else of what the account has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DoorsListed {
    /// Each door once.
    pub doors: Vec<Door>,
}

/// One door of a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DoorInput {
    /// The link and its credentials.
    #[serde(flatten)]
    pub link: LinkInput,
    /// The door.
    pub door: DoorRef,
}

/// A door as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DoorRead {
    /// What was seen.
    pub reading: DoorReading,
}

/// An order to open one door, once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DoorOpenInput {
    /// The link and its credentials.
    #[serde(flatten)]
    pub link: LinkInput,
    /// The door.
    pub door: DoorRef,
    /// The order's id.
    pub command: CommandId,
    /// The door must be seen in one of these states first; otherwise the order is refused, not executed.
    pub expected: Vec<DoorState>,
    /// The one-time code that the platform has just redeemed. A direct kit checks it; a vendor's cloud never sees it.
    pub code: SecretText,
}

/// An order to close one door.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DoorCloseInput {
    /// The link and its credentials.
    #[serde(flatten)]
    pub link: LinkInput,
    /// The door.
    pub door: DoorRef,
    /// The order's id.
    pub command: CommandId,
    /// The door must be seen in one of these states first; otherwise the order is refused, not executed. A door that is
    /// already closed is no error: see [`Disposition`].
    pub expected: Vec<DoorState>,
    /// The proof that this door may be closed with nobody of the household watching.
    pub permit: UnattendedClosePermit,
}

/// What an adapter did with an order that it did not refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// The order was sent and the vendor took it. The door has not necessarily moved.
    Sent,
    /// Nothing was sent: the door is already where it should be.
    AlreadyThere,
    /// Nothing was sent: the door is already on its way.
    AlreadyMoving,
}

/// An order was accepted. That is not yet done: what the door then does arrives as readings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommandAccepted {
    /// What the adapter did.
    pub disposition: Disposition,
    /// What was seen of the door before.
    pub before: DoorReading,
}

/// Where the vendor is to push events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventsSubscribeInput {
    /// The link and its credentials.
    #[serde(flatten)]
    pub link: LinkInput,
    /// The doors of which to hear.
    pub doors: Vec<DoorRef>,
    /// Our address for this vendor's webhooks.
    pub callback_url: String,
}

/// A subscription that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventsSubscribed {
    /// The vendor's name for it.
    pub subscription: String,
    /// When it must be renewed, where it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// A webhook as it came in, byte for byte, so that its signature can be checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventsParseInput {
    /// The HTTP method.
    pub method: String,
    /// The path and query.
    pub target: String,
    /// The headers, names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The body, base64.
    pub body: String,
}

/// What a webhook said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventsParsed {
    /// The doors' events in it, decoys left out.
    pub events: Vec<VendorDoorEvent>,
    /// What to answer the vendor, where its protocol asks for an answer (a challenge, say).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// The subscriptions that ended because their account's owner took the link back at the vendor: the names that `events.subscribe`
    /// gave. Their links are over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ended: Vec<String>,
}

/// A door's event, in the contract's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VendorDoorEvent {
    /// The vendor's id of the event, for telling repeats.
    pub event: String,
    /// The door.
    pub door: DoorRef,
    /// What was seen.
    pub reading: DoorReading,
}

/// Which footage is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClipGetInput {
    /// The link and its credentials.
    #[serde(flatten)]
    pub link: LinkInput,
    /// The door.
    pub door: DoorRef,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

/// The footage that the vendor has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClipsFound {
    /// Oldest first.
    pub clips: Vec<Clip>,
}

/// One piece of footage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Clip {
    /// When it begins.
    pub at: Timestamp,
    /// Its media type.
    pub media_type: String,
    /// The vendor's opaque name for it.
    pub media: String,
}
