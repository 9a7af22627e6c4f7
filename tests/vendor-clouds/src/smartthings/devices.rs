//! `GET /devices`, `GET /devices/{id}`, and what is below a device: its status at three depths, and its health.

use std::collections::BTreeSet;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::errors::error_body;
use super::layout::{self, moment};
use crate::apps::Installation;
use crate::face::answers::error;
use crate::names::Serial;
use crate::world::{Device, World, WorldDoor};

/// How many devices a page has at most, whatever is asked for.
const PAGE_MAX: usize = 200;

/// What a list is asked for by.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    capabilities: Vec<String>,
    /// Whether any of them will do.
    any: bool,
    locations: Vec<String>,
    devices: Vec<String>,
    max: Option<usize>,
    page: usize,
}

impl Wanted {
    /// Reads a query: a parameter may be given several times, or once with commas.
    pub(super) fn of(query: &str) -> Result<Self, String> {
        let mut wanted = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let several = || value.split(',').map(str::to_owned);
            let number = || value.parse().map_err(|_| name.clone().into_owned());
            match &*name {
                "capability" => wanted.capabilities.extend(several()),
                "capabilitiesMode" => wanted.any = value == "or",
                "locationId" => wanted.locations.extend(several()),
                "deviceId" => wanted.devices.extend(several()),
                "max" => wanted.max = Some(number()?).filter(|max| *max > 0),
                "page" => wanted.page = number()?,
                // What else may be asked for is not simulated.
                _ => {}
            }
        }
        Ok(wanted)
    }

    fn fits(&self, serial: &Serial, location: &str, door: &WorldDoor) -> bool {
        let named = |all: &[String], one: &str| all.is_empty() || all.iter().any(|named| named == one);
        let has = layout::capabilities(door);
        let mut capabilities = self.capabilities.iter();
        let capable = if self.any {
            self.capabilities.is_empty() || capabilities.any(|wanted| has.contains(&&**wanted))
        } else {
            capabilities.all(|wanted| has.contains(&&**wanted))
        };
        capable && named(&self.locations, location) && named(&self.devices, serial.as_str())
    }

    /// The address of a page of the same list.
    fn address(&self, base: &str, max: usize, page: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.capabilities.iter().map(|value| ("capability", value)));
        if self.any {
            query.append_pair("capabilitiesMode", "or");
        }
        query.extend_pairs(self.locations.iter().map(|value| ("locationId", value)));
        query.extend_pairs(self.devices.iter().map(|value| ("deviceId", value)));
        query.append_pair("max", &max.to_string());
        query.append_pair("page", &page.to_string());
        format!("{base}/devices?{}", query.finish())
    }
}

/// The doors that an app sees: those of its home.
pub(super) fn doors<'a>(
    world: &'a World,
    app: &'a Installation,
) -> impl Iterator<Item = (&'a Serial, &'a WorldDoor)> + use<'a> {
    let home = world.home_seen_by(&app.email, &app.location);
    let devices = home.map(|home| home.devices.as_slice()).unwrap_or_default();
    let mut once = BTreeSet::new();
    devices.iter().filter_map(move |device| match device {
        Device::Door { serial } if once.insert(serial) => Some((serial, world.door(serial).ok()?)),
        _ => None,
    })
}

/// A device of the app's home, or why it may not be looked at.
pub(super) fn seen<'a>(
    world: &'a World,
    app: &'a Installation,
    serial: &Serial,
) -> Result<&'a WorldDoor, StatusCode> {
    if let Some((_, door)) = doors(world, app).find(|(one, _)| *one == serial) {
        return Ok(door);
    }
    // In another home of the same household: it is there, and was not granted.
    Err(if world.sees(&app.email, serial) {
        StatusCode::FORBIDDEN
    } else {
        StatusCode::NOT_FOUND
    })
}

fn owner(world: &World, app: &Installation) -> String {
    world
        .home(&app.location)
        .map_or_else(|_| String::new(), |home| home.created_by.clone())
}

/// The list.
pub(super) fn list(world: &World, app: &Installation, base: &str, wanted: &Wanted) -> Response {
    if wanted
        .locations
        .iter()
        .any(|asked| asked != app.location.as_str())
    {
        return error(StatusCode::FORBIDDEN, error_body);
    }
    let owner = owner(world, app);
    let fits = |(serial, door): &(&Serial, &WorldDoor)| wanted.fits(serial, app.location.as_str(), door);
    let all: Vec<_> = doors(world, app).filter(fits).collect();
    let most = world.settings.page_max.unwrap_or(PAGE_MAX);
    let max = wanted.max.unwrap_or(most).min(most);
    let from = wanted.page.saturating_mul(max).min(all.len());
    let until = from.saturating_add(max).min(all.len());
    let items: Vec<_> = all[from..until]
        .iter()
        .map(|(serial, door)| layout::device(serial.as_str(), app.location.as_str(), &owner, door))
        .collect();
    let links = if until < all.len() {
        json!({ "next": { "href": wanted.address(base, max, wanted.page + 1) } })
    } else {
        json!({})
    };
    Json(json!({ "items": items, "_links": links })).into_response()
}

/// One device.
pub(super) fn one(world: &World, app: &Installation, serial: &Serial, door: &WorldDoor) -> Response {
    let owner = owner(world, app);
    Json(layout::device(
        serial.as_str(),
        app.location.as_str(),
        &owner,
        door,
    ))
    .into_response()
}

/// How deep a status goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    Device,
    Component(String),
    Capability(String, String),
}

/// What a device says.
pub(super) fn status(
    world: &World,
    serial: &Serial,
    door: &WorldDoor,
    depth: &Depth,
    now: Timestamp,
) -> Response {
    let mut components: Map<String, Value> = Map::new();
    for attribute in layout::attributes(door, world.apps.optimistic.get(serial).copied(), now) {
        let component = components.entry(attribute.component).or_insert_with(|| json!({}));
        component[attribute.capability][attribute.name] = attribute.told();
    }
    let status = Value::Object(components);
    let found = match depth {
        Depth::Device => Some(json!({ "components": status })),
        Depth::Component(component) => status.get(component).cloned(),
        Depth::Capability(component, capability) => {
            status.get(component).and_then(|all| all.get(capability)).cloned()
        }
    };
    found.map_or_else(
        || error(StatusCode::NOT_FOUND, error_body),
        |found| Json(found).into_response(),
    )
}

/// The word for how well a device is connected.
pub(super) fn health_word(door: &WorldDoor, now: Timestamp) -> &'static str {
    if !door.door.switches.paired {
        "UNKNOWN"
    } else if door.door.reported(now).online {
        "ONLINE"
    } else {
        "OFFLINE"
    }
}

/// How well a device is connected.
pub(super) fn health(world: &World, serial: &Serial, door: &WorldDoor, now: Timestamp) -> Response {
    if world.settings.without_health {
        return error(StatusCode::NOT_FOUND, error_body);
    }
    let shown = door.door.reported(now);
    Json(json!({
        "deviceId": serial,
        "state": health_word(door, now),
        "lastUpdatedDate": moment(shown.last_status),
    }))
    .into_response()
}
