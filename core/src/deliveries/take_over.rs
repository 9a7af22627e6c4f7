//! A person of the household sees to a door that needs one.

use postern_contract::{
    delivery::DeliveryView,
    ids::{DeliveryId, HouseholdId},
};

use super::{commit::advance, read::get_of_household};
use crate::{
    Error, Platform,
    grant::{Command, Viewer},
};

/// Notes that the household sees to the door: from here on nothing closes it from afar, and it is watched for two more hours. Where
/// no door needs a person, or one has taken it over already, nothing changes.
///
/// # Errors
/// [`Error::NotFound`] also for another household's; [`Error::Store`], [`Error::Contended`].
pub async fn take_over(
    platform: &Platform,
    household: HouseholdId,
    delivery: DeliveryId,
) -> Result<DeliveryView, Error> {
    get_of_household(platform, household, delivery).await?;
    let taken = advance(platform, delivery, || Command::TakeOver).await?;
    Ok(taken.grant.view(Viewer::Household))
}
