//! How often may be asked: so many calls about one door in a minute, told in a header of every answer.
//!
//! The published numbers are approximate. Calls about no door are not limited here; their headers tell the published limit of an installed
//! app as if it had just begun, which is made up.

use axum::http::HeaderValue;
use axum::response::Response;
use jiff::Timestamp;

use crate::apps::Room;
use crate::names::Serial;
use crate::world::World;

/// Calls of one installed app in a minute, as published.
const APP_CALLS_PER_MINUTE: u32 = 60;

/// A minute, in seconds.
const MINUTE_S: u64 = 60;

/// What an answer tells of its limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    most: u32,
    room: Room,
}

impl Limit {
    /// Counts a call.
    pub(super) fn count(world: &mut World, device: Option<&Serial>, now: Timestamp) -> Self {
        match (device, world.settings.device_calls_per_minute) {
            (Some(serial), Some(most)) => Self {
                most,
                room: world.apps.count_call(now, serial, most),
            },
            _ => Self {
                most: APP_CALLS_PER_MINUTE,
                room: Room {
                    left: Some(APP_CALLS_PER_MINUTE - 1),
                    reset: MINUTE_S,
                },
            },
        }
    }

    /// Whether this call was one too many.
    pub(super) const fn is_over(&self) -> bool {
        self.room.left.is_none()
    }

    /// The answer, with its headers.
    pub(super) fn tell(&self, mut answer: Response) -> Response {
        let headers = answer.headers_mut();
        headers.insert("x-ratelimit-limit", HeaderValue::from(self.most));
        headers.insert(
            "x-ratelimit-remaining",
            HeaderValue::from(self.room.left.unwrap_or(0)),
        );
        headers.insert("x-ratelimit-reset", HeaderValue::from(self.room.reset));
        answer
    }
}
