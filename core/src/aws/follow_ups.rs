//! Follow-ups through an SQS queue whose messages are delayed one by one.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_sdk_sqs::{
    Client,
    config::{retry::RetryConfig, timeout::TimeoutConfig},
    error::{ProvideErrorMetadata, SdkError},
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::ports::{Clock, FollowUpError, FollowUps};

/// The longest delay of a message, in seconds
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>).
pub const DELAY_S_MAX: i64 = 900;
/// How long leaving a follow-up may take in all, in milliseconds: a driver may be waiting for the flow that leaves it, and the sweep
/// finds what was not left.
const SEND_MS_MAX: u64 = 1_500;
/// How long one attempt may take, in milliseconds.
const ATTEMPT_MS_MAX: u64 = 700;
/// How often a message is tried: a follow-up that comes twice does no harm.
const TRIES_MAX: u32 = 2;

/// Leaves follow-ups in a standard queue; a FIFO queue does not delay single messages. What lies further ahead than
/// [`DELAY_S_MAX`] is left to the sweep of what is due.
#[derive(Clone)]
pub struct SqsFollowUps {
    client: Client,
    queue_url: String,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for SqsFollowUps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqsFollowUps")
            .field("queue_url", &self.queue_url)
            .finish_non_exhaustive()
    }
}

impl SqsFollowUps {
    /// Follow-ups through the queue at `queue_url`. The client's time-outs and retries are set here.
    #[must_use]
    pub fn new(client: &Client, queue_url: impl Into<String>, clock: Arc<dyn Clock>) -> Self {
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(Duration::from_millis(SEND_MS_MAX))
            .operation_attempt_timeout(Duration::from_millis(ATTEMPT_MS_MAX))
            .build();
        let config = client
            .config()
            .to_builder()
            .retry_config(RetryConfig::standard().with_max_attempts(TRIES_MAX))
            .timeout_config(timeouts)
            .build();
        Self {
            client: Client::from_conf(config),
            queue_url: queue_url.into(),
            clock,
        }
    }
}

#[async_trait]
impl<S: Serialize + Send + Sync + 'static> FollowUps<S> for SqsFollowUps {
    async fn look_at(&self, subject: S, at: Timestamp) -> Result<(), FollowUpError> {
        let Some(delay_s) = delay_s(self.clock.now(), at) else {
            return Ok(());
        };
        let body = serde_json::to_string(&subject).map_err(|error| FollowUpError(error.to_string()))?;
        let request = self.client.send_message().queue_url(&self.queue_url);
        let sent = request.message_body(body).delay_seconds(delay_s).send().await;
        sent.map(drop).map_err(|error| FollowUpError(reason(&error)))
    }
}

/// How long to delay a message for `at`, in whole seconds and rather late than early: a look that comes early finds nothing due.
/// `None` when it is too far ahead for the queue.
fn delay_s(now: Timestamp, at: Timestamp) -> Option<i32> {
    let ahead = at.duration_since(now).max(SignedDuration::ZERO);
    let whole = ahead.as_secs() + i64::from(ahead.subsec_nanos() > 0);
    i32::try_from(whole)
        .ok()
        .filter(|whole| i64::from(*whole) <= DELAY_S_MAX)
}

/// What happened, in SQS's words where it answered.
fn reason<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    match error {
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("no code");
            format!("{code}: {}", service.err().message().unwrap_or("no message"))
        }
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::DispatchFailure(_) => "the message could not be sent".to_owned(),
        SdkError::ResponseError(_) => "the answer could not be read".to_owned(),
        _ => "the request could not be made".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_delay_is_rounded_up_and_never_longer_than_the_queue_takes() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let after = |ms| delay_s(now, now + SignedDuration::from_millis(ms));
        assert_eq!(after(-5_000), Some(0));
        assert_eq!(after(0), Some(0));
        assert_eq!(after(1), Some(1));
        assert_eq!(after(1_000), Some(1));
        assert_eq!(after(1_001), Some(2));
        assert_eq!(after(900_000), Some(900));
        assert_eq!(after(900_001), None);
    }

    proptest! {
        #[test]
        fn no_moment_upsets_it(a in -377_705_023_201_i64..=253_402_207_200, b in -377_705_023_201_i64..=253_402_207_200) {
            let at = |s| Timestamp::from_second(s).unwrap();
            let delay = delay_s(at(a), at(b));
            prop_assert_eq!(delay.is_none(), b - a > DELAY_S_MAX);
        }
    }
}
