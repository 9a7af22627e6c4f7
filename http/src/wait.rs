//! `?wait=`: how long a caller would hold the line for a change, so that a handheld needs no polling loop.

use std::str::FromStr;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error as _};

/// The longest wait, in seconds: API Gateway cuts a call at 30 (HTTP API quota, "maximum integration
/// timeout").
pub const WAIT_S_MAX: u8 = 25;

/// A wait of 0 to 25 whole seconds. A field `wait: Option<Wait>` in a [`Query`](crate::Query) struct reads
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Wait(u8);

/// The text is no wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected whole seconds from 0 to 25")]
pub struct InvalidWait;

impl Wait {
    /// The wait in seconds.
    #[must_use]
    pub fn seconds(self) -> u8 {
        self.0
    }

    /// The wait as a duration.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.0.into())
    }
}

impl FromStr for Wait {
    type Err = InvalidWait;

    fn from_str(text: &str) -> Result<Self, InvalidWait> {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let seconds = digits.then(|| text.parse().ok()).flatten().ok_or(InvalidWait)?;
        if seconds > WAIT_S_MAX {
            Err(InvalidWait)
        } else {
            Ok(Self(seconds))
        }
    }
}

impl<'de> Deserialize<'de> for Wait {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_but_whole_seconds_is_a_wait() {
        for text in ["", "+5", "-1", "1.5", "5s", " 5", "026", "٣", "26", "255", "256"] {
            assert_eq!(text.parse::<Wait>(), Err(InvalidWait), "{text}");
        }
        assert_eq!("07".parse::<Wait>().unwrap().duration(), Duration::from_secs(7));
    }

    proptest! {
        #[test]
        fn waits_of_0_to_25_seconds_are_read_and_longer_ones_refused(seconds: u16, text in "\\PC{0,8}") {
            let read = seconds.to_string().parse::<Wait>().ok().map(|wait| u16::from(wait.seconds()));
            prop_assert_eq!(read, (seconds <= 25).then_some(seconds));
            if let Ok(wait) = text.parse::<Wait>() {
                prop_assert!(wait.seconds() <= WAIT_S_MAX);
            }
        }

        #[test]
        fn each_wait_in_range_is_read(seconds in 0u8..=25) {
            prop_assert_eq!(seconds.to_string().parse::<Wait>().unwrap().seconds(), seconds);
        }
    }
}
