//! Who calls, and what for.

use postern_contract::ids::CarrierId;
use postern_core::deliveries;
use postern_http::{
    Authorized, Claims, Fingerprint, IdempotencyKey, Problem, Scope, problem::wire::UNAUTHORIZED,
};

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct $name;
        impl Scope for $name {
            const NAME: &'static str = $text;
        }
    )*};
}

scopes! {
    /// Ask whether a delivery can be had.
    EligibilityRead = "eligibility:read";
    /// See deliveries.
    DeliveriesRead = "deliveries:read";
    /// Book deliveries, and open and close their doors.
    DeliveriesWrite = "deliveries:write";
    /// See what happened in a delivery.
    EvidenceRead = "evidence:read";
    /// Say where to be told of events.
    WebhooksWrite = "webhooks:write";
}

/// The carrier that a token was issued to: its client id is the name the operator registered it under.
pub(crate) fn carrier<S>(token: &Authorized<S>) -> Result<CarrierId, Problem> {
    named(&token.claims)
}

/// The same, of a token whatever it allows.
pub(crate) fn named(claims: &Claims) -> Result<CarrierId, Problem> {
    let client = claims.client_id.as_deref().unwrap_or(&claims.subject);
    client.parse().map_err(|_| Problem::new(&UNAUTHORIZED))
}

/// An unsafe request, by its carrier and its idempotency key.
pub(crate) fn idempotent(
    carrier: CarrierId,
    key: &IdempotencyKey,
    fingerprint: &Fingerprint,
) -> deliveries::Idempotent {
    deliveries::Idempotent {
        carrier,
        key: key.as_str().to_owned(),
        fingerprint: fingerprint.as_str().to_owned(),
    }
}
