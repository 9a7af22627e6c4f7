//! The household's doors.

pub(crate) mod choose;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod rename;

use serde::Deserialize;
use utoipa::IntoParams;

/// `?refresh=true`: ask the vendor, instead of showing what was last seen.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Freshness {
    /// Ask the vendor first.
    #[serde(default)]
    pub(crate) refresh: bool,
}
