//! At the checkout: can a parcel to an address be left in the garage, and when.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};

use crate::{Invalid, delivery::Window, place::Address};

/// For how many days windows are told: 0 to 14.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "u8", try_from = "u8")]
#[schemars(with = "u8", extend("minimum" = 0, "maximum" = 14, "default" = 7))]
pub struct DaysAhead(u8);

impl DaysAhead {
    /// The most.
    pub const MAX: u8 = 14;

    /// How many.
    #[must_use]
    pub const fn count(self) -> u8 {
        self.0
    }
}

impl Default for DaysAhead {
    fn default() -> Self {
        Self(7)
    }
}

impl From<DaysAhead> for u8 {
    fn from(days: DaysAhead) -> Self {
        days.0
    }
}

impl TryFrom<u8> for DaysAhead {
    type Error = Invalid;
    fn try_from(days: u8) -> Result<Self, Invalid> {
        if days <= Self::MAX {
            Ok(Self(days))
        } else {
            Err(Invalid::new("days", "0 to 14"))
        }
    }
}

/// Can a parcel to this address be left in the garage?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskEligibility {
    /// Where the parcel goes.
    pub address: Address,
    /// When it would come, where that is already known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// For how many days, today among them, the windows on offer are told: 0 to 14, and 7 where nothing is said.
    #[serde(default)]
    pub days: DaysAhead,
}

/// Whether it can, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Eligibility {
    /// Whether a delivery can be booked.
    pub eligible: bool,
    /// Why not, if not.
    pub reasons: Vec<Ineligible>,
    /// The household's time zone (IANA), for choosing a window. Only for an eligible address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The windows that the household offers, in their order; none where the address is not eligible. Any part of one can be booked.
    #[serde(default)]
    pub windows: Vec<Window>,
}

/// Why no delivery can be booked. A carrier learns no more of a household than it needs: whether there is none, whether it is
/// off, or whether it does not want this carrier all read `not_offered`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ineligible {
    /// In-garage delivery is not on offer at this address for this carrier.
    NotOffered,
    /// The household takes a pause that reaches into the window.
    Paused,
    /// The window lies outside the household's hours.
    OutsideHours,
    /// The window is already over, or too far ahead.
    WindowUnusable,
    /// The door's opener needs the household's care before it can be used.
    DoorNotReady,
}

/// The same of many addresses at once. What is wrong with one of them is told of that one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskEligibilities {
    /// The questions, 1 to 50, each as `POST /v1/eligibility` takes one.
    #[serde(deserialize_with = "questions")]
    #[schemars(schema_with = "questions_as_they_should_be")]
    pub questions: Vec<Map<String, Value>>,
}

impl AskEligibilities {
    /// How many questions may be asked at once.
    pub const QUESTIONS_MAX: usize = 50;
}

fn questions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Map<String, Value>>, D::Error> {
    let questions = Vec::<Map<String, Value>>::deserialize(deserializer)?;
    if (1..=AskEligibilities::QUESTIONS_MAX).contains(&questions.len()) {
        Ok(questions)
    } else {
        Err(de::Error::custom(Invalid::new("questions", "1 to 50 questions")))
    }
}

/// Each as it should be; one that is not so is answered with its problem, so any object is taken.
fn questions_as_they_should_be(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "minItems": 1,
        "maxItems": AskEligibilities::QUESTIONS_MAX,
        "items": { "anyOf": [generator.subschema_for::<AskEligibility>(), { "type": "object" }] },
    })
}

/// The answers to many questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Eligibilities {
    /// One for each question, in the order of the questions.
    pub answers: Vec<EligibilityAnswer>,
}

/// The answer to one of many questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EligibilityAnswer {
    /// Whether it can, and why not.
    Eligibility(Eligibility),
    /// Why this question could not be answered.
    Problem(ItemProblem),
}

/// What is wrong with one of many things that were asked for: the members of RFC 9457, as an answer of its own would have them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ItemProblem {
    /// The address of the code's page.
    #[serde(rename = "type")]
    pub kind: String,
    /// A few words.
    pub title: String,
    /// The status that an answer of its own would have.
    pub status: u16,
    /// The stable name. It never changes its meaning.
    pub code: String,
    /// What to do about it.
    pub detail: String,
    /// Which field of the question is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}
