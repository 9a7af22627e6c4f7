//! What an adapter can do wrong, one thing at a time.

use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use postern_keys::{KeyError, SealContext, Sealed, Sealer};
use secrecy::SecretSlice;

/// What is done wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misdeed {
    None,
    AsksBeforeDescribing,
    PollsWithoutPause,
    NamesItsOwnRequests,
    TakesOneMinorVersion,
    TakesEveryVersion,
    FailsOnNonsense,
    FailsOnMuch,
    KnowsNoDeadline,
    PromisesEvents,
    BelievesEveryWebhook,
    LosesTheState,
    AsksForThePassword,
    TakesAnyPassword,
    SendsNoChallenge,
    RefreshesYesterday,
    TakesAnySession,
    RepeatsTheGrant,
    NamesDoorsByLink,
    SealsNothing,
    CallsEveryTroubleTheEnd,
    ClaimsToGiveBack,
    KeepsOldTokens,
    NeverSaysTheEnd,
    IsSureOfEverything,
    ListsTwice,
    ListsLamps,
    NumbersDoors,
    NamesNoOpener,
    RejectsForAnyReason,
    ReadsAsMoving,
    OpensTheFirstDoor,
    ReadsAsClosed,
    ReadLongAgo,
    SeesTheFuture,
    StampsOnArrival,
    OrdersTwice,
    TellsTheEndAsTheBeginning,
    SaysSent,
    ExpectsAnything,
    ReadsAsOpen,
    Toggles,
    HeedsNoBar,
    DoubtsWhatIsSure,
    KnocksAgain,
    GivesUpAtOnce,
    RepeatsThePage,
    KeepsSessionsToItself,
    CallsEverythingFresh,
    HidesObstructions,
    HidesMovements,
    TellsCodes,
    LogsRequests,
}

/// Seals nothing, for nobody.
pub(crate) struct Plain;

#[async_trait]
impl Sealer for Plain {
    async fn seal(&self, plaintext: &[u8], _context: &SealContext) -> Result<Sealed, KeyError> {
        Sealed::try_from(BASE64_URL_SAFE_NO_PAD.encode(plaintext))
    }

    async fn open(&self, sealed: &Sealed, _context: &SealContext) -> Result<SecretSlice<u8>, KeyError> {
        let plain = BASE64_URL_SAFE_NO_PAD.decode(String::from(sealed.clone()));
        Ok(SecretSlice::from(plain.unwrap()))
    }
}
