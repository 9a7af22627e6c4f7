//! How long the things that a door does take.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long the things that a door does take. In JSON each is a number of milliseconds, named `…_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DoorTimings {
    /// From an accepted open to the first movement.
    #[serde(rename = "open_start_ms", with = "millis")]
    pub open_start: Duration,
    /// From closed to fully open.
    #[serde(rename = "open_travel_ms", with = "millis")]
    pub open_travel: Duration,
    /// Light and sound before an unattended close moves the door (16 CFR 1211.14 asks for five seconds). The reported
    /// state stays what it was meanwhile.
    #[serde(rename = "close_warning_ms", with = "millis")]
    pub close_warning: Duration,
    /// From fully open to closed.
    #[serde(rename = "close_travel_ms", with = "millis")]
    pub close_travel: Duration,
    /// From a change at the door to the cloud showing it.
    #[serde(rename = "report_lag_ms", with = "millis")]
    pub report_lag: Duration,
    /// How often a quiet door is in contact with its cloud.
    #[serde(rename = "heartbeat_ms", with = "millis")]
    pub heartbeat: Duration,
    /// The most that a start may come late, drawn anew for each command.
    #[serde(rename = "jitter_ms", with = "millis")]
    pub jitter: Duration,
}

impl Default for DoorTimings {
    /// A real door: one second to start, twelve to open; five of warning, thirteen to close; shown two seconds late.
    fn default() -> Self {
        Self {
            open_start: Duration::from_secs(1),
            open_travel: Duration::from_secs(12),
            close_warning: Duration::from_secs(5),
            close_travel: Duration::from_secs(13),
            report_lag: Duration::from_secs(2),
            heartbeat: Duration::from_secs(30),
            jitter: Duration::ZERO,
        }
    }
}

impl DoorTimings {
    /// Everything in tens of milliseconds, for tests.
    #[must_use]
    pub const fn fast() -> Self {
        Self {
            open_start: Duration::from_millis(20),
            open_travel: Duration::from_millis(60),
            close_warning: Duration::from_millis(50),
            close_travel: Duration::from_millis(60),
            report_lag: Duration::from_millis(20),
            heartbeat: Duration::from_millis(20),
            jitter: Duration::ZERO,
        }
    }

    /// These timings, run `speed` times as fast. `None` unless `speed` is a positive number that leaves durations
    /// that a clock can hold.
    #[must_use]
    pub fn at_speed(&self, speed: f64) -> Option<Self> {
        if !speed.is_finite() || speed <= 0.0 {
            return None;
        }
        let scale = |duration: Duration| Duration::try_from_secs_f64(duration.as_secs_f64() / speed).ok();
        Some(Self {
            open_start: scale(self.open_start)?,
            open_travel: scale(self.open_travel)?,
            close_warning: scale(self.close_warning)?,
            close_travel: scale(self.close_travel)?,
            report_lag: scale(self.report_lag)?,
            heartbeat: scale(self.heartbeat)?,
            jitter: scale(self.jitter)?,
        })
    }
}

/// Durations as whole milliseconds.
mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// A day: longer than anything a door does, and short enough for every sum of times.
    const MOST_MS: u64 = 24 * 60 * 60 * 1000;

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        u64::try_from(duration.as_millis())
            .unwrap_or(u64::MAX)
            .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let millis = u64::deserialize(deserializer)?;
        if millis > MOST_MS {
            return Err(serde::de::Error::custom("at most a day, 86400000 ms"));
        }
        Ok(Duration::from_millis(millis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_divides_every_time() {
        let timings = DoorTimings::default().at_speed(10.0).unwrap();
        assert_eq!(timings.close_warning, Duration::from_millis(500));
        assert_eq!(timings.open_travel, Duration::from_millis(1200));
        assert_eq!(DoorTimings::default().at_speed(0.0), None);
        assert_eq!(DoorTimings::default().at_speed(f64::NAN), None);
    }

    #[test]
    fn json_names_its_unit_and_refuses_what_it_does_not_know() {
        let json = serde_json::to_value(DoorTimings::default()).unwrap();
        assert_eq!(json["close_warning_ms"], 5000);
        let unknown = serde_json::from_str::<DoorTimings>(r#"{"close_warning": 1}"#);
        assert!(unknown.unwrap_err().to_string().contains("close_warning"));
    }
}
