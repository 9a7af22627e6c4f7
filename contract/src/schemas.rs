//! What this crate publishes: a JSON Schema for each message, and the reader that the platform itself uses for it.

use schemars::{
    JsonSchema, Schema, SchemaGenerator,
    generate::SchemaSettings,
    schema_for,
    transform::{RecursiveTransform, Transform},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    adapter::{AdapterReply, AdapterRequest, ContractVersion},
    carrier::{
        Arrive, AskEligibilities, AskEligibility, BookDelivery, Cancel, ChangeDelivery, CloseDoor, Complete,
        Dispatch, Eligibilities, Eligibility, LeaveAtDoorstep, OpenDoor, Reissue,
    },
    conformance::ConformanceReport,
    customer::{
        ActivityEntry, AnswerForm, BeginLink, ChooseDoor, FinishLink, HouseholdDoor, HouseholdView,
        LinkStarted, LinkView, NameDoor, Preferences, PreferencesView, SignUp, TurnedOff,
    },
    delivery::DeliveryView,
    event::LogEntry,
    evidence::EvidenceBundle,
    feed::{CarrierEvent, FeedPage},
    push::{PushView, Replay, Replayed},
    webhook::{ChangeWebhook, CreateWebhook, WebhookSecret, WebhookView},
};

/// Where the schemas have their names: `$id` is this and the file's name. An identifier, not a place to fetch from.
pub const SCHEMA_BASE: &str = "https://postern.example/schemas/";

/// A time of day, as it is written. The reader takes ISO 8601's other spellings too.
const TIME_OF_DAY: &str = r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?$";

/// A published message: its schema, by the name of its file, and its reader.
#[derive(Debug)]
pub struct Published {
    /// The file's stem under `contract/schemas`, and the folder of its messages under `contract/messages`.
    pub name: &'static str,
    /// The schema.
    pub schema: Schema,
    reread: fn(&[u8]) -> Result<Value, serde_json::Error>,
}

impl Published {
    /// Reads a message as the platform does, and writes it again.
    ///
    /// # Errors
    /// What the message's type has against these bytes.
    pub fn reread(&self, message: &[u8]) -> Result<Value, serde_json::Error> {
        (self.reread)(message)
    }

    /// The schema as its file has it: with `$id` and the contract's version, and in one order whatever else is compiled in.
    #[must_use]
    pub fn document(&self) -> Schema {
        let mut document = self.schema.clone();
        document.insert(
            "$id".to_owned(),
            format!("{SCHEMA_BASE}{}.json", self.name).into(),
        );
        document.insert(
            "x-contract-version".to_owned(),
            ContractVersion::CURRENT.to_string().into(),
        );
        // A dependency elsewhere may switch on serde_json's `preserve_order`; the file must not tell.
        document.ensure_object().sort_keys();
        document
            .ensure_object()
            .values_mut()
            .for_each(Value::sort_all_objects);
        document
    }
}

fn published<T: JsonSchema + Serialize + DeserializeOwned>(name: &'static str) -> Published {
    let mut schema = schema_for!(T);
    RecursiveTransform(spell_out).transform(&mut schema);
    Published {
        name,
        schema,
        reread: |message| serde_json::to_value(serde_json::from_slice::<T>(message)?),
    }
}

/// Says in JSON Schema's own keywords what `schemars` leaves to a `format` that few validators know.
fn spell_out(schema: &mut Schema) {
    match schema.get("format").and_then(Value::as_str) {
        Some("uint32") if schema.get("maximum").is_none() => {
            schema.insert("maximum".to_owned(), u32::MAX.into());
        }
        Some("partial-time") => {
            schema.insert("pattern".to_owned(), TIME_OF_DAY.into());
        }
        _ => {}
    }
}

/// Schemas that refer to each other by name, as an OpenAPI document keeps them under `components/schemas`.
#[derive(Debug)]
pub struct Components(SchemaGenerator);

impl Default for Components {
    fn default() -> Self {
        let mut settings = SchemaSettings::draft2020_12();
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
        Self(
            settings
                .with_transform(RecursiveTransform(spell_out))
                .into_generator(),
        )
    }
}

impl Components {
    /// The same, and this type with everything that it refers to.
    ///
    /// # Panics
    /// When another type has its name, so that a reference would lead to that one.
    #[must_use]
    pub fn with<T: JsonSchema>(mut self) -> Self {
        let reference = self.0.subschema_for::<T>();
        let name = T::schema_name();
        let leads_to = reference.get("$ref").and_then(Value::as_str).unwrap_or_default();
        assert_eq!(
            leads_to,
            format!("#/components/schemas/{name}"),
            "{name} is the name of two types"
        );
        self
    }

    /// The schemas, by the names that their references say.
    #[must_use]
    pub fn finish(mut self) -> Map<String, Value> {
        self.0.take_definitions(true)
    }
}

/// Every message that this crate publishes.
#[must_use]
pub fn all() -> Vec<Published> {
    vec![
        published::<AdapterRequest>("adapter-request"),
        published::<AdapterReply>("adapter-reply"),
        published::<ConformanceReport>("conformance-report"),
        published::<AskEligibility>("ask-eligibility"),
        published::<Eligibility>("eligibility"),
        published::<AskEligibilities>("ask-eligibilities"),
        published::<Eligibilities>("eligibilities"),
        published::<BookDelivery>("book-delivery"),
        published::<ChangeDelivery>("change-delivery"),
        published::<Dispatch>("dispatch"),
        published::<Arrive>("arrive"),
        published::<OpenDoor>("open-door"),
        published::<CloseDoor>("close-door"),
        published::<Complete>("complete"),
        published::<Reissue>("reissue"),
        published::<Cancel>("cancel"),
        published::<LeaveAtDoorstep>("leave-at-doorstep"),
        published::<DeliveryView>("delivery"),
        published::<LogEntry>("log-entry"),
        published::<EvidenceBundle>("evidence-bundle"),
        published::<CarrierEvent>("carrier-event"),
        published::<FeedPage>("feed-page"),
        published::<CreateWebhook>("create-webhook"),
        published::<ChangeWebhook>("change-webhook"),
        published::<WebhookView>("webhook"),
        published::<WebhookSecret>("webhook-secret"),
        published::<PushView>("push"),
        published::<Replay>("replay"),
        published::<Replayed>("replayed"),
        published::<SignUp>("sign-up"),
        published::<HouseholdView>("household"),
        published::<BeginLink>("begin-link"),
        published::<LinkStarted>("link-started"),
        published::<FinishLink>("finish-link"),
        published::<AnswerForm>("answer-form"),
        published::<LinkView>("link"),
        published::<HouseholdDoor>("household-door"),
        published::<NameDoor>("name-door"),
        published::<ChooseDoor>("choose-door"),
        published::<Preferences>("preferences"),
        published::<PreferencesView>("preferences-view"),
        published::<TurnedOff>("turned-off"),
        published::<ActivityEntry>("activity-entry"),
    ]
}
