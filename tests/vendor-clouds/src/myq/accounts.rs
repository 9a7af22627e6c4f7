//! `GET …/accounts`: the homes that a user sees.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::error::CloudError;
use crate::names::Email;
use crate::shared::Shared;

/// The list.
pub(super) fn list(shared: &Shared, email: &Email) -> Result<Response, CloudError> {
    let accounts: Vec<Value> = shared.look(|world, _| {
        world
            .homes_of(email)
            .map(|(id, home, _)| {
                json!({
                    "id": id,
                    "name": home.name,
                    "created_by": home.created_by,
                    "max_users": { "co_owner": 5, "guest": 10 },
                })
            })
            .collect()
    })?;
    Ok(Json(json!({ "accounts": accounts })).into_response())
}
