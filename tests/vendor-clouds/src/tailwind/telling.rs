//! What the controller keeps, and the notifications that it sends in the home: the status with what happened, by HTTP.
//!
//! That they are posted as JSON, one for each thing that happened, is a guess; so is that what nobody took is not sent again, and that a
//! controller tells after an absence what happened meanwhile. Those by UDP are not sent.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::status::{self, DoorState};
use crate::door::Direction;
use crate::error::CloudError;
use crate::face::controller;
use crate::face::pushing::Pushing;
use crate::shared::Shared;
use crate::world::World;

/// What the controller keeps beside its doors.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Controller {
    pub(super) led_brightness: u8,
    pub(super) listener: Option<Address>,
    /// What the listener has heard of each door.
    pub(super) told: Vec<DoorState>,
}

impl Default for Controller {
    fn default() -> Self {
        Self {
            led_brightness: 100,
            listener: None,
            told: Vec::new(),
        }
    }
}

/// Who wants to hear.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Address {
    pub(super) url: String,
    pub(super) by_http: bool,
}

/// Begins to tell.
pub(crate) fn begin(shared: Shared) -> Pushing {
    Pushing::begin(move |client| round(shared.clone(), client))
}

/// Looks once, and sends what there is.
async fn round(shared: Shared, client: reqwest::Client) -> Result<(), CloudError> {
    if !shared.look(is_news)? {
        return Ok(());
    }
    let (url, news) = shared.change(|world, now| {
        let news = gather(world, now);
        let listener = world.controller.listener.as_ref();
        Ok((listener.map(|address| address.url.clone()), news))
    })?;
    let Some(url) = url else { return Ok(()) };
    for body in news {
        // Nobody taking it is the listener's loss.
        if let Err(error) = client.post(&url).json(&body).send().await {
            tracing::debug!(%error, "nobody took a notification");
        }
    }
    Ok(())
}

fn is_news(world: &World, now: Timestamp) -> bool {
    let listener = world.controller.listener.as_ref();
    listener.is_some_and(|address| address.by_http)
        && !controller::is_away(world)
        && world.controller.told != status::doors(world, now)
}

/// A notification of each thing that happened since the last.
fn gather(world: &mut World, now: Timestamp) -> Vec<Value> {
    if !is_news(world, now) {
        return Vec::new();
    }
    let doors = status::doors(world, now);
    let document = status::document(world, now);
    let before = std::mem::replace(&mut world.controller.told, doors.clone());
    let mut news = Vec::new();
    for (index, (was, is)) in before.into_iter().zip(doors).enumerate() {
        for event in events(was, is) {
            let mut body = document.clone();
            body["notify"] = json!({ "door_idx": index, "event": event });
            news.push(body);
        }
    }
    news
}

/// The words for a change. There is none for the end of a lock-out.
fn events(was: DoorState, is: DoorState) -> Vec<&'static str> {
    let moved = (was.status != is.status).then_some(match is.status {
        Direction::Open => "open",
        Direction::Close => "close",
    });
    let locked = (is.locked_up && !was.locked_up).then_some("lock");
    let usable = (was.disabled != is.disabled).then_some(if is.disabled { "disable" } else { "enable" });
    [moved, locked, usable].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_has_its_word_and_the_end_of_a_lock_out_has_none() {
        let closed = DoorState {
            status: Direction::Close,
            locked_up: false,
            disabled: false,
        };
        let open = DoorState {
            status: Direction::Open,
            ..closed
        };
        let locked = DoorState {
            locked_up: true,
            ..open
        };
        let disabled = DoorState {
            disabled: true,
            ..closed
        };
        assert_eq!(events(closed, open), ["open"]);
        assert_eq!(events(open, closed), ["close"]);
        assert_eq!(events(closed, locked), ["open", "lock"]);
        assert!(events(locked, open).is_empty());
        assert_eq!(events(closed, disabled), ["disable"]);
        assert_eq!(events(disabled, closed), ["enable"]);
    }
}
