//! Finishing a login at a vendor: the state is used up, the credentials are stored, the doors are listed.

use jiff::SignedDuration;
use postern_contract::{
    adapter::{Answer, Call, LinkCompleteInput, SignedIn},
    customer::{FinishLink, HouseholdEvent, LinkState, LinkView},
    ids::HouseholdId,
    text::SecretText,
};

use super::{list::view, refused::worded_of_login, sync::sync_doors};
use crate::{
    Error, Platform,
    household::Link,
    households::{HouseholdRefusal, happened},
    ports::wrong_answer,
    saga::{self, Flow, Part, Saga, Step, Turn},
    store::{LinkStatePending, StoreError, Write},
};

/// How long the vendor may take to exchange the code.
const EXCHANGE_WITHIN: SignedDuration = SignedDuration::from_secs(15);

/// The steps of finishing a login.
pub static LINKING: Saga = Saga {
    name: "linking",
    steps: &[
        Step {
            name: "use up the login",
            part: Part::Intent,
            if_cut_off: "Either nothing has happened, or the login is used up and nothing was granted: the household begins anew.",
        },
        Step {
            name: "exchange the code",
            part: Part::Effect,
            if_cut_off: "The vendor may have granted tokens that nobody stored. They reach no door of Postern, and run out; the \
                         household begins anew.",
        },
        Step {
            name: "store the link",
            part: Part::Outcome,
            if_cut_off: "Either as before, or the link stands and is refreshed in its time, and its doors are listed when the \
                         household looks.",
        },
        Step {
            name: "list the doors",
            part: Part::Look,
            if_cut_off: "The link stands; its doors are listed when the household looks.",
        },
    ],
};

/// A login that is being finished.
pub enum Linking {
    /// It is to be used up.
    UseUp(HouseholdId, FinishLink),
    /// Its code is to be exchanged.
    Exchange(Box<LinkStatePending>, SecretText),
    /// What the vendor granted is to be stored.
    Store(HouseholdId, Box<Link>),
    /// The doors are to be listed.
    ListDoors(HouseholdId, Box<Link>),
}

/// Finishes linking with what the vendor's page handed back. Runs to its end even when the caller hangs up: once the vendor has
/// granted the link, its credentials are stored. A state is good once, so a repeat is refused; the list of links tells whether the
/// first try came through.
///
/// # Errors
/// [`HouseholdRefusal::LoginNotKnown`] for a state that is unknown, over, used up, or another household's;
/// [`HouseholdRefusal::LoginRefused`], [`HouseholdRefusal::VendorUnavailable`]: then begin anew; [`Error::Store`].
pub async fn finish(
    platform: &Platform,
    household: HouseholdId,
    body: FinishLink,
) -> Result<LinkView, Error> {
    saga::run_to_the_end(platform, Linking::asked(household, body)).await
}

impl Linking {
    /// A login whose finishing is asked for.
    #[must_use]
    pub const fn asked(household: HouseholdId, body: FinishLink) -> Self {
        Self::UseUp(household, body)
    }
}

impl Flow for Linking {
    const SAGA: &'static Saga = &LINKING;
    type Done = LinkView;

    fn step(&self) -> usize {
        match self {
            Self::UseUp(..) => 0,
            Self::Exchange(..) => 1,
            Self::Store(..) => 2,
            Self::ListDoors(..) => 3,
        }
    }

    async fn take(self, platform: &Platform) -> Result<Turn<Self>, Error> {
        match self {
            Self::UseUp(household, body) => {
                let pending = use_up(platform, household, &body.state).await?;
                Ok(Turn::Next(Self::Exchange(Box::new(pending), body.code)))
            }
            Self::Exchange(pending, code) => {
                let household = pending.household;
                let link = exchange(platform, *pending, code).await?;
                Ok(Turn::Next(Self::Store(household, Box::new(link))))
            }
            Self::Store(household, link) => {
                store(platform, household, &link).await?;
                Ok(Turn::Next(Self::ListDoors(household, link)))
            }
            Self::ListDoors(household, link) => {
                // The link stands by now. Doors that could not be listed are listed when the household looks again.
                if let Err(error) = sync_doors(platform, household, link.id).await {
                    tracing::warn!(link = %link.id, %error, "the doors of a new link could not be listed");
                }
                Ok(Turn::Done(view(&link)))
            }
        }
    }
}

async fn store(platform: &Platform, household: HouseholdId, link: &Link) -> Result<(), Error> {
    let event = HouseholdEvent::Linked {
        link: link.id,
        vendor: link.vendor.clone(),
    };
    let writes = vec![
        Write::new_link(household, link)?,
        happened(platform, household, event)?,
    ];
    Ok(platform.store.transact(writes).await?)
}

/// Takes the login that was begun with this state, so that nobody can finish it again.
async fn use_up(
    platform: &Platform,
    household: HouseholdId,
    state: &SecretText,
) -> Result<LinkStatePending, Error> {
    let now = platform.now();
    let pending = platform
        .store
        .pending_login(state)
        .await?
        .filter(|pending| pending.household == household && now < pending.expires_at)
        .ok_or(HouseholdRefusal::LoginNotKnown)?;
    match platform
        .store
        .transact(vec![Write::use_up_state(state, household)])
        .await
    {
        Ok(()) => Ok(pending),
        Err(StoreError::ConditionFailed { .. }) => Err(HouseholdRefusal::LoginNotKnown.into()),
        Err(error) => Err(error.into()),
    }
}

async fn exchange(platform: &Platform, pending: LinkStatePending, code: SecretText) -> Result<Link, Error> {
    let now = platform.now();
    let call = Call::LinkComplete(LinkCompleteInput {
        link: pending.link,
        session: pending.session,
        redirect_uri: pending.redirect_uri,
        signed_in: SignedIn::Code(code),
    });
    let request_id = format!("complete-{}", pending.link);
    let answer = platform
        .adapters
        .call(&pending.vendor, request_id, now + EXCHANGE_WITHIN, call)
        .await
        .map_err(worded_of_login)?;
    let Answer::LinkComplete(granted) = answer else {
        return Err(wrong_answer().into());
    };
    Ok(Link {
        id: pending.link,
        vendor: pending.vendor,
        state: LinkState::Active,
        credentials: granted.credentials,
        refresh_at: granted.refresh_at,
        linked_at: platform.now(),
    })
}
