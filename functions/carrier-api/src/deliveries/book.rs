//! `POST /v1/deliveries`: book an in-garage delivery.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::LOCATION},
    response::IntoResponse,
};
use postern_contract::carrier::BookDelivery;
use postern_core::deliveries;
use postern_http::{Authorized, Idempotent, NoQuery, Problem};

use crate::{
    Carriers,
    caller::{DeliveriesWrite, carrier, idempotent},
    problems::problem,
};

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
