//! A call's admission: it is counted once, beside whatever else the call does first.

use std::{fmt, sync::Arc};

use postern_contract::ids::CarrierId;
use tokio::sync::OnceCell;

use super::{Verdict, Window};
use crate::{Error, Platform};

/// Whether one call may go on. It is counted when somebody first asks for the verdict, and once: its clones share it.
#[derive(Clone)]
pub struct Admission(Option<Arc<Counted>>);

struct Counted {
    platform: Platform,
    carrier: CarrierId,
    changes: bool,
    verdict: OnceCell<Option<Verdict>>,
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Admission")
    }
}

impl Admission {
    /// The admission for a call of `carrier`, which `changes` something or does not.
    #[must_use]
    pub fn of(platform: &Platform, carrier: CarrierId, changes: bool) -> Self {
        Self(Some(Arc::new(Counted {
            platform: platform.clone(),
            carrier,
            changes,
            verdict: OnceCell::new(),
        })))
    }

    /// The admission for what no carrier calls for, such as a flow that is tried by itself.
    #[must_use]
    pub const fn uncounted() -> Self {
        Self(None)
    }

    /// How the carrier stands with this call counted; `None` where that could not be found out.
    pub async fn verdict(&self) -> Option<Verdict> {
        let counted = self.0.as_ref()?;
        *counted.verdict.get_or_init(|| counted.count()).await
    }

    /// Demands that the call is not one too many.
    ///
    /// # Errors
    /// [`Error::TooManyCalls`].
    pub async fn demand(&self) -> Result<(), Error> {
        match self.verdict().await.and_then(|verdict| verdict.exceeded) {
            Some(quota) => Err(Error::TooManyCalls(quota)),
            None => Ok(()),
        }
    }
}

impl Counted {
    async fn count(&self) -> Option<Verdict> {
        let (store, carrier) = (&self.platform.store, &self.carrier);
        let now = self.platform.now();
        let window = Window::minute(now);
        let counting = store.count_call(carrier, window.starts_at_s, window.ends_at(), self.changes);
        match tokio::try_join!(store.carrier(carrier), counting) {
            Ok((record, count)) => {
                let allowance = record.map(|record| record.allowance).unwrap_or_default();
                Some(Verdict::judge(&allowance, count, self.changes, window, now))
            }
            Err(error) => {
                tracing::warn!(%carrier, %error, "a call could not be counted, and goes on");
                None
            }
        }
    }
}
