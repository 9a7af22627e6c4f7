//! `POST /v1/deliveries/{id}/cancel`: the carrier calls it off.

use axum::{Json, extract::State};
use postern_contract::{carrier::Cancel, delivery::DeliveryView, ids::DeliveryId};
use postern_core::deliveries;
use postern_http::{Authorized, Idempotent, NoQuery, PathId, Problem};

use crate::{
    Carriers,
    caller::{DeliveriesWrite, carrier, idempotent},
    problems::problem,
};

pub(crate) async fn cancel(
    token: Authorized<DeliveriesWrite>,
    State(state): State<Carriers>,
    PathId(delivery): PathId<DeliveryId>,
    _: NoQuery,
    request: Idempotent<Cancel>,
) -> Result<Json<DeliveryView>, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    deliveries::cancel(&state.platform, &caller, delivery, request.body)
        .await
        .map(Json)
        .map_err(problem)
}
