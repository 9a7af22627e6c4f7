//! The clients of the carriers' pool, and their secrets.

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use crate::{Error, deployment::Deployment};

/// What a carrier's client may ask for.
const SCOPES: [&str; 5] = [
    "postern/eligibility:read",
    "postern/deliveries:read",
    "postern/deliveries:write",
    "postern/evidence:read",
    "postern/webhooks:write",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Clients {
    user_pool_clients: Vec<Named>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    client_id: String,
    client_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct One {
    user_pool_client: Client,
}

/// A client with its secret.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Client {
    pub(super) client_id: String,
    #[serde(deserialize_with = "kept")]
    pub(super) client_secret: SecretString,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Secrets {
    client_secrets: Vec<Described>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Added {
    client_secret_descriptor: Described,
}

/// A secret as Cognito tells of it. Its value is in the answer that made it alone.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Described {
    pub(super) client_secret_id: String,
    #[serde(default, deserialize_with = "kept_if_there")]
    pub(super) client_secret_value: Option<SecretString>,
}

fn kept<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

fn kept_if_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    Option::<String>::deserialize(deserializer).map(|text| text.map(SecretString::from))
}

fn asked(deployment: &Deployment, operation: &str, rest: Vec<String>) -> Result<Vec<String>, Error> {
    let pool = format!("--user-pool-id={}", deployment.output("CarriersPool")?);
    let mut asked = vec!["cognito-idp".to_owned(), operation.to_owned(), pool];
    asked.extend(rest);
    Ok(asked)
}

/// The ids of the clients of this name. Cognito lets several have the same.
pub(super) async fn named(deployment: &Deployment, name: &str) -> Result<Vec<String>, Error> {
    let listed: Clients = deployment
        .aws
        .ask_beside(asked(deployment, "list-user-pool-clients", vec![])?)
        .await?;
    let clients = listed.user_pool_clients.into_iter();
    let of_this_name = clients.filter(|client| client.client_name == name);
    Ok(of_this_name.map(|client| client.client_id).collect())
}

pub(super) async fn make(deployment: &Deployment, name: &str) -> Result<Client, Error> {
    let mut rest = vec![
        format!("--client-name={name}"),
        "--generate-secret".to_owned(),
        "--allowed-o-auth-flows-user-pool-client".to_owned(),
        "--enable-token-revocation".to_owned(),
        "--access-token-validity=60".to_owned(),
        "--token-validity-units=AccessToken=minutes".to_owned(),
        "--allowed-o-auth-flows".to_owned(),
        "client_credentials".to_owned(),
        "--allowed-o-auth-scopes".to_owned(),
    ];
    rest.extend(SCOPES.map(str::to_owned));
    let one: One = deployment
        .aws
        .ask_beside(asked(deployment, "create-user-pool-client", rest)?)
        .await?;
    Ok(one.user_pool_client)
}

pub(super) async fn describe(deployment: &Deployment, client: &str) -> Result<Client, Error> {
    let rest = vec![format!("--client-id={client}")];
    let one: One = deployment
        .aws
        .ask_beside(asked(deployment, "describe-user-pool-client", rest)?)
        .await?;
    Ok(one.user_pool_client)
}

pub(super) async fn secrets(deployment: &Deployment, client: &str) -> Result<Vec<Described>, Error> {
    let rest = vec![format!("--client-id={client}")];
    let listed: Secrets = deployment
        .aws
        .ask_beside(asked(deployment, "list-user-pool-client-secrets", rest)?)
        .await?;
    Ok(listed.client_secrets)
}

pub(super) async fn add_secret(deployment: &Deployment, client: &str) -> Result<Described, Error> {
    let rest = vec![format!("--client-id={client}")];
    let added: Added = deployment
        .aws
        .ask_beside(asked(deployment, "add-user-pool-client-secret", rest)?)
        .await?;
    Ok(added.client_secret_descriptor)
}

pub(super) async fn delete_secret(deployment: &Deployment, client: &str, secret: &str) -> Result<(), Error> {
    let rest = vec![
        format!("--client-id={client}"),
        format!("--client-secret-id={secret}"),
    ];
    deployment
        .aws
        .ask_beside::<serde_json::Value>(asked(deployment, "delete-user-pool-client-secret", rest)?)
        .await?;
    Ok(())
}
