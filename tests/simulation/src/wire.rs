//! The wire between the adapter and the vendor's cloud: where orders leave, where the cloud's troubles begin, and where its tokens
//! become known as secrets.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use axum::body::Bytes;
use axum::http::{Method, Request, Response};
use jiff::{SignedDuration, Timestamp};
use postern_vendor_clouds::{Control, Direction, Fault, Serial, Target};
use serde_json::Value;
use tokio::time::sleep;

use crate::{
    cloud::Cloud,
    doors::Doors,
    kinds::Kind,
    line::INVOCATION,
    orders::Witness,
    scene::{Scene, lock},
};

/// Why a request brought no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WireError {
    /// No connection was made.
    NotConnected,
    /// The connection broke when the request had left.
    Interrupted,
}

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum About {
    Order(Serial, Direction),
    Reading(Serial),
    Token,
    Other,
}

/// The wire.
pub(crate) struct Wire {
    pub(crate) scene: Arc<Scene>,
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) doors: Arc<Doors>,
    pub(crate) witness: Arc<Witness>,
    /// When a door last had its sensor rewritten, for the trace.
    pub(crate) flaps: Mutex<BTreeMap<Serial, Timestamp>>,
}

impl Wire {
    /// One request of the adapter and its answer.
    pub(crate) async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, WireError> {
        let life = INVOCATION
            .try_with(|invocation| Arc::clone(&invocation.life))
            .ok();
        if let Some(life) = &life {
            life.before("a request to the vendor").await;
        }
        let result = self.carried(request).await;
        if let Some(life) = &life {
            life.after("a request to the vendor").await;
        }
        result
    }

    async fn carried(&self, request: Request<Bytes>) -> Result<Response<Bytes>, WireError> {
        let faults = &self.scene.faults;
        if faults.strikes(Kind::VendorNotConnected) {
            return Err(WireError::NotConnected);
        }
        let about = about(&request);
        if let About::Order(serial, way) = &about {
            self.departs(serial, *way).await;
        }
        self.latency().await;
        let trouble = self.trouble(&about);
        let (hangs_up, answer) = match trouble {
            Some(Trouble::HangUpBefore) => return Err(WireError::Interrupted),
            Some(Trouble::HangUpAfter) => (true, self.cloud.answer(request).await),
            Some(Trouble::Fault(on, fault)) => {
                fail_next(&self.cloud.control, on, fault);
                (false, self.cloud.answer(request).await)
            }
            None => (false, self.cloud.answer(request).await),
        };
        if let About::Order(serial, _) = &about {
            self.doors.after_order(serial);
        }
        let answer = match &about {
            About::Token => self.gathered(answer),
            About::Reading(serial) => self.flapped(serial, answer),
            About::Order(..) | About::Other => answer,
        };
        self.latency().await;
        if hangs_up {
            return Err(WireError::Interrupted);
        }
        Ok(answer)
    }

    /// An order leaves: the promises about it are judged at this very moment.
    async fn departs(&self, serial: &Serial, way: Direction) {
        let command = INVOCATION
            .try_with(|invocation| invocation.command)
            .ok()
            .flatten();
        self.doors.before_order(serial, way);
        self.witness.departs(serial, way, command).await;
    }

    async fn latency(&self) {
        let faults = &self.scene.faults;
        let ms = if faults.strikes(Kind::VendorSlow) {
            faults.dice(Kind::VendorSlow).between(500, 9_000)
        } else {
            faults.dice(Kind::VendorSlow).between(5, 150)
        };
        sleep(Duration::from_millis(ms)).await;
    }

