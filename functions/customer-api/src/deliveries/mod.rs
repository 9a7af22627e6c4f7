//! The household's deliveries.

pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod log;
pub(crate) mod refuse;
pub(crate) mod take_over;

use postern_http::{Wait, paging};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// `?wait=20&after=7` holds the line until the log is longer than seven entries; without `after`, longer than now.
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

/// Which deliveries, how many of them, and from where.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listing {
    /// Those under way, or those that have ended.
    #[serde(default)]
    #[param(inline)]
    pub(crate) which: Which,
    /// How many things a page has at the most.
    #[serde(default, deserialize_with = "paging::limit")]
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub(crate) limit: Option<usize>,
    /// The `next_cursor` of the page before.
    #[serde(default)]
    pub(crate) cursor: Option<String>,
}

/// Which of a household's deliveries.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Which {
    #[default]
    Current,
    Past,
}
