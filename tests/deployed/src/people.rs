//! Who uses a deployment in the tests: a carrier with a client of the carriers' pool, a person of the customers' pool with a household
//! and a myQ opener, and that opener's cloud.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_contract::{
    carrier::{CloseDoor, Dispatch, OpenDoor},
    delivery::{DeliveryView, GrantState},
    ids::DeliveryId,
};
use postern_core::ports::{Clock, SystemClock};
use postern_local::{
    Addresses,
    play::{CarrierClient, CustomerClient, at_the_door, booking, settle_in},
};
use postern_vendor_clouds::{
    Config, Control, DEMO_PASSWORD, Direction, DoorTimings, MyqCloud, RunningCloud, Serial, Vendor,
};
use reqwest::{Client, StatusCode, header::LOCATION, redirect::Policy};
use ring::digest::{SHA256, digest};
use serde_json::Value;
use url::Url;

use crate::{
    conformance,
    deployment::{Deployment, Settings, linked, signed_in},
    until,
};

/// The person's login.
const EMAIL: &str = "alex@example.com";
/// Of no worth outside an emulator.
const PASSWORD: &str = "correct horse battery 1";

/// A household with a linked door, and the carrier that delivers to it.
#[derive(Debug)]
pub struct Household {
    /// Its app.
    pub customer: CustomerClient,
    /// The carrier's system.
    pub carrier: CarrierClient,
    /// The cloud of its opener.
    pub cloud: RunningCloud,
    /// Its door, as that cloud knows it.
    pub door: Serial,
    /// What nobody but its owner may ever see: passwords, client secrets, tokens.
    pub secrets: Vec<String>,
    carrier_client: (String, String),
}

impl Household {
    /// Deploys an adapter, registers it and a carrier, and moves a household in.
    pub async fn settled(deployment: &Deployment) -> Self {
        let cloud = MyqCloud::start(Config {
            timings: DoorTimings::fast(),
            redirect_uris: vec![linked().to_string()],
            ..Config::demo()
        })
        .await
        .unwrap();
        deployment
            .deploy_adapter(&Url::parse(cloud.base_url()).unwrap(), &Settings::new())
            .await;
        let addresses = Addresses {
            issuer: deployment.emulator.endpoint().clone(),
            carrier_api: deployment.carrier_api(),
            customer_api: deployment.customer_api(),
            vendor_cloud: Url::parse(cloud.base_url()).unwrap(),
            linked: linked(),
            signed_in: signed_in(),
        };
        register_vendor(deployment, &Url::parse(cloud.base_url()).unwrap()).await;
        let carrier_client = register_carrier(deployment, "Northwind Parcel").await;
        let carrier_token = carrier_token(deployment, &carrier_client, "").await;
        make_person(deployment).await;
        let customer_token = customer_token(deployment).await;
        let (_, client_secret) = &carrier_client;
        let secrets = [
            client_secret,
            &carrier_token,
            &customer_token,
            PASSWORD,
            DEMO_PASSWORD,
        ];
        let secrets = secrets.map(str::to_owned).into();
        let carrier = CarrierClient::with_token(&addresses, carrier_token.into()).unwrap();
        let customer = CustomerClient::with_token(&addresses, customer_token.into()).unwrap();
        settle_in(&customer, Vendor::Myq).await.unwrap();
        let door = cloud.control().door_named("Main door").unwrap();
        Self {
            customer,
            carrier,
            cloud,
            door,
            secrets,
            carrier_client,
        }
    }

    /// Tokens with which no carrier's list is to be had, and how each is refused: none; one for another scope; the customer's; that of a
    /// client of the same pool which no operator added to the API's audience.
    pub async fn wrong_tokens(&self, deployment: &Deployment) -> [(String, StatusCode); 4] {
        let narrow = carrier_token(deployment, &self.carrier_client, "postern/eligibility:read").await;
        let customer = customer_token(deployment).await;
        let unknown = make_client(deployment, "Unknown").await;
        let unknown = carrier_token(deployment, &unknown, "").await;
        [
            (String::new(), StatusCode::UNAUTHORIZED),
            (narrow, StatusCode::FORBIDDEN),
            (customer, StatusCode::UNAUTHORIZED),
            (unknown, StatusCode::UNAUTHORIZED),
        ]
    }

    /// Where the opener's cloud answers.
    pub fn address(&self) -> Url {
        Url::parse(self.cloud.base_url()).unwrap()
    }

    /// The controls of the opener's cloud.
    pub fn myq(&self) -> &Control {
        self.cloud.control()
    }

    /// How often the door really began to move up.
    pub fn times_opened(&self) -> usize {
        self.myq().times_moved(&self.door, Direction::Open).unwrap()
    }

    /// How often the door really began to move down.
    pub fn times_closed(&self) -> usize {
        self.myq().times_moved(&self.door, Direction::Close).unwrap()
    }

    /// A delivery that is out and armed.
    pub async fn armed(&self, parcel: &str) -> DeliveryView {
        let booking = booking(SystemClock.now(), parcel);
        let booked = self
            .carrier
            .book(&format!("book-{parcel}"), &booking)
            .await
            .unwrap();
        let key = format!("dispatch-{parcel}");
        let armed = self
            .carrier
            .dispatch(booked.id, &key, &Dispatch::default())
            .await
            .unwrap();
        assert_eq!(armed.state, GrantState::Armed);
        armed
    }

