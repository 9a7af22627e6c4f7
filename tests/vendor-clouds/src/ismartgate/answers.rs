//! The answers, in XML: hidden like what was asked, but errors, which anybody may read.
//!
//! The numbers of errors are known, and what they say is a guess. Guessed too: what a door says of its sensor, and that the charge of its
//! battery is a percentage; versions, names of models, and the host of the vendor's relay.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::Model;
use super::cipher::Key;
use crate::door::ReportedState;
use crate::face::controller;
use crate::face::page::escaped;
use crate::names::{Email, Serial};
use crate::seed::{Seed, Stream};
use crate::world::World;

/// The type of a door with a camera.
pub(super) const WITH_CAMERA: &str = "door-with-camera";

/// What a number says that is not there.
const NONE: &str = "-1000000";

/// Why something is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    NoCredentials,
    WrongCredentials,
    NoToken,
    /// What came cannot be read with the key.
    Unreadable,
    ApiCode,
    NoDoor,
    InvalidDoor,
    Option,
}

impl Refused {
    /// The number and the words. An ismartgate knows no error for a door that cannot be, nor for what it cannot read: its key is the
    /// password's.
    const fn told(self, model: Model) -> (u8, &'static str) {
        let (ismartgate, gogogate2, words) = match self {
            Self::NoCredentials => (22, 2, "Error: login or password not set"),
            Self::WrongCredentials => (11, 1, "Error: wrong login or password"),
            // A Gogogate2 asks for no token.
            Self::NoToken => (21, 2, "Error: token not set"),
            Self::Unreadable => (11, 11, "Error: corrupted data"),
            Self::ApiCode => (10, 18, "Error: invalid API code"),
            Self::NoDoor => (8, 8, "Error: door not set"),
            Self::InvalidDoor => (8, 5, "Error: invalid door"),
            Self::Option => (9, 9, "Error: invalid option"),
        };
        match model {
            Model::Ismartgate => (ismartgate, words),
            Model::Gogogate2 => (gogogate2, words),
        }
    }

    /// The answer, which is not hidden.
    pub(super) fn answer(self, model: Model) -> Response {
        let (code, words) = self.told(model);
        plain(format!(
            "<response><error><errorcode>{code}</errorcode><errormsg>{words}</errormsg></error></response>"
        ))
    }
}

fn plain(body: String) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=UTF-8")], body).into_response()
}

/// A hidden answer. Its vector follows from the seed and from what was asked, which has one of its own each time.
pub(super) fn hidden(key: &Key, xml: &str, seed: Seed, asked: &str) -> Response {
    plain(key.seal(xml, &Stream::new(seed, asked).hex(32)))
}

/// The code without which a door gets no pulse. A Gogogate2 has one for all.
pub(super) fn api_code(world: &World, model: Model, index: usize) -> String {
    let label = match model {
        Model::Ismartgate => format!("api code {index}"),
        Model::Gogogate2 => "api code".to_owned(),
    };
    Stream::new(world.seed(), &label).hex(13)
}

/// What there is: the controller, and each of its three places.
pub(super) fn info(world: &World, model: Model, by: &Email, now: Timestamp) -> String {
    let serials = controller::doors(world);
    let doors: String = (0..controller::DOORS_MAX)
        .map(|index| door(world, model, index, serials.get(index), now))
        .collect();
    let name = world.homes().next().map_or("", |(_, home)| home.name.as_str());
    let (user, name) = (escaped(by.as_str()), escaped(name));
    let own = match model {
        Model::Ismartgate => format!(
            "<ismartgatename>{name}</ismartgatename><pin>1234</pin><lang>en</lang><model>ismartgatePRO</model>\
             <apiversion>1.8</apiversion><remoteaccessenabled>no</remoteaccessenabled>\
             <remoteaccess>simulated.my-ismartgate.com</remoteaccess><firmwareversion>1.8.1</firmwareversion>\
             <newfirmware>no</newfirmware>"
        ),
        Model::Gogogate2 => format!(
            "<gogogatename>{name}</gogogatename><model>GGG2</model><apiversion>1.5</apiversion>\
             <remoteaccessenabled>0</remoteaccessenabled><remoteaccess>simulated.my-gogogate.com</remoteaccess>\
             <firmwareversion>260</firmwareversion><apicode>{}</apicode><outputs><output1>off</output1>\
             <output2>off</output2><output3>off</output3></outputs>",
            api_code(world, model, 0)
        ),
    };
    format!(
        "<response><user>{user}</user>{own}{doors}<network><ip>127.0.0.1</ip></network>\
         <wifi><SSID/><linkquality/><signal/></wifi></response>"
    )
}

/// One place. One without a door has no name.
fn door(world: &World, model: Model, index: usize, serial: Option<&Serial>, now: Timestamp) -> String {
    let known = serial.and_then(|serial| world.door(serial).ok());
    let known = known.filter(|known| known.door.switches.paired);
    let name = known.map_or_else(String::new, |known| escaped(&known.name));
    let status = match known.map(|known| known.door.reported(now)) {
        None => "undefined",
        Some(shown) if shown.state == ReportedState::Unknown => "undefined",
        Some(shown) if controller::is_closed(shown) => "closed",
        Some(_) => "opened",
    };
    let camera = yes(known.is_some_and(|known| known.device_type == WITH_CAMERA));
    let charge = known.and_then(|known| known.door.switches.sensor_battery_percent);
    let sensor_id = match charge {
        Some(_) => Stream::new(world.seed(), &format!("sensor {index}")).hex(8),
        None => "WIRE".to_owned(),
    };
    let sensor = yes(known.is_some());
    let voltage = charge.map_or_else(|| NONE.to_owned(), |percent| percent.to_string());
    let own = match model {
        Model::Ismartgate => format!(
            "<gate>no</gate><enabled>{sensor}</enabled><apicode>{}</apicode><customimage>no</customimage>",
            api_code(world, model, index)
        ),
        Model::Gogogate2 => String::new(),
    };
    let tag = format!("door{}", index + 1);
    format!(
        "<{tag}><permission>yes</permission><name>{name}</name><mode>garage</mode><status>{status}</status>\
         <sensor>{sensor}</sensor><sensorid>{sensor_id}</sensorid><camera>{camera}</camera><events>0</events>\
         <temperature>{NONE}</temperature><voltage>{voltage}</voltage>{own}</{tag}>"
    )
}

const fn yes(so: bool) -> &'static str {
    if so { "yes" } else { "no" }
}
