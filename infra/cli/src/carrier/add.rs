//! `postern carrier add`: a client, a record, and last the way in. What is there already is not made again.

use postern_contract::{
    carrier::{Allowance, CarrierRecord},
    ids::CarrierId,
};
use postern_core::{
    ports::{Clock as _, SystemClock},
    store::Write,
};
use serde_json::json;

use super::{
    cognito::{self, Client},
    gate::Gate,
    secret::Place,
};
use crate::{
    Answer, Error,
    answer::waiting,
    arguments::SecretPlace,
    deployment::{Deployment, told},
};

/// Makes a carrier, or finishes one that was begun under this name.
pub(crate) async fn add(deployment: &Deployment, name: &str, secret: &SecretPlace) -> Result<Answer, Error> {
    let place = Place::prepare(secret)?;
    let waiting = waiting("registering the carrier");
    let made = make(deployment, name).await;
    waiting.finish_and_clear();
    let (id, client) = match made {
        Ok(made) => made,
        Err(error) => {
            place.give_up();
            return Err(error);
        }
    };
    let (line, shown) = place.hand_over(&client.client_secret)?;
    let text = format!(
        "\"{name}\" is registered and may call. Its client id, which is the carrier's id here:\n\n  {id}\n\n{line}"
    );
    let json = json!({ "carrier": { "id": id, "name": name, "secret": shown, "api": deployment.output("CarrierApi")? } });
    Ok(Answer::well(text, told(&deployment.name, json)))
}

async fn make(deployment: &Deployment, name: &str) -> Result<(CarrierId, Client), Error> {
    let (gate, store) = (Gate::read(deployment).await?, deployment.store().await?);
    let clients = cognito::named(deployment, name).await?;
    let doctor = deployment.output("DoctorClient")?;
    let client = match &*clients {
        [] => {
            // Known before anything is made: no carrier is left half made by a quota.
            gate.has_room()?;
            cognito::make(deployment, name).await?
        }
        [one] if one == doctor => {
            return Err(Error::not_as_asked(
                format!("\"{name}\" is the name of the operator's own client"),
                "Give the carrier another name.",
            ));
        }
        [one] => cognito::describe(deployment, one).await?,
        many => {
            return Err(Error::not_as_asked(
                format!(
                    "{} clients of the carriers' pool are named \"{name}\"",
                    many.len()
                ),
                "Delete those that belong to no carrier (`postern carrier list` shows the carriers), then repeat the command.",
            ));
        }
    };
    let id: CarrierId = client.client_id.parse().map_err(|_| {
        Error::deployment(
            format!("the client id {} cannot be a carrier's id", client.client_id),
            "See that the stack's CarriersPool is a pool of Cognito.",
        )
    })?;
    let half = |done: &str| {
        format!("Done by then: {done}. It can call nothing yet; the same command goes on from here.")
    };
    let client_made = half("the carrier has a client");
    let record = store
        .carrier(&id)
        .await
        .map_err(|error| Error::from(error).after(client_made.clone()))?;
    if record.is_some() && gate.lets_in(id.as_str()) {
        return Err(Error::not_as_asked(
            format!("\"{name}\" is registered already, as {id}"),
            format!("`postern carrier rotate {id}` gives it another secret."),
        ));
    }
    if record.is_none() {
        let record = CarrierRecord {
            name: name.to_owned(),
            active: true,
            registered_at: SystemClock.now(),
            allowance: Allowance::default(),
        };
        let written = store.transact(vec![Write::put_carrier(&id, &record)?]).await;
        written.map_err(|error| Error::from(error).after(client_made))?;
    }
    let let_in = Gate::let_in(deployment, id.as_str()).await;
    let_in.map_err(|error| error.after(half("the carrier has a client and a record")))?;
    Ok((id, client))
}
