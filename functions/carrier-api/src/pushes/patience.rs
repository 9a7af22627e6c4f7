//! How long for.

use postern_http::Wait;
use serde::Deserialize;
use utoipa::IntoParams;

/// `?wait=5`: hold the line until the endpoint has been told, at most so many seconds.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Patience {
    /// Hold the line until the test was posted, at most so many seconds.
    #[serde(default)]
    #[param(value_type = Option<u8>, maximum = 25)]
    pub(crate) wait: Option<Wait>,
}
