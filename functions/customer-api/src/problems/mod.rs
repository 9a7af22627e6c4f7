//! How the customers' API answers what the core refuses.

mod words;

use std::sync::LazyLock;

use postern_contract::unattended::UnattendedCloseBar;
use postern_core::{Error, households::HouseholdRefusal, keys::KeyError, store::StoreError};
use postern_http::{
    Catalogue, IfMatch, Problem, Words,
    problem::wire::{INVALID_FIELD, NOT_FOUND, UNAVAILABLE},
};

pub use self::words::HOUSEHOLDS;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(&[HOUSEHOLDS]));

/// How long to leave a vendor alone that did not say, in seconds.
const VENDOR_PAUSE_S: u32 = 10;
/// How long closing a door usually takes, its warning included, in seconds.
const CLOSING_S: u32 = 30;

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
        Error::Household(refusal) => refused(&refusal),
        Error::Adapter(error) => {
            tracing::warn!(%error, "a vendor's adapter did not do its part");
            refused(&HouseholdRefusal::VendorUnavailable {
                retry_after_s: error.retry_after_seconds,
            })
        }
        Error::Contended
        | Error::Key(KeyError::Unavailable { .. })
        | Error::Store(StoreError::Throttled | StoreError::Conflict | StoreError::Unreachable { .. }) => {
            tracing::warn!(%error, "a call could not be served just now");
            Problem::new(&UNAVAILABLE).retry_after_s(1)
        }
        other => Problem::internal(&other),
    }
}

fn refused(refusal: &HouseholdRefusal) -> Problem {
    let Some(entry) = CATALOGUE.get(refusal.code()) else {
        return Problem::internal(refusal);
    };
    let problem = Problem::new(entry);
    match refusal {
        HouseholdRefusal::UnattendedCloseBarred { bar } => {
            let (name, words) = barred(*bar);
            problem.with("why", words).member("bar", name)
        }
        HouseholdRefusal::AnswersRefused { tries_left } => problem
            .with("then", then(*tries_left))
            .member("tries_left", *tries_left),
        HouseholdRefusal::TooManyLogins { retry_after_s } => problem.retry_after_s(*retry_after_s),
        HouseholdRefusal::DoorBeingClosed => problem.retry_after_s(CLOSING_S),
        HouseholdRefusal::VendorUnavailable { retry_after_s } => {
            problem.retry_after_s(retry_after_s.unwrap_or(VENDOR_PAUSE_S))
        }
        _ => problem,
    }
}

/// What to do about answers that were not taken.
fn then(tries_left: u8) -> Words {
    match tries_left {
        0 => Words::new("Then begin again", "Puis recommencez"),
        1 => Words::new("Then try once more", "Puis réessayez une dernière fois"),
        _ => Words::new("Then try again", "Puis réessayez"),
    }
}

fn barred(bar: UnattendedCloseBar) -> (&'static str, Words) {
    match bar {
        UnattendedCloseBar::NotSectional => (
            "not_sectional",
            Words::new(
                "it is not known to be made of hinged sections",
                "rien n’indique qu’elle soit faite de panneaux articulés",
            ),
        ),
        UnattendedCloseBar::NotSwitchedOn => (
            "not_switched_on",
            Words::new(
                "you have not allowed it for this door",
                "vous ne l’avez pas permis pour cette porte",
            ),
        ),
        UnattendedCloseBar::OpenerForbids => (
            "opener_forbids",
            Words::new(
                "its opener is set not to allow it",
                "son ouvre-porte est réglé pour ne pas le permettre",
            ),
        ),
        UnattendedCloseBar::OpenerDoesNotSay => (
            "opener_does_not_say",
            Words::new(
                "neither its opener nor the opener’s maker says that it warns before it closes",
                "ni son ouvre-porte ni le fabricant n’indiquent qu’il avertit avant de se fermer",
            ),
        ),
        UnattendedCloseBar::SuspendedAfterObstructions => (
            "suspended_after_obstructions",
            Words::new(
                "something stopped it twice, and a person has to look first",
                "un obstacle l’a arrêtée deux fois, et quelqu’un doit d’abord vérifier",
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use postern_http::Language;

    use super::*;

    fn every_refusal() -> Vec<HouseholdRefusal> {
        use HouseholdRefusal::*;
        vec![
            NotSignedUp,
            AlreadySignedUp,
            AddressTaken,
            UnknownTimeZone,
            NoDeliveryDoor,
            LinkBroken,
            UnattendedOpenBarred,
            UnattendedCloseBarred {
                bar: UnattendedCloseBar::NotSectional,
            },
            LoginNotKnown,
            LoginRefused,
            AnswersRefused { tries_left: 2 },
            TooManyLogins { retry_after_s: 600 },
            UnknownVendor,
            TooManyLinks,
            DoorBeingClosed,
            DoorOffline,
            DoorGone,
            VendorUnavailable { retry_after_s: None },
        ]
    }

    #[test]
    fn every_refusal_has_its_words_in_both_languages_with_nothing_left_to_fill_in() {
        assert_eq!(CATALOGUE.faults(), Vec::<String>::new());
        let refusals = every_refusal();
        assert_eq!(refusals.len(), HOUSEHOLDS.len());
        for refusal in refusals {
            let problem = refused(&refusal);
            assert_eq!(problem.code(), refusal.code());
            for language in [Language::English, Language::French] {
                let detail = problem.detail(language);
                assert!(!detail.contains(['{', '…']), "{detail}");
            }
        }
    }

    #[test]
    fn every_bar_is_worded_differently_in_both_languages() {
        use UnattendedCloseBar::*;
        let mut seen = std::collections::BTreeSet::new();
        for bar in [
            NotSectional,
            NotSwitchedOn,
            OpenerForbids,
            OpenerDoesNotSay,
            SuspendedAfterObstructions,
        ] {
            let (name, words) = barred(bar);
            assert_eq!(serde_json::to_value(bar).unwrap(), name);
            assert!(seen.insert(words.text(Language::English).to_owned()));
            assert!(seen.insert(words.text(Language::French).to_owned()));
        }
    }
}
