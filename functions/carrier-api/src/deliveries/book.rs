//! `POST /v1/deliveries`: book an in-garage delivery.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::LOCATION},
    response::IntoResponse,
};
use postern_contract::carrier::BookDelivery;
use postern_core::deliveries;
use postern_http::{Authorized, Idempotent, NoQuery, Problem, openapi::Keyed};

use crate::{
    Carriers,
    caller::{DeliveriesWrite, carrier, idempotent},
    messages,
    problems::problem,
};

/// Book an in-garage delivery.
///
/// The address must be that of the door. The delivery is then scheduled for its window.
#[utoipa::path(
    post,
    path = "/v1/deliveries",
    operation_id = "bookDelivery",
    tag = "deliveries",
    params(Keyed),
    request_body = inline(messages::BookDelivery),
    responses((status = 201, description = "It is booked.", body = inline(messages::Delivery), headers(("location" = String, description = "The path of the delivery.")))),
    security(("carrier" = ["deliveries:write"])),
    extensions(("x-refusals" = json!([["carrier_inactive", "not_eligible", "parcel_count", "parcel_repeated", "too_many_under_way"]])))
)]
pub(crate) async fn book(
    token: Authorized<DeliveriesWrite>,
    State(state): State<Carriers>,
    _: NoQuery,
    request: Idempotent<BookDelivery>,
) -> Result<impl IntoResponse, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    let view = deliveries::book(&state.platform, &caller, request.body)
        .await
        .map_err(problem)?;
    let place = format!("/v1/deliveries/{}", view.id);
    Ok((StatusCode::CREATED, [(LOCATION, place)], Json(view)))
}
