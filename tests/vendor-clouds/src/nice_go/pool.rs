//! The names of the user pool. They follow from the seed, so that a client which does not look them up does not find in.

use crate::seed::{Seed, Stream};

/// Where the pool is said to be.
const REGION: &str = "us-east-1";

/// The user pool of the cloud.
pub(crate) struct Pool {
    /// The region that it is in.
    pub(super) region: &'static str,
    /// The id of the vendor's app in it.
    pub(super) client_id: String,
    /// Its name, which is its id after the underscore.
    pub(crate) name: String,
    /// The id of the identity pool beside it, which nothing here needs.
    pub(super) identity_pool_id: String,
}

impl Pool {
    /// The pool that grows from this seed.
    pub(crate) fn of(seed: Seed) -> Self {
        let mut names = Stream::new(seed, "user pool");
        Self {
            region: REGION,
            client_id: names.hex(26),
            name: names.hex(9),
            identity_pool_id: format!("{REGION}:{}", names.uuid()),
        }
    }

    /// Its id.
    pub(super) fn id(&self) -> String {
        format!("{}_{}", self.region, self.name)
    }
}
