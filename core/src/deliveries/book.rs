//! Can a delivery be had at an address, and booking one.

use postern_contract::{
    carrier::{AskEligibility, BookDelivery, Eligibility},
    delivery::DeliveryView,
    ids::CarrierId,
    place::Address,
};

use super::{
    answer::{Idempotent, must_be_active},
    commit::{follow_up, grant_write, log_write},
    site::load_site,
};
use crate::{
    Error, Platform,
    grant::{Booking, DeliverySite, Viewer, book as book_grant, eligibility},
    log::LogSalt,
    store::{Owner, StoreError, Write},
};

const TRIES_MAX: usize = 12;
/// How many deliveries of all carriers may be under way at one household: turning off ends every one of them, and is waited for.
/// Bookings at the very same time may go a few beyond it.
pub const UNDER_WAY_MAX: usize = 100;

/// Whether a parcel to this address can be left in the garage by this carrier.
///
/// # Errors
/// [`Error::Invalid`] for a postal code that is none; [`Error::Store`].
pub async fn ask_eligibility(
    platform: &Platform,
    carrier: &CarrierId,
    question: &AskEligibility,
) -> Result<Eligibility, Error> {
    let (active, site) = tokio::join!(
        must_be_active(platform, carrier),
        site_at(platform, &question.address)
    );
    active?;
    let site = site?;
    let now = platform.now();
    Ok(eligibility(
        site.as_ref(),
        carrier,
        question.window.as_ref(),
        now,
        &platform.limits,
    ))
}

/// Books a delivery. The delivery, the first entry of its log, its place among the household's and the answer to this request
/// come to be in one transaction.
///
/// # Errors
/// See [`Error`]; a refusal is [`Error::Refused`].
pub async fn book(
    platform: &Platform,
    caller: &Idempotent,
    body: BookDelivery,
) -> Result<DeliveryView, Error> {
    for _ in 0..TRIES_MAX {
        let (found, site) = tokio::join!(caller.find_if_active(platform), site_at(platform, &body.address));
        if let (Some(found), _) = found? {
            return caller.replay(platform, found).await;
        }
        let booking = Booking {
            delivery: platform.new_delivery(),
            carrier: caller.carrier.clone(),
            window: body.window,
            tracking_numbers: body.tracking_numbers.clone(),
            carrier_reference: body.carrier_reference.clone(),
            log_salt: LogSalt::new(platform.chance.bytes()),
        };
        let (grant, first) = match book_grant(booking, site?, platform.now(), &platform.limits) {
            Ok(booked) => booked,
            Err(refusal) => return caller.refuse(platform, refusal).await,
        };
        let under_way = platform.store.active_page(grant.household, UNDER_WAY_MAX, None);
        if under_way.await?.items.len() >= UNDER_WAY_MAX {
            return Err(Error::TooManyUnderWay);
        }
        let view = grant.view(Viewer::Carrier);
        let version = grant.policy.consent.version;
        let writes = vec![
            grant_write(platform, &grant, None)?,
            log_write(&grant, &first)?,
            Write::list_active(grant.household, grant.delivery),
            Write::check_consent(grant.household, version),
            caller.answered(platform, &view)?,
        ];
        match platform.store.transact(writes).await {
            Ok(()) => {
                follow_up(platform, &grant).await;
                return Ok(view);
            }
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}

async fn site_at(platform: &Platform, address: &Address) -> Result<Option<DeliverySite>, Error> {
    let normalised = address.normalised()?;
    match platform.store.household_of(Owner::Address(&normalised)).await? {
        Some(household) => load_site(platform, household).await.map(Some),
        None => Ok(None),
    }
}
