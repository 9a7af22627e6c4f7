//! What the cloud does by itself: it looks for changes, and posts them to the app's address, signed, and with the troubles on order.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderName};
use serde_json::{Value, json};
use url::Url;

use super::signing::{self, KEY_ID};
use super::{events, sinks};
use crate::apps::{Delivery, LATE, Push, PushTrouble};
use crate::error::CloudError;
use crate::face::pushing::Pushing;
use crate::shared::Shared;
use crate::world::World;

/// Older than a date may be.
const OLD: Duration = Duration::from_secs(600);

const DIGEST: HeaderName = HeaderName::from_static("digest");

/// Begins to push.
pub(crate) fn begin(shared: Shared) -> Pushing {
    Pushing::begin(move |client| round(shared.clone(), client))
}

/// What is to be sent in this round.
struct Sending {
    to: String,
    push: Push,
    trouble: Option<PushTrouble>,
    now: Timestamp,
}

/// Looks once, and sends what there is.
async fn round(shared: Shared, client: reqwest::Client) -> Result<(), CloudError> {
    let busy = shared.look(|world, now| !world.apps.outbox.is_empty() || events::pending(world, now))?;
    if !busy {
        return Ok(());
    }
    let sending = shared.change(|world, now| {
        let changes = events::gather(world, now);
        sinks::tell(&shared, world, &changes, now);
        Ok(due(world, now))
    })?;
    for one in sending {
        let mut delivery = Delivery {
            at: one.now,
            trouble: one.trouble,
            body: one.push.body.clone(),
            status: None,
            answer: String::new(),
        };
        let times = match one.trouble {
            Some(PushTrouble::Lost) => 0,
            Some(PushTrouble::Twice) => 2,
            _ => 1,
        };
        for _ in 0..times {
            // Nobody answering is what the delivery then says.
            if let Some((status, answer)) = post(&client, &one).await? {
                delivery.status = Some(status);
                delivery.answer = answer;
            }
        }
        shared.change(|world, _| {
            world.apps.delivered(delivery);
            Ok(())
        })?;
    }
    Ok(())
}

/// What may leave now. An app that has not confirmed its address hears of nothing but that it should.
fn due(world: &mut World, now: Timestamp) -> Vec<Sending> {
    let Some(app) = world.apps.app.clone() else {
        world.apps.outbox.clear();
        return Vec::new();
    };
    let waiting = std::mem::take(&mut world.apps.outbox);
    let mut sending = Vec::new();
    for mut push in waiting {
        let is_event = push.body["messageType"] == "EVENT";
        if is_event && !app.confirmed {
            continue;
        }
        if push.not_before > now {
            world.apps.outbox.push_back(push);
            continue;
        }
        // A push that comes late was in trouble already.
        let trouble = if is_event && !push.late {
            world.apps.troubles.pop_front()
        } else {
            None
        };
        let to = app.target_url.clone();
        match trouble {
            Some(PushTrouble::Late) => {
                push.not_before = now + LATE;
                push.late = true;
                world.apps.outbox.push_back(push);
            }
            Some(PushTrouble::Swapped) => world.apps.held = Some(push),
            trouble => {
                sending.push(Sending {
                    to: to.clone(),
                    push,
                    trouble,
                    now,
                });
                if let Some(held) = world.apps.held.take() {
                    let trouble = Some(PushTrouble::Swapped);
                    sending.push(Sending {
                        to,
                        push: held,
                        trouble,
                        now,
                    });
                }
            }
        }
    }
    sending
}

async fn post(client: &reqwest::Client, one: &Sending) -> Result<Option<(u16, String)>, CloudError> {
    let Ok(url) = Url::parse(&one.to) else {
        return Ok(None);
    };
    let body = one.push.body.to_string();
    let digest = signing::digest(match one.trouble {
        Some(PushTrouble::WrongDigest) => b"{}",
        _ => body.as_bytes(),
    });
    let at = match one.trouble {
        Some(PushTrouble::OldDate) => one.now - OLD,
        _ => one.now,
    };
    let key_id = match one.trouble {
        Some(PushTrouble::UnknownKey) => "/pl/useast2/00-00-00",
        Some(PushTrouble::ForeignKey) => "@keys.attacker.example/pl/useast2/70-6f-73-74-65-72-6e",
        _ => KEY_ID,
    };
    let path = match one.trouble {
        Some(PushTrouble::WrongSignature) => "/elsewhere",
        _ => url.path(),
    };
    let signed = signing::sign(path, digest, at, key_id)?;
    let mut request = client
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header(DIGEST, signed.digest)
        .header(DATE, signed.date);
    if one.trouble != Some(PushTrouble::Unsigned) {
        request = request.header(AUTHORIZATION, signed.authorization);
    }
    let Ok(answer) = request.body(body).send().await else {
        return Ok(None);
    };
    let status = answer.status().as_u16();
    Ok(Some((status, answer.text().await.unwrap_or_default())))
}

/// Registers the address of an app, and asks it to confirm.
pub(crate) fn register(world: &mut World, target_url: &str, base: &str, now: Timestamp) -> String {
    let id = world.apps.app.as_ref().map(|app| app.id.clone());
    let id = id.unwrap_or_else(|| world.apps.name());
    let token = world.apps.name();
    let url = format!("{base}/apps/{id}/confirm-registration?token={token}");
    world.apps.push(
        now,
        json!({
            "messageType": "CONFIRMATION",
            "confirmationData": { "appId": id, "confirmationUrl": url },
        }),
    );
    world.apps.app = Some(crate::apps::App {
        id: id.clone(),
        target_url: target_url.to_owned(),
        token,
        confirmed: false,
    });
    id
}

/// Asks the app whether it is there.
pub(crate) fn ping(world: &mut World, now: Timestamp) -> String {
    let (execution, challenge) = (world.apps.name(), world.apps.name());
    let body: Value = json!({
        "lifecycle": "PING",
        "executionId": execution,
        "locale": "en",
        "version": "1.0.0",
        "pingData": { "challenge": challenge },
    });
    world.apps.push(now, body);
    challenge
}

/// Takes the app out of every home of a user: its tokens are worthless from now on, and it hears so.
pub(crate) fn uninstall(world: &mut World, email: &crate::names::Email, now: Timestamp) {
    events::gather(world, now);
    let theirs = |app: &crate::apps::Installation| app.email == *email;
    let ids: Vec<_> = world
        .apps
        .installations
        .iter()
        .filter(|(_, app)| theirs(app))
        .map(|(id, _)| id.clone())
        .collect();
    for id in ids {
        let Some(app) = world.apps.installations.remove(&id) else {
            continue;
        };
        world.identity.uninstall(&id);
        let event_id = world.apps.name();
        let message = events::uninstalled(&id, &app, &event_id, now);
        world.apps.push(now, message);
    }
}
