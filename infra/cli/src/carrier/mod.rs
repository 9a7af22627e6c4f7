//! `postern carrier`: the carriers of this deployment, and the clients by which they call.
//!
//! A carrier is three things, made in this order so that a half-made one can call nothing: a client of the carriers' pool, its record,
//! and its place in the audience of the API's authorizer.

mod add;
mod cognito;
mod gate;
mod rotate;
mod secret;

use postern_contract::{
    carrier::{Allowance, CarrierRecord},
    ids::CarrierId,
};
use postern_core::store::{Store, Write};
use serde_json::{Value, json};

pub(crate) use self::{
    add::add,
    gate::{AUDIENCE_MAX, Gate},
    rotate::{finish, rotate},
};
use crate::{
    Answer, Error,
    answer::table,
    arguments::AllowanceChange,
    deployment::{Deployment, told},
};

/// Lets a carrier book and open no more, or again. The platform asks the record each time, so it takes effect at once.
pub(crate) async fn switch(deployment: &Deployment, id: &CarrierId, active: bool) -> Result<Answer, Error> {
    let store = deployment.store().await?;
    let found = known(&store, id).await?;
    let record = CarrierRecord { active, ..found };
    store.transact(vec![Write::put_carrier(id, &record)?]).await?;
    let text = if active {
        format!("\"{}\" may book and open again.", record.name)
    } else {
        format!(
            "\"{}\" may book and open no more. It can still close the doors that it has opened.",
            record.name
        )
    };
    let json = json!({ "carrier": { "id": id, "name": record.name, "active": active } });
    Ok(Answer::well(text, told(&deployment.name, json)))
}

/// Sets how much a carrier may ask for. The platform asks the record with each call, so it takes effect at once.
pub(crate) async fn allow(
    deployment: &Deployment,
    id: &CarrierId,
    change: AllowanceChange,
) -> Result<Answer, Error> {
    let store = deployment.store().await?;
    let found = known(&store, id).await?;
    let before = found.allowance;
    let allowance = Allowance {
        calls_per_minute: change.calls_per_minute.unwrap_or(before.calls_per_minute),
        changes_per_minute: change.changes_per_minute.unwrap_or(before.changes_per_minute),
        opens_per_door_hour: change.opens_per_door_hour.unwrap_or(before.opens_per_door_hour),
    };
    let record = CarrierRecord { allowance, ..found };
    store.transact(vec![Write::put_carrier(id, &record)?]).await?;
    let text = format!(
        "\"{}\" may make {} calls a minute, {} of which change something, and open one door {} times an hour.",
        record.name, allowance.calls_per_minute, allowance.changes_per_minute, allowance.opens_per_door_hour
    );
    let json = json!({ "carrier": { "id": id, "name": record.name, "allowance": allowance } });
    Ok(Answer::well(text, told(&deployment.name, json)))
}

async fn known(store: &Store, id: &CarrierId) -> Result<CarrierRecord, Error> {
    store.carrier(id).await?.ok_or_else(|| {
        Error::not_as_asked(
            format!("no carrier {id} is registered"),
            "`postern carrier list` shows those that are.",
        )
    })
}

/// Every carrier, and whether the API lets it in.
pub(crate) async fn list(deployment: &Deployment) -> Result<Answer, Error> {
    let (gate, store) = (Gate::read(deployment).await?, deployment.store().await?);
    let carriers = store.carriers().await?;
    let json: Vec<Value> = carriers
        .iter()
        .map(|(id, record)| {
            json!({
                "id": id,
                "name": record.name,
                "active": record.active,
                "may_call": record.active && gate.lets_in(id.as_str()),
                "registered_at": record.registered_at,
                "allowance": record.allowance,
            })
        })
        .collect();
    let rows = carriers.iter().map(|(id, record)| {
        let state = match (record.active, gate.lets_in(id.as_str())) {
            (true, true) => "may call",
            (true, false) => "half made",
            (false, _) => "suspended",
        };
        vec![id.to_string(), state.to_owned(), record.name.clone()]
    });
    let text = if carriers.is_empty() {
        "No carrier is registered: `postern carrier add --name NAME`.".to_owned()
    } else {
        table(&rows.collect::<Vec<_>>())
    };
    Ok(Answer::well(
        text,
        told(&deployment.name, json!({ "carriers": json })),
    ))
}
