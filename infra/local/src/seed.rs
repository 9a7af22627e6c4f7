//! Who is on a local platform from the start: two carriers, two people.

use postern_contract::{
    carrier::{Allowance, CarrierRecord},
    ids::CarrierId,
};
use postern_core::{
    Platform,
    store::{StoreError, Write},
};
use secrecy::SecretString;

use crate::issuer::{Client, Person};

/// What every carrier of the local platform may ask for.
pub(crate) const CARRIER_SCOPES: [&str; 5] = [
    "eligibility:read",
    "deliveries:read",
    "deliveries:write",
    "evidence:read",
    "webhooks:write",
];

/// A carrier of the local platform.
#[derive(Debug, Clone)]
pub struct SeedCarrier {
    /// Its id, and the client id of its tokens.
    pub id: CarrierId,
    /// The name customers see.
    pub name: String,
    /// Its client secret. Of no worth outside this machine.
    pub secret: SecretString,
    /// How much it may ask for.
    pub allowance: Allowance,
}

/// A person who can log in on the local platform.
#[derive(Debug, Clone)]
pub struct SeedPerson {
    /// The subject of their tokens.
    pub id: String,
    /// What they log in with.
    pub email: String,
    /// Their password. Of no worth outside this machine.
    pub password: SecretString,
}

/// Who is there from the start.
#[derive(Debug, Clone)]
pub struct Seeds {
    /// The carriers.
    pub carriers: Vec<SeedCarrier>,
    /// The people.
    pub people: Vec<SeedPerson>,
}

impl Default for Seeds {
    fn default() -> Self {
        let carrier = |id: &str, name: &str, secret: &str| SeedCarrier {
            id: id.parse().expect("the seeds' ids follow the rule for ids"),
            name: name.to_owned(),
            secret: SecretString::from(secret),
            allowance: Allowance::default(),
        };
        let person = |id: &str, email: &str| SeedPerson {
            id: id.to_owned(),
            email: email.to_owned(),
            password: SecretString::from("local password"),
        };
        Self {
            carriers: vec![
                carrier("northwind", "Northwind Parcel", "northwind-local-secret"),
                carrier("southpost", "South Post", "southpost-local-secret"),
            ],
            people: vec![
                person("alex", "alex@example.com"),
                person("sam", "sam@example.com"),
            ],
        }
    }
}

impl Seeds {
    pub(crate) fn clients(&self) -> Vec<Client> {
        let scopes = || CARRIER_SCOPES.into_iter().map(str::to_owned).collect();
        self.carriers
            .iter()
            .map(|carrier| Client {
                id: carrier.id.to_string(),
                secret: carrier.secret.clone(),
                scopes: scopes(),
            })
            .collect()
    }

    pub(crate) fn people(&self) -> Vec<Person> {
        self.people
            .iter()
            .map(|person| Person {
                id: person.id.clone(),
                email: person.email.clone(),
                password: person.password.clone(),
            })
            .collect()
    }

    /// Registers the carriers in the record, as an operator would.
    pub(crate) async fn register(&self, platform: &Platform) -> Result<(), StoreError> {
        for carrier in &self.carriers {
            let record = CarrierRecord {
                name: carrier.name.clone(),
                active: true,
                registered_at: platform.now(),
                allowance: carrier.allowance,
            };
            platform
                .store
                .transact(vec![Write::put_carrier(&carrier.id, &record)?])
                .await?;
        }
        Ok(())
    }
}