    /// The delivery once `so` holds of it.
    pub async fn until(&self, delivery: DeliveryId, so: impl Fn(&DeliveryView) -> bool) -> DeliveryView {
        let so = &so;
        until("the delivery's state", || async move {
            self.carrier.delivery(delivery).await.ok().filter(|view| so(view))
        })
        .await
    }
}

/// The driver, as a body for closing.
#[must_use]
pub fn driver() -> CloseDoor {
    CloseDoor {
        driver: "driver-7".parse().unwrap(),
    }
}

/// The driver at the door, with the delivery's first parcel.
#[must_use]
pub fn open_for(delivery: &DeliveryView) -> OpenDoor {
    OpenDoor {
        driver: driver().driver,
        position: at_the_door(),
        tracking_number: delivery.tracking_numbers[0].clone(),
    }
}

/// The operator's part: the vendor is registered, put before the kit, and switched on by its report.
async fn register_vendor(deployment: &Deployment, cloud: &Url) {
    let registered = deployment
        .postern(&["vendor", "register", "myq", "--name", "myQ"], "")
        .await;
    assert_eq!(registered.unwrap()["vendor"]["active"], false);
    let report = conformance::report(deployment, cloud).await;
    let promote = ["vendor", "promote", "myq", "--report", report.to_str().unwrap()];
    let promoted = deployment.postern(&promote, "").await.unwrap();
    assert_eq!(promoted["vendor"]["active"], true);
    assert_eq!(promoted["vendor"]["tier"], "platinum");
}

/// A carrier with a client of its own: its id and its secret.
async fn register_carrier(deployment: &Deployment, name: &str) -> (String, String) {
    let added = deployment
        .postern(&["carrier", "add", "--name", name], "")
        .await
        .unwrap();
    let text = |field: &str| added["carrier"][field].as_str().unwrap().to_owned();
    (text("id"), text("secret"))
}

/// A client of the carriers' pool: its id and its secret.
async fn make_client(deployment: &Deployment, name: &str) -> (String, String) {
    let pool = &deployment.outputs["CarriersPool"];
    let create = [
        "cognito-idp",
        "create-user-pool-client",
        "--user-pool-id",
        pool,
        "--client-name",
        name,
        "--generate-secret",
        "--allowed-o-auth-flows-user-pool-client",
        "--allowed-o-auth-flows",
        "client_credentials",
        "--allowed-o-auth-scopes",
        "postern/eligibility:read",
        "postern/deliveries:read",
        "postern/deliveries:write",
        "postern/evidence:read",
        "postern/webhooks:write",
    ];
    let made = deployment.emulator.aws(&create).await;
    let text = |name: &str| made["UserPoolClient"][name].as_str().unwrap().to_owned();
    (text("ClientId"), text("ClientSecret"))
}

/// A token by client credentials, for these scopes or, if there are none, all that the client may have.
async fn carrier_token(deployment: &Deployment, client: &(String, String), scopes: &str) -> String {
    let mut form = vec![("grant_type", "client_credentials")];
    if !scopes.is_empty() {
        form.push(("scope", scopes));
    }
    let (id, secret) = client;
    let request = browser()
        .post(deployment.emulator.endpoint().join("oauth2/token").unwrap())
        .basic_auth(id, Some(secret))
        .form(&form);
    let tokens: Value = request.send().await.unwrap().json().await.unwrap();
    tokens["access_token"].as_str().unwrap().to_owned()
}

/// Makes the person, who then can log in.
async fn make_person(deployment: &Deployment) {
    let aws = async |args: &[&str]| deployment.emulator.aws(args).await;
    let pool = &deployment.outputs["CustomersPool"];
    let of_person = ["--user-pool-id", pool, "--username", EMAIL];
    aws(&[
        &["cognito-idp", "admin-create-user", "--message-action", "SUPPRESS"],
        &of_person[..],
    ]
    .concat())
    .await;
    aws(&[
        &[
            "cognito-idp",
            "admin-set-user-password",
            "--permanent",
            "--password",
            PASSWORD,
        ],
        &of_person[..],
    ]
    .concat())
    .await;
}

/// The person's token, by the sign-in page, code and PKCE.
async fn customer_token(deployment: &Deployment) -> String {
    let client = deployment.outputs["CustomersClient"].as_str();
    let verifier = "a-verifier-that-is-long-enough-for-the-rule-of-forty-three-characters";
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    let back = signed_in();
    let form = [
        ("client_id", client),
        ("redirect_uri", back.as_str()),
        ("response_type", "code"),
        ("scope", "openid postern/household"),
        ("state", "state-1"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("username", EMAIL),
        ("password", PASSWORD),
    ];
    let endpoint = deployment.emulator.endpoint();
    let sent = browser()
        .post(endpoint.join("login").unwrap())
        .form(&form)
        .send()
        .await
        .unwrap();
    let to = sent.headers()[LOCATION].to_str().unwrap();
    let to = Url::parse(to).unwrap();
    assert!(to.as_str().starts_with(back.as_str()), "sent back to {to}");
    let (_, code) = to.query_pairs().find(|(name, _)| name == "code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("redirect_uri", back.as_str()),
        ("code", &code),
        ("code_verifier", verifier),
    ];
    let request = browser().post(endpoint.join("oauth2/token").unwrap()).form(&form);
    let tokens: Value = request.send().await.unwrap().json().await.unwrap();
    tokens["access_token"].as_str().unwrap().to_owned()
}

fn browser() -> Client {
    Client::builder()
        .redirect(Policy::none())
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap()
}
