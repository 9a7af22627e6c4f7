//! An adapter behind an address: the request is posted, the reply is the answer's body.

use std::time::Duration;

use async_trait::async_trait;
use postern_contract::conformance::Build;
use url::Url;

use super::{NoReply, Reach, Unseen};

/// How long a reply is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// An adapter behind an address.
#[derive(Clone, Debug)]
pub struct Address {
    http: reqwest::Client,
    at: Url,
}

impl Address {
    /// The adapter that answers at `at`.
    ///
    /// # Errors
    /// When this machine has no TLS roots.
    pub fn new(at: Url) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder().timeout(PATIENCE).build()?;
        Ok(Self { http, at })
    }
}

#[async_trait]
impl Reach for Address {
    async fn ask(&self, request: Vec<u8>) -> Result<Vec<u8>, NoReply> {
        let post = self.http.post(self.at.clone());
        let sent = post.header("content-type", "application/json").body(request);
        let gone = |error: reqwest::Error| {
            if error.is_timeout() {
                NoReply::Silent(PATIENCE.as_secs())
            } else {
                NoReply::Gone(error.without_url().to_string())
            }
        };
        let answer = sent.send().await.map_err(gone)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(gone)?;
        if status.is_success() {
            Ok(body.into())
        } else {
            Err(NoReply::Failed(format!("status {status}")))
        }
    }

    async fn renew(&self) -> Result<(), Unseen> {
        Err(Unseen(
            "what lies behind an address cannot be started anew from here".to_owned(),
        ))
    }

    async fn logs(&self) -> Result<String, Unseen> {
        Err(Unseen(
            "the log of what lies behind an address cannot be seen from here".to_owned(),
        ))
    }

    fn build(&self) -> Build {
        Build::Unknown
    }
}