    fn trouble(&self, about: &About) -> Option<Trouble> {
        let faults = &self.scene.faults;
        let on = match about {
            About::Order(..) => Target::Command,
            About::Reading(_) | About::Other => Target::Read,
            About::Token => Target::Token,
        };
        let status = |kind| Fault::status(*faults.dice(kind).one_of(&[500, 502, 503, 504]));
        if faults.strikes(Kind::VendorHangsUpBefore) {
            return Some(Trouble::HangUpBefore);
        }
        if faults.strikes(Kind::VendorHangsUpAfter) {
            return Some(Trouble::HangUpAfter);
        }
        let fault = if faults.strikes(Kind::VendorBusy) {
            Fault::status(429)
        } else if faults.strikes(Kind::VendorBusyUntil) {
            Fault {
                retry_after: Some(faults.dice(Kind::VendorBusyUntil).between(1, 120)),
                ..Fault::status(429)
            }
        } else if faults.strikes(Kind::VendorFailsBefore) {
            status(Kind::VendorFailsBefore)
        } else if faults.strikes(Kind::VendorFailsAfter) {
            status(Kind::VendorFailsAfter).after_motion()
        } else if faults.strikes(Kind::VendorHtml) {
            Fault {
                html_403: true,
                ..Fault::default()
            }
        } else {
            return None;
        };
        Some(Trouble::Fault(on, fault))
    }

    /// Notes the tokens that the vendor gives.
    fn gathered(&self, answer: Response<Bytes>) -> Response<Bytes> {
        if let Ok(body) = serde_json::from_slice::<Value>(answer.body()) {
            for name in ["access_token", "refresh_token"] {
                if let Some(token) = body[name].as_str() {
                    self.scene.secrets.add("a vendor's token", token);
                }
            }
        }
        answer
    }

    /// Has the sensor of a door say the opposite, while it flaps.
    fn flapped(&self, serial: &Serial, answer: Response<Bytes>) -> Response<Bytes> {
        let now = self.scene.now();
        let dice = self.scene.faults.dice(Kind::SensorFlaps);
        if self.scene.faults.strikes_at(Kind::SensorFlaps, 0.05) {
            let span = SignedDuration::from_secs(i64::try_from(dice.between(2, 60)).unwrap_or_default());
            lock(&self.flaps).insert(serial.clone(), now + span);
            self.scene
                .note(serial.as_str(), format_args!("its sensor flaps for {span:#}"));
        }
        let flaps = lock(&self.flaps).get(serial).is_some_and(|until| now < *until);
        if !flaps || self.scene.faults.over() || dice.happens(0.5) {
            return answer;
        }
        let (parts, body) = answer.into_parts();
        let Ok(mut device) = serde_json::from_slice::<Value>(&body) else {
            return Response::from_parts(parts, body);
        };
        let Some(word) = device["state"]["door_state"].as_str() else {
            return Response::from_parts(parts, body);
        };
        let lie = if word == "closed" { "open" } else { "closed" };
        device["state"]["door_state"] = lie.into();
        let _ = INVOCATION.try_with(|invocation| invocation.lied_to.store(true, Ordering::Relaxed));
        Response::from_parts(parts, Bytes::from(device.to_string()))
    }
}

/// What the vendor's cloud does wrong with a request.
#[derive(Debug)]
enum Trouble {
    HangUpBefore,
    HangUpAfter,
    Fault(Target, Fault),
}

fn fail_next(control: &Control, on: Target, fault: Fault) {
    control
        .fail_next(on, fault, 1)
        .expect("the faults above have parts that fit together");
}

/// Reads what a request is about from its path.
fn about(request: &Request<Bytes>) -> About {
    let path: Vec<&str> = request
        .uri()
        .path()
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    match path.as_slice() {
        ["api", _, _, _, "door_openers", serial, verb] if *request.method() == Method::PUT => {
            let way = if *verb == "open" {
                Direction::Open
            } else {
                Direction::Close
            };
            About::Order(Serial::from(*serial), way)
        }
        ["api", _, _, _, "Devices", serial] => About::Reading(Serial::from(*serial)),
        ["connect", "token"] => About::Token,
        _ => About::Other,
    }
}
