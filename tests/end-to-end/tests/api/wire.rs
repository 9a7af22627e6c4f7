//! Requests such as nobody's client would send, what every refusal must look like, and whether anything has changed.

use std::collections::BTreeMap;

use postern_local::{
    LocalPlatform,
    play::{CarrierClient, CustomerClient},
};
use reqwest::{Client, Method, RequestBuilder, header::HeaderMap};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use postern_end_to_end::{record, stage::key};

use crate::{
    described::assert_described,
    routes::{Api, Ids, Route},
};

/// Stands in every private part of a bad request, and in no answer.
pub(crate) const MARK: &str = "Zq7Marker";

/// An HTTP client with a token for each API.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    client: Client,
    carriers: String,
    customers: String,
    carrier_token: SecretString,
    customer_token: SecretString,
}

impl Wire {
    /// As the first carrier and the first person.
    pub(crate) fn new(local: &LocalPlatform) -> Self {
        let carrier = local.seeds.carriers[0].id.as_str();
        Self::of(local, carrier, &local.seeds.people[0].id)
    }

    /// As this carrier and this person.
    pub(crate) fn of(local: &LocalPlatform, carrier: &str, person: &str) -> Self {
        let base = |url: &reqwest::Url| url.as_str().trim_end_matches('/').to_owned();
        Self {
            client: Client::new(),
            carriers: base(&local.addresses.carrier_api),
            customers: base(&local.addresses.customer_api),
            carrier_token: local.issuer().mint_for_client(carrier, &[]).unwrap(),
            customer_token: local.issuer().mint_for_person(person).unwrap(),
        }
    }

    /// A request without a token.
    pub(crate) fn bare(&self, api: Api, method: Method, path: &str) -> RequestBuilder {
        let base = self.base(api);
        self.client.request(method, format!("{base}{path}"))
    }

    /// Where an API is.
    pub(crate) fn base(&self, api: Api) -> &str {
        match api {
            Api::Carriers => &self.carriers,
            Api::Customers => &self.customers,
        }
    }

    /// A request with its API's token.
    pub(crate) fn request(&self, api: Api, method: Method, path: &str) -> RequestBuilder {
        self.bare(api, method, path).bearer_auth(self.token(api))
    }

    /// The token that is good at this API.
    pub(crate) fn token(&self, api: Api) -> &str {
        match api {
            Api::Carriers => self.carrier_token.expose_secret(),
            Api::Customers => self.customer_token.expose_secret(),
        }
    }

    /// An operation at a path, with a key that was never used where it takes one, and no body yet.
    pub(crate) fn at(&self, route: &Route, path: &str) -> RequestBuilder {
        with_key(self.request(route.api, route.method.clone(), path), route)
    }

    /// An operation as it should be called, but for its token.
    pub(crate) fn without_token(&self, route: &Route, ids: &Ids) -> RequestBuilder {
        let request = self.bare(route.api, route.method.clone(), &route.path(ids));
        let request = with_key(request, route);
        match route.body() {
            Some(body) => request.json(&body),
            None => request,
        }
    }
}

fn with_key(request: RequestBuilder, route: &Route) -> RequestBuilder {
    if route.keyed {
        request.header("idempotency-key", key())
    } else {
        request
    }
}

/// An answer, whatever it is.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) what: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

/// Sends a request, and demands that its description tells of such an answer; `what` is for messages.
pub(crate) async fn send(what: impl Into<String>, request: RequestBuilder) -> Reply {
    let what = what.into();
    let (client, request) = request.build_split();
    let request = request.unwrap();
    let (method, path) = (request.method().clone(), request.url().path().to_owned());
    let response = match client.execute(request).await {
        Ok(response) => response,
        Err(error) => panic!("{what}: no answer: {error:?}"),
    };
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    let reply = Reply {
        what,
        status,
        headers,
        text,
        body,
    };
    assert_described(&method, &path, status, reply.code());
    reply
}

