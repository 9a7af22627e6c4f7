//! The gate of the carriers' API: the audience of its authorizer, which names the clients whose tokens are let through.

use serde::Deserialize;
use serde_json::json;

use crate::{Error, deployment::Deployment};

/// How many clients an authorizer can name: a quota of API Gateway.
pub(crate) const AUDIENCE_MAX: usize = 50;

/// The authorizer as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Gate {
    jwt_configuration: Tokens,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tokens {
    #[serde(default)]
    audience: Vec<String>,
    issuer: String,
}

impl Gate {
    pub(crate) async fn read(deployment: &Deployment) -> Result<Self, Error> {
        let asked = vec![
            "apigatewayv2".to_owned(),
            "get-authorizer".to_owned(),
            format!("--api-id={}", deployment.output("CarriersApiId")?),
            format!("--authorizer-id={}", deployment.output("CarriersAuthorizer")?),
        ];
        Ok(deployment.aws.ask_beside(asked).await?)
    }

    pub(crate) fn lets_in(&self, client: &str) -> bool {
        self.jwt_configuration.audience.iter().any(|name| name == client)
    }

    pub(crate) fn clients(&self) -> &[String] {
        &self.jwt_configuration.audience
    }

    /// The quota is there to be known of before anything is made.
    pub(crate) fn has_room(&self) -> Result<(), Error> {
        if self.jwt_configuration.audience.len() < AUDIENCE_MAX {
            return Ok(());
        }
        Err(Error::deployment(
            format!(
                "the authorizer of the carriers' API is full: it names {AUDIENCE_MAX} clients, the most that API Gateway allows"
            ),
            "Take a carrier away that calls no more, or deploy another market's stage for the new ones.",
        ))
    }

    /// Lets a client in, and looks whether it is in: an authorizer is written whole, and another operator may be at work.
    pub(crate) async fn let_in(deployment: &Deployment, client: &str) -> Result<(), Error> {
        for _ in 0..LET_IN_TRIES {
            let gate = Self::read(deployment).await?;
            if gate.lets_in(client) {
                return Ok(());
            }
            gate.has_room()?;
            let mut audience = gate.jwt_configuration.audience;
            audience.push(client.to_owned());
            let tokens = json!({ "Audience": audience, "Issuer": gate.jwt_configuration.issuer });
            let asked = vec![
                "apigatewayv2".to_owned(),
                "update-authorizer".to_owned(),
                format!("--api-id={}", deployment.output("CarriersApiId")?),
                format!("--authorizer-id={}", deployment.output("CarriersAuthorizer")?),
                format!("--jwt-configuration={tokens}"),
            ];
            deployment.aws.ask_beside::<serde_json::Value>(asked).await?;
        }
        if Self::read(deployment).await?.lets_in(client) {
            return Ok(());
        }
        Err(Error::deployment(
            "the authorizer of the carriers' API does not keep what is written to it",
            "See whether somebody else is changing it, and repeat the command.",
        ))
    }
}

/// How often the authorizer is written before it is somebody else's turn to explain.
const LET_IN_TRIES: u32 = 2;
