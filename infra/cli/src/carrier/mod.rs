//! `postern carrier`: the carriers of this deployment, and the clients by which they call.
//!
//! A carrier is three things, made in this order so that a half-made one can call nothing: a client of the carriers' pool, its record,
//! and its place in the audience of the API's authorizer.

mod add;
mod cognito;
mod gate;
mod rotate;
mod secret;

use serde_json::{Value, json};

pub(crate) use self::{
    add::add,
    gate::{AUDIENCE_MAX, Gate},
    rotate::{finish, rotate},
};
use crate::{
    Answer, Error,
    answer::table,
    deployment::{Deployment, told},
};

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
            })
        })
        .collect();
    let rows = carriers.iter().map(|(id, record)| {
        let state = match (record.active, gate.lets_in(id.as_str())) {
            (true, true) => "may call",
            (true, false) => "half made",
            (false, _) => "off",
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
