//! When a door may be closed with nobody watching: 16 CFR 1211.14 (the federal form of UL 325), as types.
//!
//! Sectional doors only; switched on by a deliberate act; light and sound for at least five seconds before the door moves; and
//! after two closes that an obstruction stopped, no third. A close is sent only with an [`UnattendedClosePermit`], and the only
//! way to one leads through all four rules.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Invalid, door::DoorKind};

/// How many closes of one opening may be stopped by an obstruction before remote closing ends (16 CFR 1211.14).
pub const OBSTRUCTED_CLOSES_MAX: u8 = 2;

/// The warning before an unattended close: whole seconds of light and sound, at least five.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "u8", try_from = "u8")]
#[schemars(with = "u8", extend("minimum" = 5, "maximum" = 60))]
pub struct WarningSeconds(u8);

impl WarningSeconds {
    /// The shortest warning the rule allows.
    pub const LEAST: Self = Self(5);

    /// A warning of `seconds`.
    ///
    /// # Errors
    /// [`Invalid`] below five seconds or above sixty.
    pub const fn new(seconds: u8) -> Result<Self, Invalid> {
        if seconds >= 5 && seconds <= 60 {
            Ok(Self(seconds))
        } else {
            Err(Invalid::new("warning_seconds", "between 5 and 60 seconds"))
        }
    }
}

impl From<WarningSeconds> for u8 {
    fn from(warning: WarningSeconds) -> Self {
        warning.0
    }
}

impl TryFrom<u8> for WarningSeconds {
    type Error = Invalid;
    fn try_from(seconds: u8) -> Result<Self, Invalid> {
        Self::new(seconds)
    }
}

/// What an opener says of closing its door with nobody watching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "permission")]
pub enum UnattendedClose {
    /// The opener has it switched on, and warns for this long before it moves.
    Allowed {
        /// How long the opener warns.
        warning_seconds: WarningSeconds,
    },
    /// It may not be closed unattended.
    NotAllowed {
        /// Why not.
        reason: UnattendedCloseBar,
    },
}

/// Why a door may not be closed unattended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnattendedCloseBar {
    /// The door is not known to be sectional.
    NotSectional,
    /// The household has not switched it on for this door.
    NotSwitchedOn,
    /// The opener forbids it: no photo-eyes, a vacation lock, a setting.
    OpenerForbids,
    /// Neither the opener nor its vendor says that it warns before it closes.
    OpenerDoesNotSay,
    /// An obstruction stopped two closes; a person has to look first.
    SuspendedAfterObstructions,
}

/// A household's deliberate act: "this door is sectional, and Postern may close it while nobody watches".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliberateAct {
    /// When the switch was thrown.
    pub at: Timestamp,
}

/// The right to send one unattended close. It exists only where every rule of 16 CFR 1211.14 was found kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "RawPermit")]
pub struct UnattendedClosePermit {
    try_number: u8,
    warning_seconds: WarningSeconds,
}

#[derive(Deserialize, JsonSchema)]
struct RawPermit {
    /// Which close of this opening, counted by the obstructions before it: 1 or 2.
    #[schemars(range(min = 1, max = 2))]
    try_number: u8,
    /// The warning that must come before the door moves.
    warning_seconds: WarningSeconds,
}

impl TryFrom<RawPermit> for UnattendedClosePermit {
    type Error = Invalid;
    fn try_from(raw: RawPermit) -> Result<Self, Invalid> {
        if (1..=OBSTRUCTED_CLOSES_MAX).contains(&raw.try_number) {
            Ok(Self {
                try_number: raw.try_number,
                warning_seconds: raw.warning_seconds,
            })
        } else {
            Err(Invalid::new(
                "try_number",
                "1 or 2: after two obstructed closes there is no third",
            ))
        }
    }
}

impl UnattendedClosePermit {
    /// Judges one close by all rules at once.
    ///
    /// `act` is the household's consent to closing unattended; `obstructed_closes` counts the closes of this opening that an
    /// obstruction has stopped so far.
    ///
    /// # Errors
    /// The first rule that forbids it.
    pub fn judge(
        kind: DoorKind,
        opener: UnattendedClose,
        act: Option<DeliberateAct>,
        obstructed_closes: u8,
    ) -> Result<Self, UnattendedCloseBar> {
        if kind != DoorKind::Sectional {
            return Err(UnattendedCloseBar::NotSectional);
        }
        if act.is_none() {
            return Err(UnattendedCloseBar::NotSwitchedOn);
        }
        let warning_seconds = match opener {
            UnattendedClose::Allowed { warning_seconds } => warning_seconds,
            UnattendedClose::NotAllowed { reason } => return Err(reason),
        };
        if obstructed_closes >= OBSTRUCTED_CLOSES_MAX {
            return Err(UnattendedCloseBar::SuspendedAfterObstructions);
        }
        Ok(Self {
            try_number: obstructed_closes + 1,
            warning_seconds,
        })
    }

    /// Which close of this opening this is, by obstructions: 1 or 2.
    #[must_use]
    pub const fn try_number(self) -> u8 {
        self.try_number
    }

    /// The warning before the door moves.
    #[must_use]
    pub const fn warning(self) -> WarningSeconds {
        self.warning_seconds
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALLOWED: UnattendedClose = UnattendedClose::Allowed {
        warning_seconds: WarningSeconds::LEAST,
    };

    fn act() -> Option<DeliberateAct> {
        Some(DeliberateAct {
            at: Timestamp::UNIX_EPOCH,
        })
    }

    #[test]
    fn each_rule_alone_forbids_the_close() {
        use UnattendedCloseBar::{NotSectional, NotSwitchedOn, OpenerForbids, SuspendedAfterObstructions};
        let judge = UnattendedClosePermit::judge;
        let forbidden = UnattendedClose::NotAllowed {
            reason: OpenerForbids,
        };
        assert_eq!(judge(DoorKind::OnePiece, ALLOWED, act(), 0), Err(NotSectional));
        assert_eq!(judge(DoorKind::Unknown, ALLOWED, act(), 0), Err(NotSectional));
        assert_eq!(judge(DoorKind::Sectional, ALLOWED, None, 0), Err(NotSwitchedOn));
        assert_eq!(
            judge(DoorKind::Sectional, forbidden, act(), 0),
            Err(OpenerForbids)
        );
        assert_eq!(
            judge(DoorKind::Sectional, ALLOWED, act(), 2),
            Err(SuspendedAfterObstructions)
        );
        assert_eq!(
            judge(DoorKind::Sectional, ALLOWED, act(), 1).map(UnattendedClosePermit::try_number),
            Ok(2)
        );
    }

    proptest! {
        #[test]
        fn no_message_smuggles_in_a_third_try_or_a_short_warning(tries: u8, seconds: u8) {
            let json = format!(r#"{{"try_number":{tries},"warning_seconds":{seconds}}}"#);
            let read = serde_json::from_str::<UnattendedClosePermit>(&json);
            prop_assert_eq!(read.is_ok(), (1..=2).contains(&tries) && (5..=60).contains(&seconds));
        }
    }
}
