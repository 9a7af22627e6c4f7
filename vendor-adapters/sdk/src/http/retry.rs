//! When a request may be repeated, and after how long.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use super::{Reply, SendFailure};

/// How often and how patiently a request is repeated.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// How often it is sent at most, the first time included.
    pub attempts_max: u32,
    /// The longest wait before the second attempt; it doubles for each further one.
    pub base_delay: Duration,
    /// The longest `Retry-After` that is waited for. Above it, the answer that asked is handed back.
    pub retry_after_max: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts_max: 3,
            base_delay: Duration::from_millis(200),
            retry_after_max: Duration::from_secs(2),
        }
    }
}

impl RetryPolicy {
    /// How long to wait after the attempt number `attempt` (from 1) that got no answer.
    pub(crate) fn after_failure(
        &self,
        attempt: u32,
        failure: SendFailure,
        jitter: &Jitter,
    ) -> Option<Duration> {
        match failure {
            SendFailure::NotConnected | SendFailure::Interrupted => self.backoff(attempt, jitter),
            SendFailure::TooLate
            | SendFailure::NoAnswerInTime
            | SendFailure::AnswerTooLong
            | SendFailure::LeftAlone { .. }
            | SendFailure::TakenForDown { .. }
            | SendFailure::NotSendable => None,
        }
    }

    /// How long to wait after the attempt number `attempt` (from 1) that got this answer, if it is worth repeating.
    pub(crate) fn after_reply(&self, attempt: u32, reply: &Reply, jitter: &Jitter) -> Option<Duration> {
        let asked = reply
            .retry_after_seconds
            .map(|seconds| Duration::from_secs(seconds.into()));
        match (reply.status.as_u16(), asked) {
            (429 | 503, Some(asked)) if asked <= self.retry_after_max => {
                self.backoff(attempt, jitter).map(|backoff| backoff.max(asked))
            }
            // A 429 that names no time is a lockout at some vendors: repeating makes it longer.
            (429, _) | (_, Some(_)) => None,
            (500 | 502 | 503 | 504 | 521 | 522, None) => self.backoff(attempt, jitter),
            _ => None,
        }
    }

    /// Full jitter: anything from nothing to the exponential delay.
    fn backoff(&self, attempt: u32, jitter: &Jitter) -> Option<Duration> {
        if attempt >= self.attempts_max {
            return None;
        }
        let longest = self.base_delay.saturating_mul(1 << (attempt - 1).min(10));
        Some(longest.mul_f64(jitter.fraction()))
    }
}

/// Where the spread of the waits comes from: not a secret, so any uneven source will do.
#[derive(Clone, Copy, Debug)]
pub struct Jitter(fn() -> u32);

impl Jitter {
    /// A spread taken from `source`: a test gives a constant.
    pub const fn from_source(source: fn() -> u32) -> Self {
        Self(source)
    }

    /// Between 0 and 1.
    fn fraction(self) -> f64 {
        f64::from((self.0)()) / f64::from(u32::MAX)
    }
}

impl Default for Jitter {
    /// The keys that the standard library draws for each hash map.
    fn default() -> Self {
        Self(|| {
            let bytes = RandomState::new().build_hasher().finish().to_ne_bytes();
            u32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::StatusCode;

    use super::*;

    fn reply(status: u16, retry_after_seconds: Option<u32>) -> Reply {
        let status = StatusCode::from_u16(status).unwrap();
        Reply {
            status,
            retry_after_seconds,
            calls_left: None,
            more_in_seconds: None,
            is_json: false,
            body: Vec::new(),
        }
    }

    proptest! {
        #[test]
        fn the_waits_are_bounded_and_end(attempt in 1_u32..40, status in 200_u16..600, asked: Option<u32>) {
            let policy = RetryPolicy::default();
            let wait = policy.after_reply(attempt, &reply(status, asked), &Jitter::default());
            if let Some(wait) = wait {
                prop_assert!(attempt < policy.attempts_max);
                prop_assert!(wait <= policy.retry_after_max.max(policy.base_delay * 4));
            }
        }
    }

    #[test]
    fn a_lockout_without_a_time_is_not_knocked_at_again() {
        let policy = RetryPolicy::default();
        let most = Jitter::from_source(|| u32::MAX);
        assert_eq!(policy.after_reply(1, &reply(429, None), &most), None);
        assert_eq!(policy.after_reply(1, &reply(429, Some(3600)), &most), None);
        assert_eq!(
            policy.after_reply(1, &reply(429, Some(1)), &most),
            Some(Duration::from_secs(1))
        );
        assert_eq!(
            policy.after_reply(2, &reply(500, None), &most),
            Some(Duration::from_millis(400))
        );
        assert_eq!(policy.after_reply(3, &reply(500, None), &most), None);
        assert_eq!(policy.after_reply(1, &reply(401, None), &most), None);
    }
}