impl Reply {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Fails unless this is a whole problem (RFC 9457) as the house writes them, with nothing of the request in it.
    pub(crate) fn assert_problem(&self) {
        let member = |name: &str| self.body[name].as_str().unwrap_or_default();
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:#?}"
        );
        assert!(!self.code().is_empty(), "{self:#?}");
        assert_eq!(
            member("type"),
            format!("https://postern.example/errors/{}", self.code()),
            "{self:#?}"
        );
        assert_eq!(self.body["status"], self.status, "{self:#?}");
        for name in ["title", "detail"] {
            // The name of a field is the caller's, and may hold anything.
            let text = member(name).replacen(member("field"), "", 1);
            assert!(
                !text.is_empty() && !text.contains(['{', '…']),
                "{name}: {self:#?}"
            );
        }
        assert!(!member("instance").is_empty(), "{self:#?}");
        assert_eq!(member("instance"), self.header("x-request-id"), "{self:#?}");
        assert_eq!(self.header("cache-control"), "no-store", "{self:#?}");
        self.assert_no_mark();
    }

    fn assert_no_mark(&self) {
        let headers = format!("{:?}", self.headers);
        for text in [&self.text, &headers] {
            assert!(
                !text.to_lowercase().contains(&MARK.to_lowercase()),
                "the input came back: {self:#?}"
            );
        }
    }

    /// Fails unless it is this problem.
    pub(crate) fn refused(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status, self.code()),
            (status, code),
            "{}: {self:#?}",
            self.what
        );
        self.assert_problem();
    }

    /// Fails unless it is a problem that the caller caused.
    pub(crate) fn refused_somehow(&self) {
        assert!((400..500).contains(&self.status), "{}: {self:#?}", self.what);
        self.assert_problem();
    }
}

/// What a bad request must leave as it was: the whole record, and what really happened to the doors. Left out is what is told to
/// carriers, which is written on its own time and by no request, and the count of calls, which bad ones are counted in too.
#[derive(Debug, PartialEq)]
pub(crate) struct Before {
    record: BTreeMap<String, String>,
    happened: usize,
}

impl Before {
    pub(crate) async fn now(local: &LocalPlatform) -> Self {
        let mut record = record::items(local).await;
        record.retain(|key, _| !is_being_told(key) && !key.starts_with("CALLS#"));
        Self {
            record,
            happened: local.cloud().motions(None, 0).unwrap().len(),
        }
    }

    /// Fails if anything has changed since.
    pub(crate) async fn assert_unchanged(&self, local: &LocalPlatform, after: &str) {
        let now = Self::now(local).await;
        for (key, item) in &now.record {
            assert_eq!(self.record.get(key), Some(item), "{after} changed {key}");
        }
        assert_eq!(self.record.len(), now.record.len(), "{after} removed something");
        assert_eq!(self.happened, now.happened, "{after} reached a door");
    }
}

fn is_being_told(key: &str) -> bool {
    key.starts_with("FEED#") || key.starts_with("EVENT#") || key.ends_with(" FEED")
}

/// A carrier and a customer to whom nothing of the stage belongs; the customer has a household of their own.
pub(crate) async fn strangers(local: &LocalPlatform) -> (CarrierClient, CustomerClient, Wire) {
    let (carrier, person) = (&local.seeds.carriers[1], &local.seeds.people[1]);
    let wire = Wire::of(local, carrier.id.as_str(), &person.id);
    let token = |api| SecretString::from(wire.token(api));
    let carrier = CarrierClient::with_token(&local.addresses, token(Api::Carriers)).unwrap();
    let customer = CustomerClient::with_token(&local.addresses, token(Api::Customers)).unwrap();
    let mut household = postern_local::play::household();
    household.address.line1 = "99 Oak Street".parse().unwrap();
    customer.sign_up(&household).await.unwrap();
    (carrier, customer, wire)
}
