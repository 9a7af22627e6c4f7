//! Can a delivery be had at an address, and when: of one, or of many at once.

use postern_contract::{
    carrier::{AskEligibility, Eligibility},
    ids::CarrierId,
    place::Address,
};
use tokio::task::JoinSet;

use super::{answer::must_be_active, site::load_site};
use crate::{
    Error, Platform,
    grant::{DeliverySite, eligibility},
    store::Owner,
};

/// How many addresses are looked up at the same time.
const AT_ONCE: usize = 8;

/// Whether a parcel to this address can be left in the garage by this carrier, and the windows on offer.
///
/// # Errors
/// [`Error::Invalid`] for a postal code or a region that is none; [`Error::Store`].
pub async fn ask_eligibility(
    platform: &Platform,
    carrier: &CarrierId,
    question: &AskEligibility,
) -> Result<Eligibility, Error> {
    let (active, answer) = tokio::join!(
        must_be_active(platform, carrier),
        judged(platform, carrier, question)
    );
    active?;
    answer
}

/// The same of many addresses, each answered for itself, in their order.
///
/// # Errors
/// [`Error::Refused`] for a carrier that is not active; [`Error::Store`] where that is not known. What is wrong with one question is its
/// own answer.
pub async fn ask_eligibilities(
    platform: &Platform,
    carrier: &CarrierId,
    questions: Vec<AskEligibility>,
) -> Result<Vec<Result<Eligibility, Error>>, Error> {
    must_be_active(platform, carrier).await?;
    let mut waiting = questions.into_iter().enumerate();
    let mut running = JoinSet::new();
    let mut answers = Vec::new();
    loop {
        while running.len() < AT_ONCE {
            let Some((place, question)) = waiting.next() else {
                break;
            };
            let (platform, carrier) = (platform.clone(), carrier.clone());
            running.spawn(async move { (place, judged(&platform, &carrier, &question).await) });
        }
        match running.join_next().await {
            Some(Ok(answer)) => answers.push(answer),
            Some(Err(_)) => return Err(Error::Corrupt("a question whose answer was cut off")),
            None => break,
        }
    }
    answers.sort_by_key(|(place, _)| *place);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}

async fn judged(
    platform: &Platform,
    carrier: &CarrierId,
    question: &AskEligibility,
) -> Result<Eligibility, Error> {
    let site = site_at(platform, &question.address).await?;
    Ok(eligibility(
        site.as_ref(),
        carrier,
        question.window.as_ref(),
        question.days.count(),
        platform.now(),
        &platform.limits,
    ))
}

/// The household at an address, as a place to deliver to. An address is a household's own: what is booked for it goes to its door.
pub(super) async fn site_at(platform: &Platform, address: &Address) -> Result<Option<DeliverySite>, Error> {
    let normalised = address.normalised()?;
    match platform.store.household_of(Owner::Address(&normalised)).await? {
        Some(household) => load_site(platform, household).await.map(Some),
        None => Ok(None),
    }
}
