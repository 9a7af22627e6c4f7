//! How the customers' API describes itself: its messages by their published schemas, and what is particular to it.

use postern_contract::{customer, delivery, event, ids};
use postern_http::openapi::{About, Flow};
use serde_json::Value;

use crate::HOUSEHOLDS;

postern_http::messages! {
    SignUp = customer::SignUp;
    Household = customer::HouseholdView;
    Preferences = customer::Preferences;
    PreferencesView = customer::PreferencesView;
    TurnedOff = customer::TurnedOff;
    BeginLink = customer::BeginLink;
    LinkStarted = customer::LinkStarted;
    FinishLink = customer::FinishLink;
    AnswerForm = customer::AnswerForm;
    LinkId = ids::LinkId;
    Link = customer::LinkView;
    LinkPage = delivery::Page<customer::LinkView>;
    DoorId = ids::DoorId;
    Door = customer::HouseholdDoor;
    DoorPage = delivery::Page<customer::HouseholdDoor>;
    NameDoor = customer::NameDoor;
    ChooseDoor = customer::ChooseDoor;
    DeliveryId = ids::DeliveryId;
    Delivery = delivery::DeliveryView;
    DeliveryPage = delivery::Page<delivery::DeliveryView>;
    LogPage = delivery::Page<event::LogEntry>;
    ActivityPage = delivery::Page<customer::ActivityEntry>;
}

const ABOUT: About = About {
    title: "Postern for customers",
    description: "Have parcels left inside your garage: link its opener, choose the door, say what you want, watch, and turn it all \
                  off.\n\nEvery call can be repeated: it sets a state rather than adding to it.",
    scheme: "customer",
    flow: Flow::AuthorizationCode,
    scopes: &[("household", "Act for one's own household")],
    tags: &[
        (
            "household",
            "The household, what it wants, and what happened in it",
        ),
        (
            "openers",
            "Links to the vendors of openers, and the doors behind them",
        ),
        ("deliveries", "The household's deliveries"),
        ("switch", "On and off"),
    ],
    refusals: &[HOUSEHOLDS],
    counted: false,
};

/// The API's description: OpenAPI 3.1.
#[must_use]
pub fn openapi() -> Value {
    let (_, gathered) = crate::routes().split_for_parts();
    postern_http::openapi::describe(gathered, components(), &ABOUT)
}
