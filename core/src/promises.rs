//! The seven promises, and the guards that keep them, by name.
//!
//! A guard is one check without which a promise can be broken. Naming them makes two things possible: an index of what holds what,
//! and a proof that each is needed. A build with the feature `breakable` can take some away at run time; then the model checker, the
//! fault simulation and the live tests must each find the promise broken. No function that is deployed is built with that feature,
//! and without it [`Limits::stands`](crate::grant::Limits::stands) is a constant `true`.

/// A promise that never bends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Promise {
    /// 1.
    OpensOnce,
    /// 2.
    RightHolds,
    /// 3.
    NoBlindRepeat,
    /// 4.
    ClosedOrTold,
    /// 5.
    IntentFirst,
    /// 6.
    TenantsApart,
    /// 7.
    SecretsKept,
}

impl Promise {
    /// All seven, in their order.
    pub const ALL: [Self; 7] = [
        Self::OpensOnce,
        Self::RightHolds,
        Self::NoBlindRepeat,
        Self::ClosedOrTold,
        Self::IntentFirst,
        Self::TenantsApart,
        Self::SecretsKept,
    ];

    /// Its number, from 1.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// Its name, as tests and reports print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpensOnce => "opens_once",
            Self::RightHolds => "right_holds",
            Self::NoBlindRepeat => "no_blind_repeat",
            Self::ClosedOrTold => "closed_or_told",
            Self::IntentFirst => "intent_first",
            Self::TenantsApart => "tenants_apart",
            Self::SecretsKept => "secrets_kept",
        }
    }

    /// What is promised.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::OpensOnce => "A code opens one door, once.",
            Self::RightHolds => {
                "No open leaves outside the window, after a cancel or revoke, or after the customer's *off* has been answered."
            }
            Self::NoBlindRepeat => "An open whose outcome is unknown is never repeated blindly.",
            Self::ClosedOrTold => {
                "A door that was opened is confirmed closed, or a person has been told and the grant says so. Never silently \
                 completed."
            }
            Self::IntentFirst => {
                "The intent is on record before its effect leaves the system, and the outcome after. A crash at any point between \
                 is found and finished by the guardian."
            }
            Self::TenantsApart => "No tenant sees or touches what is another's.",
            Self::SecretsKept => {
                "Codes and vendors' tokens are never in a log, an error, an answer, or at rest in clear."
            }
        }
    }
}

macro_rules! guards {
    ($($promise:ident { $($name:ident = $words:literal,)* })*) => {
        /// A check without which a promise can be broken.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Guard {
            $($(#[doc = $words] $name,)*)*
        }

        impl Guard {
            /// All of them, by promise.
            pub const ALL: &'static [Self] = &[$($(Self::$name,)*)*];

            /// The promise that it keeps.
            #[must_use]
            pub const fn promise(self) -> Promise {
                match self {
                    $($(Self::$name => Promise::$promise,)*)*
                }
            }

            /// Its name, as the code spells it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $($(Self::$name => stringify!($name),)*)*
                }
            }

            /// What it checks.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self {
                    $($(Self::$name => $words,)*)*
                }
            }
        }
    };
}

guards! {
    OpensOnce {
        OnlyArmedOpens = "Only an armed grant decides to open.",
        CodeLiesReady = "An open takes a code that lies ready, and takes it away.",
        CodeRedeemedOnce = "The record lets a code be redeemed once.",
        NobodyWasFaster = "What was decided is recorded only on the very grant that it was decided about.",
    }
    RightHolds {
        NotOver = "A delivery that has ended decides nothing any more.",
        NotRevoked = "A grant that the household took back opens nothing, though its end is still awaited.",
        InsideWindow = "An open is decided inside the window only, and a reissued one inside its minutes.",
        ConsentCovers = "The household's consent must cover the carrier, the door and the moment.",
        ConsentUnchanged = "The redeeming transaction demands the consent in the version that was judged.",
        DoorStillTheirs = "The redeeming transaction demands the household's claim on the door.",
        LeavesInTime = "An order to open has a last moment to leave, inside the window.",
        OffWaits = "Who takes the right back is answered only when no open on its way can leave any more.",
        ChangedUntouched = "A delivery is changed only where its door was not used and no open may leave or be carried out late.",
        BoundToDriver = "Once a driver is known, no other opens.",
        BoundToPlace = "The driver must stand at the door.",
        BoundToParcel = "The parcel scanned must be one of the delivery's.",
    }
    NoBlindRepeat {
        DoubtEndsAtTheDoor = "A word that comes after doubt ends no doubt; only the door does.",
        CutOffIsUnknown = "An order whose sender is gone counts as one that may have left.",
        OpenGetsItsTime = "A door still closed means nothing before an open had the time it may take.",
        LateOpenWatched = "An open that seemed to do nothing is watched for, in case it is carried out late.",
    }
    ClosedOrTold {
        OnlyClosedCompletes = "Only a door that was seen closed completes a delivery.",
        ClosedAfterTheOrder = "A door counts as closed by a reading newer than the order and the last sight of it open.",
        NoFutureReading = "A reading from the future is no evidence.",
        NoThirdClose = "After two closes that were stopped there is no third (16 CFR 1211.14).",
        NoEndInUse = "A grant does not end while its door is in use.",
        SilenceIsTold = "A door of which nothing is heard is told to a person.",
        OpenDoorStaysDue = "A door that stands open stays on the guardian's agenda.",
    }
    IntentFirst {
        IntentOnRecord = "An order to open leaves only once the transaction that holds its intent was committed.",
        CutOffIsFound = "An order without an outcome comes up on the guardian's agenda when its time is over.",
    }
    TenantsApart {
        CarrierOwnsDelivery = "Another carrier's delivery is answered as one that does not exist.",
        HouseholdOwnsDelivery = "Another household's delivery is answered as one that does not exist.",
    }
    SecretsKept {
        CodeSealedAtRest = "The record holds a code sealed, and beside it only its hash.",
    }
}

/// Guards that a test has taken away.
#[cfg(feature = "breakable")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Broken(u64);

#[cfg(feature = "breakable")]
impl Broken {
    /// These and no others.
    #[must_use]
    pub fn these(guards: &[Guard]) -> Self {
        Self(guards.iter().fold(0, |bits, guard| bits | 1 << *guard as u64))
    }

    /// Whether `guard` is among them.
    #[must_use]
    pub const fn has(self, guard: Guard) -> bool {
        self.0 & (1 << guard as u64) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_promise_has_a_guard_a_name_and_its_number() {
        for (at, promise) in Promise::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(promise.number()), at + 1);
            assert!(Guard::ALL.iter().any(|guard| guard.promise() == promise));
            assert_eq!(
                Promise::ALL
                    .iter()
                    .filter(|other| other.name() == promise.name())
                    .count(),
                1
            );
        }
    }
}
