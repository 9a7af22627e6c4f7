//! How the carriers' API describes itself: its messages by their published schemas, and what is particular to it.

use postern_contract::{carrier, delivery, event, feed, ids, push, text, webhook};
use postern_http::openapi::{About, Flow};
use serde_json::Value;

use crate::{DELIVERIES, QUOTAS, WEBHOOKS};

postern_http::messages! {
    AskEligibility = carrier::AskEligibility;
    Eligibility = carrier::Eligibility;
    AskEligibilities = carrier::AskEligibilities;
    Eligibilities = carrier::Eligibilities;
    BookDelivery = carrier::BookDelivery;
    ChangeDelivery = carrier::ChangeDelivery;
    Dispatch = carrier::Dispatch;
    OpenDoor = carrier::OpenDoor;
    CloseDoor = carrier::CloseDoor;
    Complete = carrier::Complete;
    Reissue = carrier::Reissue;
    Cancel = carrier::Cancel;
    LeaveAtDoorstep = carrier::LeaveAtDoorstep;
    FeedPage = feed::FeedPage;
    WebhookId = ids::WebhookId;
    CreateWebhook = webhook::CreateWebhook;
    ChangeWebhook = webhook::ChangeWebhook;
    Webhook = webhook::WebhookView;
    WebhookPage = delivery::Page<webhook::WebhookView>;
    WebhookSecret = webhook::WebhookSecret;
    Push = push::PushView;
    PushPage = delivery::Page<push::PushView>;
    Replay = push::Replay;
    Replayed = push::Replayed;
    DeliveryId = ids::DeliveryId;
    TrackingNumber = text::TrackingNumber;
    DriverRef = text::DriverRef;
    GrantState = delivery::GrantState;
    Delivery = delivery::DeliveryView;
    DeliveryPage = delivery::Page<delivery::DeliveryView>;
    LogPage = delivery::Page<event::LogEntry>;
    EvidenceBundle = postern_contract::evidence::EvidenceBundle;
    SigningKeys = postern_keys::JwkSet;
}

/// The grant has come to its end.
pub(crate) const OVER: &[&str] = &[
    "delivery_cancelled",
    "delivery_completed",
    "delivery_expired",
    "delivery_revoked",
];
/// The household does not want it now.
pub(crate) const UNWANTED: &[&str] = &[
    "delivery_disabled",
    "delivery_paused",
    "carrier_not_allowed",
    "outside_hours",
];
/// Its opener could not, or did not.
pub(crate) const BY_THE_OPENER: &[&str] = &[
    "door_offline",
    "door_already_open",
    "door_state_unknown",
    "door_moving",
    "door_locked_out",
    "door_obstructed",
    "door_gone",
    "link_broken",
    "vendor_unavailable",
    "vendor_busy",
];

const ABOUT: About = About {
    title: "Postern for carriers",
    description: "Leave a parcel inside a customer's garage: ask whether it may go there, book it, open and close the door on the day, \
                  and show what happened.\n\nEvery call that changes something takes an `Idempotency-Key`, so that it can be sent again \
                  without being done again. `docs/carriers` tells it from the start.",
    scheme: "carrier",
    flow: Flow::ClientCredentials,
    scopes: &[
        ("eligibility:read", "Ask whether a delivery can be had"),
        ("deliveries:read", "See deliveries"),
        (
            "deliveries:write",
            "Book deliveries, and open and close their doors",
        ),
        ("evidence:read", "See what happened in a delivery"),
        ("webhooks:write", "Say where to be told"),
    ],
    tags: &[
        ("eligibility", "At the checkout"),
        ("deliveries", "From booking to its end"),
        ("at the door", "What the driver's handheld asks for"),
        ("events", "Being told"),
        ("evidence", "What happened, for whoever doubts it"),
    ],
    refusals: &[DELIVERIES, WEBHOOKS, QUOTAS],
    counted: true,
};

/// The API's description: OpenAPI 3.1.
#[must_use]
pub fn openapi() -> Value {
    let (_, gathered) = crate::routes().split_for_parts();
    postern_http::openapi::describe(gathered, components(), &ABOUT)
}
