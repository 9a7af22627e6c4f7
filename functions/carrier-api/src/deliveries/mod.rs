//! The deliveries' handlers: one file a verb.

pub(crate) mod book;
pub(crate) mod cancel;
pub(crate) mod change;
pub(crate) mod close;
pub(crate) mod complete;
pub(crate) mod dispatch;
pub(crate) mod doorstep;
pub(crate) mod get;
pub(crate) mod list;
mod listing;
pub(crate) mod log;
pub(crate) mod open;
pub(crate) mod reissue;

pub(crate) use listing::Listing;

use jiff::SignedDuration;
use postern_contract::delivery::DeliveryView;
use postern_core::{Error, Platform, deliveries, grant::Viewer};
use postern_http::Wait;
use serde::Deserialize;
use utoipa::IntoParams;

/// `?wait=`: hold the line until the door has done what was asked, at most so many seconds.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Patience {
    /// Hold the line until the door has done it, at most so many seconds.
    #[param(value_type = Option<u8>, maximum = 25)]
    #[serde(default)]
    pub(crate) wait: Option<Wait>,
}

/// `?wait=20&after=7` holds the line until the log is longer than seven entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    /// Hold the line until something has happened, at most so many seconds.
    #[serde(default)]
    #[param(value_type = Option<u8>, maximum = 25)]
    pub(crate) wait: Option<Wait>,
    /// With `wait`: until the log is longer than this; without it, longer than now.
    #[serde(default)]
    pub(crate) after: Option<u64>,
}

impl Patience {
    fn duration(self) -> SignedDuration {
        SignedDuration::from_secs(self.wait.map_or(0, |wait| i64::from(wait.seconds())))
    }
}

/// Holds the line until `arrived`, where the caller asked for that; the delivery as it is then.
pub(crate) async fn patiently(
    platform: &Platform,
    patience: Patience,
    answer: DeliveryView,
    arrived: impl Fn(&DeliveryView) -> bool,
) -> Result<DeliveryView, Error> {
    if patience.wait.is_none() || arrived(&answer) {
        return Ok(answer);
    }
    deliveries::wait_until(platform, answer.id, Viewer::Carrier, patience.duration(), arrived).await
}
