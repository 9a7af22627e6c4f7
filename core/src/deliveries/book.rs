//! Booking a delivery.

use postern_contract::{carrier::BookDelivery, delivery::DeliveryView};

use super::{
    answer::Idempotent,
    commit::{follow_up, grant_write, log_write},
    eligibility::site_at,
    list::relist,
};
use crate::{
    Error, Platform,
    grant::{Booking, Viewer, book as book_grant},
    log::LogSalt,
    store::{StoreError, Write},
};

const TRIES_MAX: usize = 12;
/// How many deliveries of all carriers may be under way at one household: turning off ends every one of them, and is waited for.
/// Bookings at the very same time may go a few beyond it.
pub const UNDER_WAY_MAX: usize = 100;

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
        let mut writes = vec![
            grant_write(platform, &grant, None)?,
            log_write(&grant, &first)?,
            Write::list_active(grant.household, grant.delivery),
            Write::check_consent(grant.household, version),
            caller.answered(platform, &view)?,
        ];
        writes.extend(relist(None, &grant));
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
