//! The APIs as a caller reaches them: over connections that break, to instances that die.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    body::{Body, to_bytes},
    http::{Method, Request},
};
use postern_contract::delivery::DeliveryView;
use postern_core::promises::Promise;
use serde_json::Value;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use crate::{
    kinds::Kind,
    platforms::Pool,
    scene::Scene,
    tenants::{Tenant, Tenants},
    truth::Truth,
};

/// How long a caller holds the line: as long as API Gateway does.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest answer.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// What a caller heard.
#[derive(Debug, Clone)]
pub(crate) enum Heard {
    /// An answer.
    Answer(Answer),
    /// Nothing: the connection broke.
    Nothing,
}

/// An answer of an API.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// Whether the call was done.
    pub(crate) fn done(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The stable code of a refusal.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// Whether the same request may be answered otherwise in a moment: busy, failed, or still at it.
    pub(crate) fn is_passing(&self) -> bool {
        let passing = [
            "unavailable",
            "internal",
            "too_many_requests",
            "request_in_progress",
        ];
        passing.contains(&self.code())
    }
}

/// A request, as often as it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) key: Option<String>,
    pub(crate) body: Option<Value>,
}

impl Ask {
    /// A reading call.
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            key: None,
            body: None,
        }
    }

    /// A call that changes something.
    pub(crate) fn send(method: Method, path: impl Into<String>, body: Value) -> Self {
        Self {
            method,
            path: path.into(),
            key: None,
            body: Some(body),
        }
    }

    /// The same under an idempotency key.
    pub(crate) fn keyed(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }
}

/// A caller with a token.
pub(crate) struct Caller {
    pub(crate) scene: Arc<Scene>,
    pub(crate) truth: Arc<Truth>,
    pub(crate) tenants: Arc<Tenants>,
    pub(crate) tenant: Tenant,
    pub(crate) pool: Arc<Pool>,
    pub(crate) token: String,
    pub(crate) name: String,
    pub(crate) count: Arc<AtomicU64>,
}

impl Caller {
    /// Sends a request once. The network may bring it twice, or late.
    pub(crate) async fn ask(&self, ask: &Ask) -> Heard {
        let faults = &self.scene.faults;
        if faults.strikes(Kind::RequestLate) {
            let late = faults.dice(Kind::RequestLate).between(100, 8_000);
            self.scene.note(
                &self.name,
                format_args!("{} {} is {late} ms late", ask.method, ask.path),
            );
            sleep(Duration::from_millis(late)).await;
        }
        let unsafe_call = ask.method != Method::GET;
        if unsafe_call && ask.key.is_some() && faults.strikes(Kind::RequestTwice) {
            let apart = faults.dice(Kind::RequestTwice).between(0, 3_000);
            self.scene.note(
                &self.name,
                format_args!("{} {} arrives twice", ask.method, ask.path),
            );
            let first = async {
                sleep(Duration::from_millis(apart)).await;
                self.once(ask).await
            };
            let (one, other) = tokio::join!(self.once(ask), first);
            self.same(ask, &one, &other);
            return if matches!(one, Heard::Answer(_)) {
                one
            } else {
                other
            };
        }
        self.once(ask).await
    }

    /// Sends a request, and again in the same words while nothing or nothing final is heard, `tries` times at most.
    pub(crate) async fn insist(&self, ask: &Ask, tries: u32) -> Heard {
        let mut heard = Heard::Nothing;
        for attempt in 0..tries {
            heard = self.ask(ask).await;
            match &heard {
                Heard::Answer(answer) if !answer.is_passing() => return heard,
                _ => {
                    let pause = self
                        .scene
                        .faults
                        .dice(Kind::HangUp)
                        .between(200, 2_000 << attempt.min(4));
                    sleep(Duration::from_millis(pause)).await;
                }
            }
        }
        heard
    }

    /// Two requests under one key are one: where both were done, their answers are the same.
    fn same(&self, ask: &Ask, one: &Heard, other: &Heard) {
        let (Heard::Answer(one), Heard::Answer(other)) = (one, other) else {
            return;
        };
        if one.is_passing() || other.is_passing() || ask.path.contains("wait=") {
            return;
        }
        self.scene
            .check(Promise::OpensOnce, one.done() == other.done(), || {
                format!(
                    "{} {} under one key was answered {} {} and {} {}",
                    ask.method,
                    ask.path,
                    one.status,
                    one.code(),
                    other.status,
                    other.code()
                )
            });
    }

    async fn once(&self, ask: &Ask) -> Heard {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let instance = self
            .pool
            .instance(self.scene.faults.dice(Kind::DiesBefore).number());
        let Some(router) = instance.router.clone() else {
            return Heard::Nothing;
        };
        let mut request = Request::builder()
            .method(ask.method.clone())
            .uri(&ask.path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("x-request-id", format!("{}-{number}", self.name));
        if let Some(key) = &ask.key {
            request = request.header("idempotency-key", key);
        }
        let body = match &ask.body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let request = request.body(body).expect("the callers' requests are well formed");
        let handled = async move {
            let Ok(response) = router.oneshot(request).await;
            let status = response.status().as_u16();
            let bytes = to_bytes(response.into_body(), ANSWER_BYTES_MAX).await;
            (status, bytes.unwrap_or_default())
        };
        let hangs_up = self.scene.faults.strikes(Kind::HangUp);
        // On Lambda a handler goes on when its caller is gone; on a socket it is dropped.
        let goes_on = self.scene.faults.dice(Kind::HangUp).happens(0.5);
        let holds = if hangs_up {
            Duration::from_millis(self.scene.faults.dice(Kind::HangUp).between(0, 6_000))
        } else {
            PATIENCE
        };
        let work = async {
            if goes_on {
                tokio::spawn(handled).await.ok()
            } else {
                Some(handled.await)
            }
        };
        let heard = tokio::select! {
            biased;
            () = instance.life.end() => None,
            answered = timeout(holds, work) => answered.ok().flatten(),
        };
        let Some((status, bytes)) = heard else {
            self.scene.note(
                &self.name,
                format_args!(
                    "{} {} to {}: no answer",
                    ask.method,
                    ask.path,
                    instance.life.name()
                ),
            );
            return Heard::Nothing;
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        let answer = Answer { status, body };
        self.scene.note(
            &self.name,
            format_args!(
                "{} {} to {}: {status} {}{}",
                ask.method,
                ask.path,
                instance.life.name(),
                answer.code(),
                answer.body["state"].as_str().unwrap_or_default()
            ),
        );
        self.judge(ask, &answer, text);
        Heard::Answer(answer)
    }

    /// What every answer is held to.
    fn judge(&self, ask: &Ask, answer: &Answer, text: String) {
        if let Some(foreign) = self.tenants.foreign(&self.tenant, &text) {
            self.scene.check(Promise::TenantsApart, false, || {
                format!("{} {} told {} of {foreign}", ask.method, ask.path, self.name)
            });
        } else {
            self.scene.check(Promise::TenantsApart, true, String::new);
        }
        if answer.code() == "internal" {
            self.scene
                .surprise(format!("{} {} was answered internal", ask.method, ask.path));
        }
        if answer.done()
            && let Ok(view) = serde_json::from_value::<DeliveryView>(answer.body.clone())
        {
            self.truth.acknowledged(&view);
        }
        self.scene.secrets.seen("an answer", text);
    }
}
