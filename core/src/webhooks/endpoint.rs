//! An endpoint as it rests, and what changes it: pure.

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    feed::EventType,
    ids::WebhookId,
    push::AttemptOutcome,
    text::Remark,
    webhook::{ChangeWebhook, CreateWebhook, DisabledReason, EventFilter, WebhookUrl, WebhookView},
};
use postern_keys::Sealed;
use serde::{Deserialize, Serialize};

use super::Told;

/// How many endpoints a carrier may have.
pub const ENDPOINTS_MAX: usize = 5;
/// After how long of nothing arriving an endpoint is told nothing more. The attempts for one event end before that.
pub const FAILING_MAX: SignedDuration = SignedDuration::from_hours(5 * 24);
/// For how long the secret before the present one still signs.
pub const OLD_SECRET_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Where a carrier wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Its id.
    pub id: WebhookId,
    /// Where events are posted to.
    pub url: WebhookUrl,
    /// Which events.
    pub types: Vec<EventFilter>,
    /// What it is for.
    pub description: Option<Remark>,
    /// Why it is told nothing, if it is not.
    pub disabled: Option<DisabledReason>,
    /// Since when nothing has arrived.
    pub failing_since: Option<Timestamp>,
    /// What signs, sealed.
    pub secret: Sealed,
    /// What proves its asymmetric signatures.
    pub public_key: String,
    /// What signed before, while it still does.
    pub old_secret: Option<OldSecret>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A secret that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreshSecret {
    /// The secret, sealed.
    pub sealed: Sealed,
    /// What proves its asymmetric signatures.
    pub public_key: String,
}

/// A secret that another has taken the place of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldSecret {
    /// The secret, sealed.
    pub secret: Sealed,
    /// The last moment before which it signs.
    pub until: Timestamp,
}

impl Endpoint {
    /// A new endpoint.
    #[must_use]
    pub fn new(id: WebhookId, wanted: CreateWebhook, secret: FreshSecret, now: Timestamp) -> Self {
        Self {
            id,
            url: wanted.url,
            types: wanted.types,
            description: wanted.description,
            disabled: (!wanted.enabled).then_some(DisabledReason::Asked),
            failing_since: None,
            secret: secret.sealed,
            public_key: secret.public_key,
            old_secret: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// The endpoint after a change. One that is switched on begins anew.
    #[must_use]
    pub fn changed(mut self, change: ChangeWebhook, now: Timestamp) -> Self {
        self.url = change.url.unwrap_or(self.url);
        self.types = change.types.unwrap_or(self.types);
        self.description = change.description.or(self.description);
        match change.enabled {
            Some(true) if self.disabled.is_some() => {
                self.disabled = None;
                self.failing_since = None;
            }
            Some(false) if self.disabled.is_none() => self.disabled = Some(DisabledReason::Asked),
            _ => {}
        }
        self.updated_at = now;
        self
    }

    /// The endpoint with another secret. The present one signs beside it for a day; one from before that signs no more.
    #[must_use]
    pub fn rotated(mut self, fresh: FreshSecret, now: Timestamp) -> Self {
        let secret = std::mem::replace(&mut self.secret, fresh.sealed);
        self.public_key = fresh.public_key;
        self.old_secret = Some(OldSecret {
            secret,
            until: now + OLD_SECRET_KEPT,
        });
        self.updated_at = now;
        self
    }

    /// The secrets that sign at `now`, the present one first.
    pub fn secrets(&self, now: Timestamp) -> impl Iterator<Item = &Sealed> {
        let old = self.old_secret.as_ref().filter(move |old| now < old.until);
        std::iter::once(&self.secret).chain(old.map(|old| &old.secret))
    }

    /// Whether it is told of events of this type.
    #[must_use]
    pub fn wants(&self, kind: &EventType) -> bool {
        self.disabled.is_none() && self.types.iter().any(|filter| filter.fits(kind))
    }

    /// The endpoint after an attempt to tell it that ended at `now`; `None` if that changes nothing.
    #[must_use]
    pub fn heard(&self, told: &Told, now: Timestamp) -> Option<Self> {
        if self.disabled.is_some() {
            return None;
        }
        let mut after = self.clone();
        if told.outcome == AttemptOutcome::Arrived {
            after.failing_since = None;
        } else {
            let since = *after.failing_since.get_or_insert(now);
            if told.gone() {
                after.disabled = Some(DisabledReason::Gone);
            } else if now.duration_since(since) >= FAILING_MAX {
                after.disabled = Some(DisabledReason::Failing);
            }
        }
        (after != *self).then_some(after)
    }

    /// The endpoint, as its carrier sees it at `now`.
    #[must_use]
    pub fn view(&self, now: Timestamp) -> WebhookView {
        let old = self.old_secret.as_ref().filter(|old| now < old.until);
        WebhookView {
            id: self.id,
            url: self.url.clone(),
            types: self.types.clone(),
            description: self.description.clone(),
            enabled: self.disabled.is_none(),
            disabled_reason: self.disabled,
            failing_since: self.failing_since,
            public_key: self.public_key.clone(),
            old_secret_until: old.map(|old| old.until),
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
