//! What is set: doors, the address that hears of them, and the light of the controller itself.
//!
//! An order names an end, and the opener knows nothing but a pulse: it gets one if the door is not at that end. A door that moves is `open`
//! whichever way it goes. That a second `close` therefore stops a door that closes, and a third sends it up, follows from this and has not
//! been seen at a real one. What is answered to an order for a door that is there already, or was locked out, is a guess. A partial
//! opening is not simulated, and refused.

use axum::response::Response;
use url::Url;

use super::asked::{Asked, Wish};
use super::telling::Address;
use super::{failed, ok, status};
use crate::door::{Direction, Disposition};
use crate::error::CloudError;
use crate::names::Email;
use crate::shared::Shared;

/// An address is shorter than this.
const URL_BYTES: usize = 200;

/// A door is to be at this end.
pub(super) fn operate(
    shared: &Shared,
    by: &Email,
    index: usize,
    way: Direction,
    partial: bool,
) -> Result<Response, CloudError> {
    let asked = Asked::Operate { index, way, partial };
    shared.change(|world, now| {
        let Some(order) = asked.order(world) else {
            return Ok(failed("Info", "door index error"));
        };
        let door = status::doors(world, now)[index];
        let refused = if door.disabled {
            Some((Disposition::NotPermitted, "door is disabled"))
        } else if door.locked_up {
            Some((Disposition::LockedOut, "door is locked"))
        } else if partial {
            Some((Disposition::NotPermitted, "partial open is not supported"))
        } else {
            None
        };
        if let Some((disposition, why)) = refused {
            world.record_command(now, &order, Some(by.clone()), disposition);
            return Ok(failed("Info", why));
        }
        if door.status == way {
            world.record_command(now, &order, Some(by.clone()), Disposition::AlreadyThere);
        } else {
            let disposition = world.command_by_pulse(now, &order, by)?;
            tracing::debug!(serial = %order.serial, command = ?way, ?disposition, "command");
        }
        Ok(ok())
    })
}

/// Somebody wants to hear of the doors, or no more.
pub(super) fn notify(shared: &Shared, wish: &Wish) -> Result<Response, CloudError> {
    let fits = match wish.proto.as_str() {
        "http" => Url::parse(&wish.url).is_ok_and(|url| url.scheme() == "http"),
        "udp" => true,
        _ => false,
    };
    if !fits || wish.url.len() >= URL_BYTES || wish.enable > 1 {
        return Ok(failed("info", "notify url error"));
    }
    shared.change(|world, now| {
        let told = status::doors(world, now);
        world.controller.listener = (wish.enable == 1).then(|| Address {
            url: wish.url.clone(),
            by_http: wish.proto == "http",
        });
        world.controller.told = told;
        Ok(ok())
    })
}

/// The light of the controller, in per cent.
pub(super) fn light(shared: &Shared, brightness: u8) -> Result<Response, CloudError> {
    if brightness > 100 {
        return Ok(failed("info", "brightness error"));
    }
    shared.change(|world, _| {
        world.controller.led_brightness = brightness;
        Ok(ok())
    })
}
