//! How the carriers' API answers what the core refuses.

mod words;

use std::sync::LazyLock;

use jiff::Timestamp;
use postern_contract::delivery::Window;
use postern_core::{Error, grant::Refusal, keys::KeyError, store::StoreError};
use postern_http::{
    Catalogue, IfMatch, Problem, Words,
    problem::wire::{
        IDEMPOTENCY_KEY_REUSED, INVALID_FIELD, NOT_FOUND, REQUEST_IN_PROGRESS, TOO_MANY_REQUESTS, UNAVAILABLE,
    },
};
use serde::Serialize;
use serde_json::Value;

pub use self::words::{DELIVERIES, QUOTAS, WEBHOOKS};
use self::words::{DOOR_OPENED_TOO_OFTEN, TOO_MANY_UNDER_WAY};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(&[DELIVERIES, WEBHOOKS, QUOTAS]));

/// The answer to what a flow could not do.
pub(crate) fn problem(error: Error) -> Problem {
    match error {
        Error::NotFound => Problem::new(&NOT_FOUND),
        Error::Changed => IfMatch::failed(),
        Error::Invalid(invalid) => Problem::new(&INVALID_FIELD)
            .with("field", invalid.what)
            .with(
                "expected",
                Words::new(invalid.rule, "conforme à la règle de ce champ"),
            )
            .member("field", invalid.what),
        Error::Refused(refusal) => refused(&refusal),
        Error::Webhook(refusal) => match CATALOGUE.get(refusal.code()) {
            Some(entry) => Problem::new(entry),
            None => Problem::internal(&refusal),
        },
        Error::KeyReused => Problem::new(&IDEMPOTENCY_KEY_REUSED),
        Error::TooManyCalls(quota) => Problem::new(&TOO_MANY_REQUESTS)
            .member("quota", quota.name)
            .retry_after_s(quota.resets_in_s),
        Error::DoorOpenedTooOften { retry_after_s } => {
            Problem::new(&DOOR_OPENED_TOO_OFTEN).retry_after_s(retry_after_s)
        }
        Error::TooManyUnderWay => Problem::new(&TOO_MANY_UNDER_WAY),
        Error::StillRunning => Problem::new(&REQUEST_IN_PROGRESS).retry_after_s(2),
        Error::Contended
        | Error::Key(KeyError::Unavailable { .. })
        | Error::Store(StoreError::Throttled | StoreError::Conflict | StoreError::Unreachable { .. }) => {
            tracing::warn!(%error, "a call could not be served just now");
            Problem::new(&UNAVAILABLE).retry_after_s(1)
        }
        other => Problem::internal(&other),
    }
}

fn refused(refusal: &Refusal) -> Problem {
    let Some(entry) = CATALOGUE.get(refusal.code()) else {
        return Problem::internal(refusal);
    };
    let problem = Problem::new(entry);
    match refusal {
        Refusal::NotEligible { reasons } => problem.member("reasons", json(reasons)),
        Refusal::NotArmed { window } | Refusal::OutsideWindow { window } => timed(problem, window),
        Refusal::OutsideGeofence { distance_m, limit_m } => problem
            .with("distance_m", distance_m.to_string())
            .with("limit_m", limit_m.to_string())
            .member("distance_m", *distance_m)
            .member("limit_m", *limit_m),
        Refusal::PositionTooVague { accuracy_m, limit_m } => problem
            .with("accuracy_m", accuracy_m.to_string())
            .with("limit_m", limit_m.to_string())
            .member("accuracy_m", *accuracy_m)
            .member("limit_m", *limit_m),
        Refusal::DeliveryPaused { until } => problem
            .with("until", until.to_string())
            .member("until", json(until)),
        Refusal::CloseNotAllowed { bar } => problem.member("bar", json(bar)),
        Refusal::VendorUnavailable {
            retry_after_s: Some(seconds),
        }
        | Refusal::VendorBusy {
            retry_after_s: Some(seconds),
        } => problem.retry_after_s(*seconds),
        _ => problem,
    }
}

fn timed(problem: Problem, window: &Window) -> Problem {
    let text = |at: Timestamp| at.to_string();
    problem
        .with("starts_at", text(window.starts_at()))
        .with("ends_at", text(window.ends_at()))
        .member("window", json(window))
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("windows, times and names from closed lists are JSON")
}

#[cfg(test)]
mod tests {
    use postern_contract::{carrier::Ineligible, unattended::UnattendedCloseBar};

    use super::*;

    fn every_refusal() -> Vec<Refusal> {
        use Refusal::*;
        let at = Timestamp::UNIX_EPOCH;
        let window = Window::new(at, at + jiff::SignedDuration::from_hours(1)).unwrap();
        vec![
            NotEligible {
                reasons: vec![Ineligible::NotOffered],
            },
            ParcelRepeated,
            ParcelCount,
            NotArmed { window },
            OutsideWindow { window },
            OutsideHours,
            OutsideGeofence {
                distance_m: 900,
                limit_m: 150,
            },
            PositionTooVague {
                accuracy_m: 900,
                limit_m: 100,
            },
            WrongParcel,
            WrongDriver,
            DeliveryDisabled,
            DeliveryPaused { until: at },
            CarrierNotAllowed,
            ReturnsNotTaken,
            WrongPurpose,
            CarrierInactive,
            AlreadyUsed,
            TooManyAttempts,
            DeliveryCancelled,
            DeliveryExpired,
            DeliveryRevoked,
            DeliveryCompleted,
            DoorInUse,
            DoorNeverOpened,
            DoorNotClosed,
            CloseNotAllowed {
                bar: UnattendedCloseBar::OpenerForbids,
            },
            NothingToReissue,
            ReissueTooLate,
            ReissueLimit,
            DoorOffline,
            DoorAlreadyOpen,
            DoorStateUnknown,
            DoorMoving,
            DoorLockedOut,
            DoorObstructed,
            DoorGone,
            LinkBroken,
            VendorUnavailable {
                retry_after_s: Some(5),
            },
            VendorBusy { retry_after_s: None },
        ]
    }

    #[test]
    fn every_refusal_about_webhooks_has_its_words() {
        use postern_core::webhooks::WebhookRefusal::{AddressNotAllowed, Disabled, TooMany};
        assert_eq!(WEBHOOKS.len(), 3);
        for refusal in [TooMany, AddressNotAllowed, Disabled] {
            assert_eq!(problem(refusal.into()).code(), refusal.code());
        }
    }

    #[test]
    fn what_is_too_much_has_its_words() {
        let codes =
            |table: &[&'static postern_http::Entry]| table.iter().map(|entry| entry.code).collect::<Vec<_>>();
        let retry_after_s = 7;
        let refused = [
            Error::DoorOpenedTooOften { retry_after_s },
            Error::TooManyUnderWay,
        ];
        assert_eq!(refused.map(|error| problem(error).code()).to_vec(), codes(QUOTAS));
    }

    #[test]
    fn every_refusal_has_its_words_in_both_languages_with_nothing_left_to_fill_in() {
        assert_eq!(CATALOGUE.faults(), Vec::<String>::new());
        let refusals = every_refusal();
        assert_eq!(refusals.len(), DELIVERIES.len());
        for refusal in refusals {
            let problem = refused(&refusal);
            assert_eq!(problem.code(), refusal.code());
            for language in [postern_http::Language::English, postern_http::Language::French] {
                let detail = problem.detail(language);
                assert!(!detail.contains(['{', '…']), "{detail}");
            }
        }
    }
}
