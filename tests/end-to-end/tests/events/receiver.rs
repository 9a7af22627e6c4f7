//! A carrier's system that is posted to, and what other people's libraries say of what it got.

use std::{
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use postern_contract::{feed::CarrierEvent, webhook::WebhookSecret};
use postern_test_tools::{fed, node, on_node, python};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify, time::timeout};

/// The libraries of Standard Webhooks, of two languages.
const IN_PYTHON: [&str; 1] = ["standardwebhooks==1.1.0"];
const IN_JAVASCRIPT: [&str; 1] = ["standardwebhooks@1.1.1"];

/// The longest that a post may take to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// One post, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    headers: HeaderMap,
    /// The body.
    pub(crate) body: String,
}

impl Post {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// The event that it tells.
    pub(crate) fn event(&self) -> CarrierEvent {
        serde_json::from_str(&self.body).unwrap()
    }

    /// What both libraries, and for `v1a` JavaScript's own cryptography, make of it: whether it is what the holder of this secret
    /// and this public key was sent.
    pub(crate) fn proven(&self, secret: &str, public_key: &str) -> [bool; 3] {
        let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"];
        let headers = headers.map(|name| (name.to_owned(), Value::from(self.header(name))));
        let headers: serde_json::Map<String, Value> = headers.into_iter().collect();
        let input =
            json!({ "secret": secret, "public_key": public_key, "headers": headers, "body": self.body });
        let input = input.to_string();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/events");
        let mut by_python = Command::new(python(&IN_PYTHON).join("python"));
        by_python.arg(format!("{folder}/verify.py"));
        let mut by_javascript = on_node("node");
        by_javascript
            .arg(format!("{folder}/verify.mjs"))
            .arg(node(&IN_JAVASCRIPT));
        let mut said = [&mut by_python, &mut by_javascript]
            .into_iter()
            .flat_map(|library| {
                let output = fed(library, input.as_bytes());
                assert!(output.status.success(), "{output:?}");
                let said: Vec<bool> = serde_json::from_slice(&output.stdout).unwrap();
                said
            });
        [(); 3].map(|()| said.next().unwrap())
    }
}

/// Whether a post is what an endpoint's carrier was sent, as each library says.
pub(crate) fn proven(post: &Post, endpoint: &WebhookSecret) -> [bool; 3] {
    post.proven(endpoint.secret.expose(), &endpoint.webhook.public_key)
}

#[derive(Default)]
struct Inbox {
    posts: Mutex<Vec<Post>>,
    came: Notify,
    /// What the next posts are answered; 204 when there is nothing left.
    answers: Mutex<Vec<StatusCode>>,
}

/// A server that takes what is posted to it.
pub(crate) struct Receiver {
    inbox: Arc<Inbox>,
    /// Where.
    pub(crate) url: String,
}

impl Receiver {
    /// One that takes everything, but for the first posts, which it answers so.
    pub(crate) async fn start(answers: &[u16]) -> Self {
        let inbox = Arc::new(Inbox::default());
        let answers = answers.iter().rev();
        *inbox.answers.lock().unwrap() = answers
            .map(|status| StatusCode::from_u16(*status).unwrap())
            .collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let router = Router::new().fallback(take).with_state(Arc::clone(&inbox));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { inbox, url }
    }

    /// Everything that came, once there is as much as that.
    pub(crate) async fn posts(&self, count: usize) -> Vec<Post> {
        let all = async {
            loop {
                let came = self.inbox.came.notified();
                let posts = self.inbox.posts.lock().unwrap().clone();
                if posts.len() >= count {
                    return posts;
                }
                came.await;
            }
        };
        timeout(PATIENCE, all)
            .await
            .unwrap_or_else(|_| panic!("{count} posts never came; there were {:#?}", self.inbox.posts))
    }
}

async fn take(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let body = String::from_utf8(body.to_vec()).unwrap();
    inbox.posts.lock().unwrap().push(Post { headers, body });
    inbox.came.notify_waiters();
    inbox
        .answers
        .lock()
        .unwrap()
        .pop()
        .unwrap_or(StatusCode::NO_CONTENT)
}
