//! `?limit=&cursor=`: where a list goes on.

use postern_contract::delivery::Page;
use postern_core::store::{Fetched, PageKey};
use postern_http::{Cursors, Problem};
use serde::{Deserialize, Deserializer, de::Error as _};

const LIMIT_DEFAULT: usize = 50;
const LIMIT_MAX: usize = 100;

/// How much of a list is wanted, and from where.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paging {
    #[serde(default, deserialize_with = "limit")]
    limit: Option<usize>,
    #[serde(default)]
    cursor: Option<String>,
}

fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.parse() {
        Ok(limit @ 1..=LIMIT_MAX) => Ok(Some(limit)),
        _ => Err(D::Error::custom("expected a whole number from 1 to 100")),
    }
}

impl Paging {
    /// How many things a page has at the most.
    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(LIMIT_DEFAULT)
    }

    /// Where the list goes on.
    pub(crate) fn position(
        &self,
        cursors: &Cursors,
        list: &str,
        tenant: &str,
    ) -> Result<Option<PageKey>, Problem> {
        self.cursor
            .as_deref()
            .map(|cursor| cursors.open(list, tenant, cursor))
            .transpose()
    }

    /// A page, with the cursor of the next.
    pub(crate) fn page<T>(
        &self,
        cursors: &Cursors,
        list: &str,
        tenant: &str,
        fetched: Fetched<T>,
    ) -> Result<Page<T>, Problem> {
        let next_cursor = fetched
            .next
            .map(|next| cursors.seal(list, tenant, &next))
            .transpose()?;
        Ok(Page {
            items: fetched.items,
            next_cursor,
        })
    }
}
