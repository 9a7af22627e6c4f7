//! Posting to addresses that strangers chose: only where everybody could go, within seconds, following nothing, believing nothing but
//! the status.

use std::{error::Error as StdError, io, net::SocketAddr, sync::Arc, time::Duration};

use postern_contract::{feed, push::AttemptOutcome};
use postern_core::webhooks::{Addresses, Letter, Told};
use reqwest::{
    Client, Response, StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{CONTENT_TYPE, RETRY_AFTER},
    redirect,
};
use tokio::time::Instant;

/// How long an endpoint has to answer, from the first step of finding it to the head of its answer.
pub const TIME_MAX: Duration = Duration::from_secs(5);
/// For how long an idle connection is kept: a function is frozen between its invocations and does not see how the other side hangs up.
const IDLE_MAX: Duration = Duration::from_secs(20);
/// What every post says of who posts.
const USER_AGENT: &str = concat!("postern-webhooks/", env!("CARGO_PKG_VERSION"));

/// Posts.
#[derive(Debug, Clone)]
pub struct Poster {
    client: Client,
    addresses: Addresses,
}

/// The client could not be made: the system's trusted certificates cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("nothing can be posted: {0}")]
pub struct PosterError(#[source] reqwest::Error);

impl Poster {
    /// Posts to these addresses. A proxy that the environment names is not used: it would resolve names unguarded.
    ///
    /// # Errors
    /// [`PosterError`].
    pub fn new(addresses: Addresses) -> Result<Self, PosterError> {
        let client = Client::builder()
            .dns_resolver(Arc::new(Guarded(addresses)))
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .timeout(TIME_MAX)
            .pool_idle_timeout(IDLE_MAX)
            .user_agent(USER_AGENT)
            .build()
            .map_err(PosterError)?;
        Ok(Self { client, addresses })
    }

    /// Posts, and tells how it went. Of the answer nothing but the head is read.
    pub async fn post(&self, letter: &Letter) -> Told {
        let begun = Instant::now();
        let mut told = match self.addresses.check(&letter.url) {
            // What was allowed when it was set may not be any more.
            Err(_) => Told {
                outcome: AttemptOutcome::AddressNotAllowed,
                status: None,
                took_ms: 0,
                retry_after_s: None,
            },
            Ok(url) => {
                let request = self.client.post(url).header(CONTENT_TYPE, feed::CONTENT_TYPE);
                let request = request
                    .header("webhook-id", letter.id.to_string())
                    .header("webhook-timestamp", letter.timestamp_s)
                    .header("webhook-signature", &letter.signatures);
                match request.body(letter.body.clone()).send().await {
                    Ok(answer) => answered(&answer),
                    Err(error) => unanswered(error, letter),
                }
            }
        };
        told.took_ms = u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
        told
    }
}

fn answered(answer: &Response) -> Told {
    let status = answer.status();
    let asked = answer
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let busy = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    Told {
        outcome: match status.is_success() {
            true => AttemptOutcome::Arrived,
            false => AttemptOutcome::Refused,
        },
        status: Some(status.as_u16()),
        took_ms: 0,
        retry_after_s: asked.filter(|_| busy),
    }
}

fn unanswered(error: reqwest::Error, letter: &Letter) -> Told {
    let first: Option<&dyn StdError> = Some(&error);
    let not_allowed =
        std::iter::successors(first, |&error| error.source()).any(<dyn StdError>::is::<NotAllowed>);
    let outcome = if not_allowed {
        AttemptOutcome::AddressNotAllowed
    } else if error.is_timeout() {
        AttemptOutcome::TimedOut
    } else {
        AttemptOutcome::Unreachable
    };
    // The address may hold what only its carrier knows.
    let place = letter.place();
    let error = error.without_url();
    tracing::debug!(carrier = %place.carrier, webhook = %place.webhook, ?outcome, %error, "an endpoint was not told");
    Told {
        outcome,
        status: None,
        took_ms: 0,
        retry_after_s: None,
    }
}

/// A name stands for no address that may be posted to.
#[derive(Debug, thiserror::Error)]
#[error("the name stands for no address that may be posted to")]
struct NotAllowed;

/// The system's resolver, without the addresses that may not be posted to: what is connected to is what was looked at.
struct Guarded(Addresses);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.is_empty() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "the name stands for no address").into());
            }
            let open: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| allowed.may_post_to(address.ip()))
                .collect();
            match open.is_empty() {
                true => Err(NotAllowed.into()),
                false => Ok(Box::new(open.into_iter()) as Addrs),
            }
        })
    }
}
