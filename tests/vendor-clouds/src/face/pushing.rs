//! What a vendor's side does by itself: it looks again and again for what happened, and tells whoever wants to know.

use std::time::Duration;

use tokio::task::JoinHandle;

use crate::error::CloudError;

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// How long whoever is told may take to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(5);

/// The pushing, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Pushing(JoinHandle<()>);

impl Drop for Pushing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Pushing {
    /// Begins. In a round it looks once, and sends what there is.
    pub(crate) fn begin<F, R>(round: F) -> Self
    where
        F: Fn(reqwest::Client) -> R + Send + 'static,
        R: Future<Output = Result<(), CloudError>> + Send,
    {
        Self(tokio::spawn(async move {
            let client = match reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(ANSWER_WAIT)
                .build()
            {
                Ok(client) => client,
                Err(error) => return tracing::error!(%error, "nothing can be pushed"),
            };
            loop {
                // A client is a handle, and its clones share what it has open.
                if let Err(error) = round(client.clone()).await {
                    tracing::error!(%error, "the simulator failed to push");
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }))
    }
}
