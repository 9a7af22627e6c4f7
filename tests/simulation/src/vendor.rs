//! The vendor of a run: its cloud with a home for everybody, and its adapter over the wire to it.

use std::sync::Arc;

use async_trait::async_trait;
use axum::{body::Bytes, http::Request};
use jiff::SignedDuration;
use postern_adapter_myq::{MyqAdapter, MyqConfig, client_options};
use postern_adapter_sdk::{
    AdapterService, ClientOptions, DeadlineClient, Jitter, SendFailure, ServiceAnswer, VendorRequest,
    VendorService,
};
use postern_keys::KeyFile;
use postern_vendor_clouds::{
    Clock, Config, Email, MyqCloud, Seed, Serial,
    config::{DoorPlan, HomePlan, UserPlan},
};
use secrecy::SecretString;

use crate::{
    cloud::{CLOUD, Cloud},
    dice::Dice,
    kinds::Kind,
    line::InvocationClock,
    platforms::LINKED,
    scene::Scene,
    wire::{Wire, WireError},
};

/// The login of the person at this place.
pub(crate) fn email(number: usize) -> Email {
    Email::from(format!("person-{number}@example.com").as_str())
}

/// How far the vendor's clock is off in this run.
pub(crate) fn vendor_skew(scene: &Scene, dice: &Dice) -> SignedDuration {
    // The weather decides before the faults begin.
    scene.faults.begin();
    let skewed = scene.faults.strikes(Kind::VendorClockSkew);
    scene.faults.end();
    if skewed {
        let drawn = i64::try_from(dice.between(0, 8_000)).unwrap_or_default();
        SignedDuration::from_millis(drawn - 4_000)
    } else {
        SignedDuration::ZERO
    }
}

/// The vendor's cloud, with a home and a door for everybody.
pub(crate) fn cloud(
    scene: &Arc<Scene>,
    seed: u64,
    skew: SignedDuration,
    passwords: &[String],
) -> (Arc<Cloud>, Vec<Serial>) {
    let people = passwords.iter().enumerate().map(|(number, password)| {
        scene.secrets.add("a password", password);
        UserPlan {
            email: email(number),
            password: SecretString::from(password.as_str()),
            homes: vec![HomePlan {
                name: "Home".to_owned(),
                doors: vec![DoorPlan::closed(&format!("door {number}"))],
                decoys: Vec::new(),
            }],
        }
    });
    let clock = scene.time.skewed(skew.as_millis().try_into().unwrap_or_default());
    let config = Config {
        seed: Seed(seed),
        clock: Clock::Given(Arc::new(move || clock.shows())),
        people: people.collect(),
        redirect_uris: vec![LINKED.to_owned()],
        ..Config::empty()
    };
    let cloud = MyqCloud::in_process(config, CLOUD).expect("the people of a run do not share names");
    let serials = (0..passwords.len())
        .map(|number| cloud.control.door_named(&format!("door {number}")))
        .collect::<Result<_, _>>()
        .expect("everybody has a door");
    let cloud = Cloud {
        router: cloud.router,
        control: cloud.control,
    };
    (Arc::new(cloud), serials)
}

/// The adapter, over the wire of this run.
pub(crate) fn myq(scene: &Arc<Scene>, wire: Wire, keys: &KeyFile) -> AdapterService<MyqAdapter> {
    let base = CLOUD.parse().expect("the cloud's address is one");
    let options = ClientOptions {
        jitter: Jitter::from_source(|| u32::MAX / 2),
        ..client_options()
    };
    let http = DeadlineClient::in_process(Arc::new(wire), options);
    let myq = MyqAdapter::over(MyqConfig::at_one_host(base, "postern-simulation"), http)
        .expect("the adapter's own settings are good");
    AdapterService::new(
        myq,
        Arc::new(keys.sealer()),
        Arc::new(InvocationClock(Arc::clone(scene))),
    )
}

#[async_trait]
impl VendorService for Wire {
    async fn carry(&self, request: &VendorRequest) -> Result<ServiceAnswer, SendFailure> {
        let mut built = Request::builder()
            .method(request.method().clone())
            .uri(request.url().as_str());
        if let Some(headers) = built.headers_mut() {
            headers.extend(request.headers().clone());
        }
        let body = Bytes::copy_from_slice(request.content());
        let built = built.body(body).map_err(|_| SendFailure::NotSendable)?;
        let answer = self.exchange(built).await.map_err(|error| match error {
            WireError::NotConnected => SendFailure::NotConnected,
            WireError::Interrupted => SendFailure::Interrupted,
        })?;
        let (parts, body) = answer.into_parts();
        Ok(ServiceAnswer {
            status: parts.status,
            headers: parts.headers,
            body: body.to_vec(),
        })
    }
}
