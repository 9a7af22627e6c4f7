//! One whole delivery, listened to everywhere: what every crate logs at the finest level, what both APIs answer, and what the record
//! holds at each stage. No secret is in any of them, in clear or merely encoded.
//!
//! A binary of its own: the listener is the whole process's.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod hunt;
mod linking;

use std::{
    io,
    sync::{Arc, Mutex},
};

use postern_contract::{
    delivery::DeliveryView,
    ids::{DeliveryId, HouseholdId, LinkId},
};
use postern_core::grant::Grant;
use postern_keys::{SealContext, Sealed};
use postern_local::{
    DataPlace, LocalConfig, LocalPlatform,
    play::{at_the_door, booking, household, log_in},
};
use postern_vendor_clouds::{DEMO_PASSWORD, Direction, Vendor};
use reqwest::{Client, Method, Url};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tracing_subscriber::filter::LevelFilter;

use postern_end_to_end::record;

use crate::hunt::Secrets;

/// What was heard, by where.
#[derive(Debug, Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    fn note(&self, text: &str) {
        self.0.lock().unwrap().extend_from_slice(text.as_bytes());
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Both APIs, and everything that they answer.
struct Apis {
    client: Client,
    carriers: (Url, String),
    customers: (Url, String),
    answers: Heard,
    keys: u32,
}

impl Apis {
    async fn call(&mut self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, body) = self.any(method.clone(), path, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {body}");
        body
    }

