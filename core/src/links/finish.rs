//! Finishing a login at a vendor: the state is used up, the credentials are stored, the doors are listed.
//!
//! Where the vendor has no page, what the household filled in passes through here and is kept nowhere: it goes from the request to
//! the adapter, in memory alone. Answers that the vendor does not take cost a try, and the login lies ready again. How often one
//! account is tried is counted across all logins and all households, so that nobody is locked out of their account by us; and how often one
//! household tries, so that nobody tries out a list of passwords.

use jiff::SignedDuration;
use postern_contract::{
    Invalid,
    adapter::{AdapterError, Answer, Call, FieldKind, LinkCompleteInput, Misfit, SignedIn},
    customer::{AnswerForm, FinishLink, HouseholdEvent, LinkState, LinkView},
    ids::HouseholdId,
    text::SecretText,
};

use super::{
    list::view,
    refused::{worded_of_answers, worded_of_login},
    sync::sync_doors,
};
use crate::{
    Error, Platform,
    household::Link,
    households::{HouseholdRefusal, happened},
    ports::wrong_answer,
    rates::Window,
    saga::{self, Flow, Part, Saga, Step, Turn},
    store::{LinkStatePending, PendingForm, StoreError, Write},
};

/// How often a vendor is asked in an hour to take answers for one account. Vendors lock an account after some five wrong passwords.
const LOGINS_OF_ACCOUNT: u32 = 4;
/// How often in an hour for one household, whatever the accounts: nobody is to try out a list of stolen passwords here.
const LOGINS_BY_HOUSEHOLD: u32 = 12;
/// How long the vendor may take to exchange the code, or the answers.
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
            name: "exchange the code or the answers",
            part: Part::Effect,
            if_cut_off: "The vendor may have granted tokens that nobody stored. They reach no door of Postern, and run out; the \
                         household begins anew. Only a login by a form whose answers were not taken may lie ready again.",
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

/// What a household has to finish a login with.
#[derive(Debug)]
pub struct Login {
    /// Which login.
    state: SecretText,
    /// What came of signing in.
    signed_in: SignedIn,
}

impl From<FinishLink> for Login {
    fn from(body: FinishLink) -> Self {
        Self {
            state: body.state,
            signed_in: SignedIn::Code(body.code),
        }
    }
}

impl From<AnswerForm> for Login {
    fn from(body: AnswerForm) -> Self {
        Self {
            state: body.state,
            signed_in: SignedIn::Answers(body.answers),
        }
    }
}

/// A login that is being finished.
pub enum Linking {
    /// It is to be used up.
    UseUp(HouseholdId, Login),
    /// Its code or its answers are to be exchanged.
    Exchange(Box<LinkStatePending>, Login),
    /// What the vendor granted is to be stored.
    Store(HouseholdId, Box<Link>),
    /// The doors are to be listed.
    ListDoors(HouseholdId, Box<Link>),
}

/// Finishes linking with what the vendor's page handed back, or with the answers to a form. Runs to its end even when the caller hangs up: once the vendor has
/// granted the link, its credentials are stored. A state is good once, so a repeat is refused; the list of links tells whether the
/// first try came through.
///
/// # Errors
/// [`HouseholdRefusal::LoginNotKnown`] for a state that is unknown, over, used up, another household's, or of a login that is
/// finished the other way; [`HouseholdRefusal::LoginRefused`], [`HouseholdRefusal::VendorUnavailable`]: then begin anew. For answers:
/// [`Error::Invalid`] where they do not fill in the form, and [`HouseholdRefusal::TooManyLogins`], after both of which the login is as
/// it was; [`HouseholdRefusal::AnswersRefused`], [`HouseholdRefusal::VendorUnavailable`]: then try again while tries are left.
/// [`Error::Store`].
pub async fn finish(
    platform: &Platform,
    household: HouseholdId,
    body: impl Into<Login>,
) -> Result<LinkView, Error> {
    saga::run_to_the_end(platform, Linking::asked(household, body)).await
}

