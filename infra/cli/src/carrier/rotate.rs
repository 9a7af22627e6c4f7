//! `postern carrier rotate`: a second secret beside the first, and later the first one's end.

use postern_contract::ids::CarrierId;
use serde_json::json;

use super::{
    cognito::{self, Described},
    secret::Place,
};
use crate::{
    Answer, Error,
    arguments::SecretPlace,
    deployment::{Deployment, told},
};

/// How many secrets Cognito keeps of one client.
const SECRETS_MAX: usize = 2;

/// Gives a carrier a second secret. Both work until the older one is taken away.
pub(crate) async fn rotate(
    deployment: &Deployment,
    id: &CarrierId,
    secret: &SecretPlace,
) -> Result<Answer, Error> {
    known(deployment, id).await?;
    if cognito::secrets(deployment, id.as_str()).await?.len() >= SECRETS_MAX {
        return Err(Error::not_as_asked(
            format!("{id} has {SECRETS_MAX} secrets already, the most that Cognito keeps"),
            format!(
                "Once the carrier uses the newer one, `postern carrier rotate {id} --finish` takes the older away."
            ),
        ));
    }
    let place = Place::prepare(secret)?;
    let added = match cognito::add_secret(deployment, id.as_str()).await {
        Ok(added) => added,
        Err(error) => {
            place.give_up();
            return Err(error);
        }
    };
    let value = added.client_secret_value.ok_or_else(|| {
        Error::deployment(
            "a second secret was made, and Cognito did not tell it",
            format!(
                "Delete {} with `aws cognito-idp delete-user-pool-client-secret`, then repeat the command.",
                added.client_secret_id
            ),
        )
    })?;
    let (line, shown) = place.hand_over(&value)?;
    let text = format!(
        "{id} has a second secret. {line}\nBoth work. Once the carrier uses the new one: postern carrier rotate {id} --finish"
    );
    let json = json!({ "carrier": { "id": id, "secret": shown, "secrets": SECRETS_MAX } });
    Ok(Answer::well(text, told(&deployment.name, json)))
}

/// Takes the older of a carrier's two secrets away.
pub(crate) async fn finish(deployment: &Deployment, id: &CarrierId) -> Result<Answer, Error> {
    known(deployment, id).await?;
    let secrets = cognito::secrets(deployment, id.as_str()).await?;
    let Some(older) = older(&secrets)? else {
        return Err(Error::not_as_asked(
            format!("{id} has one secret: there is no older one to take away"),
            format!("`postern carrier rotate {id}` adds a second."),
        ));
    };
    cognito::delete_secret(deployment, id.as_str(), older).await?;
    let text = format!("The older secret of {id} is gone; the newer one works on.");
    Ok(Answer::well(
        text,
        told(&deployment.name, json!({ "carrier": { "id": id, "secrets": 1 } })),
    ))
}

async fn known(deployment: &Deployment, id: &CarrierId) -> Result<(), Error> {
    let record = deployment.store().await?.carrier(id).await?;
    record.map(drop).ok_or_else(|| {
        Error::not_as_asked(
            format!("no carrier {id} is registered"),
            "`postern carrier list` shows those that are.",
        )
    })
}

/// The older of two secrets: Cognito's names for them end in the second at which they were made.
fn older(secrets: &[Described]) -> Result<Option<&str>, Error> {
    if secrets.len() < SECRETS_MAX {
        return Ok(None);
    }
    let aged = secrets.iter().map(|secret| {
        let made = secret.client_secret_id.rsplit("--").next()?.parse::<u64>().ok()?;
        Some((made, secret.client_secret_id.as_str()))
    });
    let aged: Option<Vec<_>> = aged.collect();
    let unlike = || {
        Error::deployment(
            "which of the two secrets is the older one cannot be told from their names",
            "See `aws cognito-idp list-user-pool-client-secrets`, and delete the older one by hand.",
        )
    };
    let oldest = aged.ok_or_else(unlike)?.into_iter().min();
    Ok(oldest.map(|(_, name)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(names: &[&str]) -> Vec<Described> {
        let described = names.iter().map(|name| Described {
            client_secret_id: (*name).to_owned(),
            client_secret_value: None,
        });
        described.collect()
    }

    #[test]
    fn the_older_secret_goes_and_an_only_one_never_does() {
        assert!(matches!(older(&secrets(&["abc--9"])), Ok(None)));
        assert!(matches!(
            older(&secrets(&["abc--10", "abc--9"])),
            Ok(Some("abc--9"))
        ));
        assert!(older(&secrets(&["first", "second"])).is_err());
    }
}
