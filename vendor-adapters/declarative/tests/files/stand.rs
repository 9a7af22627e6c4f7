//! What a vendor played in this process needs: one moment, a call in it, and answers laid out beforehand.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use postern_adapter_sdk::{
    CallContext, Clock, Deadline, SendFailure, ServiceAnswer, TokenSet, VendorRequest, VendorService,
};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::Value;

/// The moment of every test.
pub(crate) struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-03-02T12:00:00Z".parse().unwrap()
    }
}

/// A vendor that gives the answers that were laid out for it, and keeps what it was asked.
#[derive(Default)]
pub(crate) struct Played {
    pub(crate) answers: Mutex<VecDeque<(u16, Value)>>,
    pub(crate) asked: Mutex<Vec<VendorRequest>>,
}

impl Played {
    pub(crate) fn answers(&self, status: u16, body: Value) {
        self.answers.lock().unwrap().push_back((status, body));
    }
}

#[async_trait]
impl VendorService for Played {
    async fn carry(&self, request: &VendorRequest) -> Result<ServiceAnswer, SendFailure> {
        self.asked.lock().unwrap().push(request.clone());
        let (status, body) = self.answers.lock().unwrap().pop_front().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(ServiceAnswer {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: body.to_string().into_bytes(),
        })
    }
}

pub(crate) fn call() -> CallContext {
    let deadline = Deadline::new(Noon.now() + Duration::from_secs(30), Arc::new(Noon));
    CallContext::new("r", deadline)
}

pub(crate) fn tokens() -> TokenSet {
    TokenSet {
        access_token: "token".into(),
        refresh_token: None,
        expires_at: Noon.now() + Duration::from_secs(3600),
        scope: None,
    }
}
