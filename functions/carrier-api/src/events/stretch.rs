//! Which events are wanted, and how long for.

use postern_contract::feed::FeedCursor;
use postern_http::{Wait, paging};
use serde::Deserialize;
use utoipa::IntoParams;

/// `?after=17&limit=50&wait=20`: at most fifty events after the seventeenth, or, as long as there are none, twenty seconds' patience.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stretch {
    /// The `next_cursor` of the page before, or the number of the last event that you know.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub(crate) after: FeedCursor,
    /// How many events a page has at the most.
    #[serde(default, deserialize_with = "paging::limit")]
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub(crate) limit: Option<usize>,
    /// Hold the line until there is one, at most so many seconds.
    #[serde(default)]
    #[param(value_type = Option<u8>, maximum = 25)]
    pub(crate) wait: Option<Wait>,
}