impl Linking {
    /// A login whose finishing is asked for.
    #[must_use]
    pub fn asked(household: HouseholdId, body: impl Into<Login>) -> Self {
        Self::UseUp(household, body.into())
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
            Self::UseUp(household, login) => {
                let pending = use_up(platform, household, &login).await?;
                Ok(Turn::Next(Self::Exchange(Box::new(pending), login)))
            }
            Self::Exchange(pending, login) => {
                let link = match exchange(platform, &pending, login.signed_in).await {
                    Ok(link) => link,
                    Err(error) => match pending.form.clone() {
                        None => return Err(worded_of_login(error)),
                        Some(form) => {
                            let left = put_back(platform, &login.state, &pending, form).await;
                            return Err(worded_of_answers(error, left));
                        }
                    },
                };
                Ok(Turn::Next(Self::Store(pending.household, Box::new(link))))
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

/// Takes the login that was begun with this state, so that nobody can finish it again, and counts the try where it is one.
async fn use_up(
    platform: &Platform,
    household: HouseholdId,
    login: &Login,
) -> Result<LinkStatePending, Error> {
    let now = platform.now();
    let pending = platform
        .store
        .pending_login(&login.state)
        .await?
        .filter(|pending| pending.household == household && now < pending.expires_at)
        .ok_or(HouseholdRefusal::LoginNotKnown)?;
    let hour = Window::hour(now);
    let writes = match (&pending.form, &login.signed_in) {
        (None, SignedIn::Code(_)) => vec![Write::use_up_state(&login.state, household)],
        (Some(form), SignedIn::Answers(answers)) => {
            form.fields.check(answers).map_err(misfit)?;
            let count = |whose: &SecretText, most| {
                let (since, until) = (hour.starts_at_s, hour.ends_at());
                Write::count_login(&pending.vendor, whose, since, until, most)
            };
            let mut writes = vec![
                Write::use_up_try(&login.state, household, form.tries_left),
                count(
                    &SecretText::new(format!("household {household}")),
                    LOGINS_BY_HOUSEHOLD,
                ),
            ];
            // A form without an e-mail address tells only who asks.
            writes.extend(
                answers
                    .email
                    .as_ref()
                    .map(|email| SecretText::new(format!("account {}", email.expose().trim())))
                    .map(|account| count(&account, LOGINS_OF_ACCOUNT)),
            );
            writes
        }
        _ => return Err(HouseholdRefusal::LoginNotKnown.into()),
    };
    match platform.store.transact(writes).await {
        Ok(()) => Ok(pending),
        Err(error) if error.is_condition(1) || error.is_condition(2) => {
            Err(HouseholdRefusal::TooManyLogins {
                retry_after_s: hour.ends_in_s(now),
            }
            .into())
        }
        Err(StoreError::ConditionFailed { .. }) => Err(HouseholdRefusal::LoginNotKnown.into()),
        Err(error) => Err(error.into()),
    }
}

fn misfit(misfit: Misfit) -> Invalid {
    let (kind, rule) = match misfit {
        Misfit::Missing(kind) => (kind, "an answer: this maker asks for one"),
        Misfit::NotAsked(kind) => (kind, "no answer: this maker does not ask for one"),
        Misfit::WrongLength(kind) => (kind, "1 to 256 characters"),
    };
    let field = match kind {
        FieldKind::Email => "answers.email",
        FieldKind::Password => "answers.password",
        FieldKind::OneTimeCode => "answers.one_time_code",
    };
    Invalid::new(field, rule)
}

/// Lays the login ready again, with one try less, and answers how many are left. A login that cannot be laid ready is begun anew.
async fn put_back(
    platform: &Platform,
    state: &SecretText,
    pending: &LinkStatePending,
    form: PendingForm,
) -> u8 {
    let tries_left = form.tries_left.saturating_sub(1);
    if tries_left == 0 || platform.now() >= pending.expires_at {
        return 0;
    }
    let again = LinkStatePending {
        form: Some(PendingForm { tries_left, ..form }),
        ..pending.clone()
    };
    let written = match Write::begin_login(state, &again) {
        Ok(write) => platform.store.transact(vec![write]).await,
        Err(error) => Err(error),
    };
    match written {
        Ok(()) => tries_left,
        Err(error) => {
            tracing::warn!(link = %pending.link, %error, "a login could not be laid ready again");
            0
        }
    }
}

async fn exchange(
    platform: &Platform,
    pending: &LinkStatePending,
    signed_in: SignedIn,
) -> Result<Link, AdapterError> {
    let now = platform.now();
    let call = Call::LinkComplete(LinkCompleteInput {
        link: pending.link,
        session: pending.session.clone(),
        redirect_uri: pending.redirect_uri.clone(),
        signed_in,
    });
    let request_id = format!("complete-{}", pending.link);
    let answer = platform
        .adapters
        .call(&pending.vendor, request_id, now + EXCHANGE_WITHIN, call)
        .await?;
    let Answer::LinkComplete(granted) = answer else {
        return Err(wrong_answer());
    };
    Ok(Link {
        id: pending.link,
        vendor: pending.vendor.clone(),
        state: LinkState::Active,
        credentials: granted.credentials,
        refresh_at: granted.refresh_at,
        linked_at: platform.now(),
    })
}
