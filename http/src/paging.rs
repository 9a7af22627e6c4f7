//! `?limit=&cursor=`: how much of a list is wanted, and from where.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use utoipa::IntoParams;

use crate::{Cursors, Problem};

const LIMIT_DEFAULT: usize = 50;
const LIMIT_MAX: usize = 100;

/// How much of a list is wanted, and from where.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// How many things a page has at the most.
    #[serde(default, deserialize_with = "limit")]
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<usize>,
    /// The `next_cursor` of the page before.
    #[serde(default)]
    cursor: Option<String>,
}

/// Reads `limit`: 1 to 100. For a query that holds more than a [`Paging`].
///
/// # Errors
/// For any other text.
pub fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.parse() {
        Ok(limit @ 1..=LIMIT_MAX) => Ok(Some(limit)),
        _ => Err(D::Error::custom("expected a whole number from 1 to 100")),
    }
}

impl Paging {
    /// A paging, where the query holds more than that.
    #[must_use]
    pub fn new(limit: Option<usize>, cursor: Option<String>) -> Self {
        Self { limit, cursor }
    }

    /// How many things a page has at the most.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(LIMIT_DEFAULT)
    }

    /// Where the list goes on; `None` at its start.
    ///
    /// # Errors
    /// `invalid_cursor` for one that was not sealed for this list and tenant.
    pub fn position<T: DeserializeOwned>(
        &self,
        cursors: &Cursors,
        list: &str,
        tenant: &str,
    ) -> Result<Option<T>, Problem> {
        let open = |cursor| cursors.open(list, tenant, cursor);
        self.cursor.as_deref().map(open).transpose()
    }
}
