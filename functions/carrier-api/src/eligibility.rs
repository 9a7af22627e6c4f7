//! `POST /v1/eligibility`, of one address, and `POST /v1/eligibility/batch`, of many: can a parcel be left in the garage, and when?

use axum::{Extension, Json as Answer, extract::State};
use postern_contract::carrier::{
    AskEligibilities, AskEligibility, Eligibilities, Eligibility, EligibilityAnswer, ItemProblem,
};
use postern_core::deliveries;
use postern_http::{Authorized, Json, Language, NoQuery, Problem, body};
use serde_json::Value;

use crate::{
    Carriers,
    caller::{EligibilityRead, carrier},
    messages,
    problems::problem,
};

/// Ask whether a parcel can be left in the garage.
///
/// For a checkout: an address is eligible when its household takes deliveries of this carrier and its door is ready. `windows` are the
/// household's hours on the `days` to come, by its own clock, without what it pauses.
#[utoipa::path(
    post,
    path = "/v1/eligibility",
    operation_id = "askEligibility",
    tag = "eligibility",
    request_body = inline(messages::AskEligibility),
    responses((status = 200, description = "Whether it can, and why not.", body = inline(messages::Eligibility))),
    security(("carrier" = ["eligibility:read"])),
    extensions(("x-refusals" = json!([["carrier_inactive"]])))
)]
pub(crate) async fn ask(
    token: Authorized<EligibilityRead>,
    State(state): State<Carriers>,
    _: NoQuery,
    Json(question): Json<AskEligibility>,
) -> Result<Answer<Eligibility>, Problem> {
    let carrier = carrier(&token)?;
    deliveries::ask_eligibility(&state.platform, &carrier, &question)
        .await
        .map(Answer)
        .map_err(problem)
}

/// Ask about many addresses at once.
///
/// At most 50, each as `POST /v1/eligibility` takes one, answered in their order. What is wrong with one of them, such as a postal code
/// that is none, is told in its own answer, as a problem, and the others are answered all the same.
#[utoipa::path(
    post,
    path = "/v1/eligibility/batch",
    operation_id = "askEligibilities",
    tag = "eligibility",
    request_body = inline(messages::AskEligibilities),
    responses((status = 200, description = "An answer for each.", body = inline(messages::Eligibilities))),
    security(("carrier" = ["eligibility:read"])),
    extensions(("x-refusals" = json!([["carrier_inactive"]])))
)]
pub(crate) async fn ask_many(
    token: Authorized<EligibilityRead>,
    State(state): State<Carriers>,
    Extension(language): Extension<Language>,
    _: NoQuery,
    Json(many): Json<AskEligibilities>,
) -> Result<Answer<Eligibilities>, Problem> {
    let carrier = carrier(&token)?;
    let read: Vec<Result<AskEligibility, Problem>> = many
        .questions
        .into_iter()
        .map(|question| body::from_value(Value::Object(question)))
        .collect();
    let sound = read.iter().filter_map(|question| question.as_ref().ok().cloned());
    let judged = deliveries::ask_eligibilities(&state.platform, &carrier, sound.collect())
        .await
        .map_err(problem)?;
    let mut judged = judged.into_iter();
    let answers = read.into_iter().map(|question| {
        question
            .and_then(|_| match judged.next() {
                Some(answer) => answer.map_err(problem),
                None => Err(problem(postern_core::Error::Corrupt(
                    "a question without its answer",
                ))),
            })
            .map_or_else(
                |refused| of_one(&refused, language).map(EligibilityAnswer::Problem),
                |answer| Ok(EligibilityAnswer::Eligibility(answer)),
            )
    });
    Ok(Answer(Eligibilities {
        answers: answers.collect::<Result<_, _>>()?,
    }))
}

fn of_one(refused: &Problem, language: Language) -> Result<ItemProblem, Problem> {
    serde_json::from_value(refused.value(language)).map_err(|error| Problem::internal(&error))
}
