//! `POST /v1/deliveries/{id}/dispatch`: the parcels are out for delivery.

use axum::{Json, extract::State};
use postern_contract::{carrier::Dispatch, delivery::DeliveryView, ids::DeliveryId};
use postern_core::deliveries;
use postern_http::{Authorized, Idempotent, NoQuery, PathId, Problem};

use crate::{
    Carriers,
    caller::{DeliveriesWrite, carrier, idempotent},
    problems::problem,
};

pub(crate) async fn dispatch(
    token: Authorized<DeliveriesWrite>,
    State(state): State<Carriers>,
    PathId(delivery): PathId<DeliveryId>,
    _: NoQuery,
    request: Idempotent<Dispatch>,
) -> Result<Json<DeliveryView>, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    deliveries::dispatch(&state.platform, &caller, delivery, request.body)
        .await
        .map(Json)
        .map_err(problem)
}