    /// `/c…` is a path of the carriers' API, any other one of the customers'.
    async fn any(&mut self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let ((base, token), path) = match path.strip_prefix("carriers:") {
            Some(path) => (&self.carriers, path),
            None => (&self.customers, path),
        };
        self.keys += 1;
        let mut request = self
            .client
            .request(method, base.join(path).unwrap())
            .bearer_auth(token)
            .header("idempotency-key", format!("secrets-{}", self.keys));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let headers = format!("{:?}", answer.headers());
        let text = answer.text().await.unwrap();
        self.answers.note(&format!("{path}: {status} {headers} {text}\n"));
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

async fn unsealed(local: &LocalPlatform, sealed: Sealed, context: SealContext) -> String {
    let opened = local.platform.sealer.open(&sealed, &context).await.unwrap();
    String::from_utf8(opened.expose_secret().to_vec()).unwrap()
}

/// The vendor's tokens of a link: what opens its API, and what is exchanged for the next.
async fn tokens(local: &LocalPlatform, household: HouseholdId, link: LinkId) -> [String; 2] {
    let stored = local.platform.store.link(household, link).await.unwrap().unwrap();
    let sealed = stored.doc.credentials.as_str().to_owned().try_into().unwrap();
    let context = SealContext::for_link(local.vendor().id(), &link.to_string());
    let tokens: Value = serde_json::from_str(&unsealed(local, sealed, context).await).unwrap();
    let access = if local.vendor() == Vendor::NiceGo {
        "id_token"
    } else {
        "access_token"
    };
    [access, "refresh_token"].map(|name| tokens[name].as_str().unwrap().to_owned())
}

/// A delivery's one-time code.
async fn code(local: &LocalPlatform, delivery: DeliveryId) -> String {
    let grant = local.platform.store.load_grant::<Grant>(delivery).await.unwrap();
    let sealed = grant.unwrap().code.unwrap().sealed;
    unsealed(local, sealed, SealContext::for_delivery(&delivery.to_string())).await
}

/// A carrier's token, got as a carrier gets one.
async fn carrier_token(local: &LocalPlatform) -> String {
    let carrier = &local.seeds.carriers[0];
    let answer = Client::new()
        .post(local.addresses.issuer.join("oauth2/token").unwrap())
        .basic_auth(&carrier.id, Some(carrier.secret.expose_secret()))
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await
        .unwrap();
    let tokens: Value = answer.json().await.unwrap();
    tokens["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_a_delivery_is_in_a_log_an_answer_or_at_rest() {
    let logs = Heard::default();
    let writer = logs.clone();
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    // One vendor is linked on its page, the other by a form.
    for vendor in [Vendor::Myq, Vendor::NiceGo] {
        let config = LocalConfig {
            vendor,
            ..LocalConfig::at(DataPlace::Memory).faster(60.0)
        };
        let mut play = Play::begin(LocalPlatform::start(config).await.unwrap()).await;
        let link = play.link().await;
        let delivery = play.deliver(link).await;
        play.turn_off(link, delivery).await;
        let Play {
            local,
            apis,
            secrets,
            rest,
            ..
        } = play;
        local.stop().await;
        judge(vendor, &secrets, &logs.text(), &apis.answers.text(), &rest);
    }
}

fn judge(vendor: Vendor, secrets: &Secrets, logs: &str, answers: &str, rest: &str) {
    // That there was something to hear.
    let linked = match vendor {
        Vendor::NiceGo => "route=\"/v1/links/answer\"",
        _ => "route=\"/v1/links/finish\"",
    };
    for (heard, sign) in [
        (logs, linked),
        (logs, "route=\"/v1/deliveries/{id}/open\""),
        (logs, "TRACE"),
        (logs, "hyper"),
        (answers, "\"state\":\"completed\""),
        (rest, "GRANT#CODE"),
        (rest, "LINKSTATE#"),
    ] {
        assert!(heard.contains(sign), "nothing was heard of {sign}");
    }
    println!(
        "{vendor:?}: {} secrets, {} bytes of logs, {} of answers, {} at rest",
        secrets.0.len(),
        logs.len(),
        answers.len(),
        rest.len()
    );
    assert_eq!(secrets.found_in(answers), [], "in an answer");
    assert_eq!(secrets.found_in(rest), [], "at rest");
    assert_eq!(secrets.found_in(logs), [], "in a log");
}

struct Play {
    local: LocalPlatform,
    apis: Apis,
    secrets: Secrets,
    /// The record at every stage, one after the other.
    rest: String,
    household: HouseholdId,
}

impl Play {
    async fn begin(local: LocalPlatform) -> Self {
        let mut secrets = Secrets::default();
        for carrier in &local.seeds.carriers {
            secrets.keep("a carrier's secret", carrier.secret.expose_secret());
        }
        let person = &local.seeds.people[0];
        secrets.keep("a person's password", person.password.expose_secret());
        secrets.keep("the password at the vendor", DEMO_PASSWORD);
        let customer = log_in(&local.addresses, &person.email, &person.password)
            .await
            .unwrap();
        let carrier = carrier_token(&local).await;
        secrets.keep("a customer's token", customer.expose_secret());
        secrets.keep("a carrier's token", &carrier);
        let mut apis = Apis {
            client: Client::new(),
            carriers: (local.addresses.carrier_api.clone(), carrier),
            customers: (
                local.addresses.customer_api.clone(),
                customer.expose_secret().to_owned(),
            ),
            answers: Heard::default(),
            keys: 0,
        };
        let view = apis
            .call(Method::POST, "/v1/household", Some(json!(household())))
            .await;
        Self {
            household: serde_json::from_value(view["id"].clone()).unwrap(),
            local,
            apis,
            secrets,
            rest: String::new(),
        }
    }

    async fn rest(&mut self) {
        for (key, item) in record::items(&self.local).await {
            self.rest.push_str(&format!("{key} {item}\n"));
        }
    }

    async fn keep_tokens(&mut self, link: LinkId) {
        for token in tokens(&self.local, self.household, link).await {
            self.secrets.keep("a token of the vendor", &token);
        }
    }

    /// Delivers, with the vendor's access token run out on the way.
    async fn deliver(&mut self, link: LinkId) -> DeliveryId {
        self.keep_tokens(link).await;
        let apis = &mut self.apis;
        let doors = apis.call(Method::GET, "/v1/doors?refresh=true", None).await;
        let mut doors = doors["items"].as_array().unwrap().iter();
        let main = doors.find(|door| door["name"] == "Main door").unwrap();
        let choice = json!({
            "door": main["id"], "door_is_sectional": true, "allow_unattended_close": true,
        });
        apis.call(Method::PUT, "/v1/delivery-door", Some(choice)).await;
        apis.call(Method::PUT, "/v1/preferences", Some(json!({}))).await;
        apis.call(Method::POST, "/v1/enable", None).await;
        let body = json!(booking(self.local.platform.now(), "PARCEL-1"));
        let booked = apis
            .call(Method::POST, "carriers:/v1/deliveries", Some(body))
            .await;
        let booked: DeliveryView = serde_json::from_value(booked).unwrap();
        let at = |verb: &str| format!("carriers:/v1/deliveries/{}/{verb}", booked.id);
        apis.call(Method::POST, &at("dispatch"), Some(json!({}))).await;
        let code = code(&self.local, booked.id).await;
        self.secrets.keep("the one-time code", &code);
        self.rest().await;

        let before = tokens(&self.local, self.household, link).await;
        self.local.cloud().expire_access_tokens(None).unwrap();
        let open = json!({"driver": "driver-7", "position": at_the_door(), "tracking_number": "PARCEL-1"});
        let apis = &mut self.apis;
        let opened = apis
            .call(Method::POST, &at("open?wait=25"), Some(open.clone()))
            .await;
        assert_eq!(opened["state"], "open");
        let (status, again) = apis.any(Method::POST, &at("open"), Some(open)).await;
        assert_eq!((status, &again["code"]), (409, &json!("already_used")));
        assert_ne!(tokens(&self.local, self.household, link).await, before);
        self.keep_tokens(link).await;
        self.rest().await;

        let driver = Some(json!({"driver": "driver-7"}));
        let apis = &mut self.apis;
        apis.call(Method::POST, &at("close?wait=25"), driver).await;
        let completed = apis.call(Method::POST, &at("complete?wait=25"), None).await;
        assert_eq!(completed["state"], "completed");
        apis.call(Method::GET, &at("log"), None).await;
        booked.id
    }

    /// Everything else that the household can see and do, to the end.
    async fn turn_off(&mut self, link: LinkId, delivery: DeliveryId) {
        let apis = &mut self.apis;
        for path in [
            "household",
            "preferences",
            "links",
            "doors",
            "deliveries",
            "activity",
        ] {
            apis.call(Method::GET, &format!("/v1/{path}"), None).await;
        }
        apis.call(Method::GET, &format!("/v1/deliveries/{delivery}"), None)
            .await;
        apis.call(Method::GET, &format!("/v1/deliveries/{delivery}/log"), None)
            .await;
        apis.call(Method::GET, "carriers:/v1/deliveries", None).await;
        // Each API is shown the other's token, and refuses it.
        std::mem::swap(&mut apis.carriers.1, &mut apis.customers.1);
        for path in ["carriers:/v1/deliveries", "/v1/household"] {
            assert_eq!(apis.any(Method::GET, path, None).await.0, 401);
        }
        std::mem::swap(&mut apis.carriers.1, &mut apis.customers.1);
        apis.call(Method::POST, "/v1/disable", None).await;
        self.rest().await;
        self.keep_tokens(link).await;
        let path = format!("/v1/links/{link}");
        self.apis.call(Method::DELETE, &path, None).await;
        self.rest().await;
        let cloud = self.local.cloud();
        let door = cloud.door_named("Main door").unwrap();
        assert_eq!(cloud.times_moved(&door, Direction::Open).unwrap(), 1);
    }
}
