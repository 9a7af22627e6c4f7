//! The customers' API, called as a customer's app calls it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod input;
mod permission;
mod story;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header::CONTENT_TYPE},
};
use postern_core::ports::Clock;
use postern_customer_api::{Customers, router};
use postern_http::{
    Cursors, HouseConfig, Verifier, VerifierConfig,
    token::{Algorithm, Audience, KeySource, issue::SigningKey},
};
use postern_test_world::World;
use serde_json::{Value, json};
use tower::ServiceExt;

/// The API over a small world, and the key that its tokens are signed with.
struct Api {
    world: World,
    router: Router,
    key: SigningKey,
}

/// An answer: its status, and its body as JSON, `null` when there is none.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    body: Value,
}

impl Answer {
    /// The body of an answer with this status.
    fn ok(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }

    /// The code of a refusal.
    fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or("(none)")
    }
}

impl Api {
    async fn new() -> Self {
        let world = World::new().await;
        let key = SigningKey::generate().unwrap();
        let clock = world.clock.clone();
        let now: postern_http::Clock = Arc::new(move || clock.now());
        let verifier = Verifier::new(VerifierConfig {
            issuer: "https://issuer.test".to_owned(),
            audience: Audience::Claim("postern".to_owned()),
            algorithms: vec![Algorithm::Es256],
            keys: KeySource::Fixed(key.jwks()),
            scope_prefix: String::new(),
            now: Arc::clone(&now),
        })
        .unwrap();
        let state = Customers {
            platform: world.platform.clone(),
            cursors: Cursors::new(&vec![7; 32].into()),
        };
        let config = HouseConfig {
            verifier: Arc::new(verifier),
            now,
            entropy: Arc::new(|| 7),
        };
        Self {
            router: router(state, config),
            world,
            key,
        }
    }

    fn token(&self, person: &str, scope: &str) -> String {
        let now = self.world.now().as_second();
        let claims = json!({
            "iss": "https://issuer.test", "aud": "postern", "sub": person, "client_id": "app",
            "scope": scope, "iat": now, "exp": now + 3600,
        });
        self.key.sign(&claims).unwrap()
    }

    /// A call with whatever headers and body.
    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).unwrap()
        };
        Answer { status, body }
    }

    /// A call by a person, as the app makes it.
    async fn call(&self, person: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
        let bearer = format!("Bearer {}", self.token(person, "household"));
        let mut headers = vec![("authorization", bearer.as_str())];
        if body.is_some() {
            headers.push((CONTENT_TYPE.as_str(), "application/json"));
        }
        let text = body.map(|body| body.to_string()).unwrap_or_default();
        self.send(method, path, &headers, &text).await
    }

    async fn get(&self, person: &str, path: &str) -> Answer {
        self.call(person, "GET", path, None).await
    }

    async fn post(&self, person: &str, path: &str, body: Value) -> Answer {
        self.call(person, "POST", path, Some(body)).await
    }
}

/// What a person at this house number sends to register.
fn sign_up(number: u32) -> Value {
    json!({
        "address": postern_test_world::address(number),
        "position": {"latitude": 43.55, "longitude": -80.25},
        "time_zone": "America/Toronto",
        "locale": "fr-CA",
    })
}
