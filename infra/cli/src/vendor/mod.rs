//! `postern vendor`: the makers of openers that this deployment knows, and whether their adapters are called.

mod adapter;
mod function;
mod new;
mod promote;
mod test;

use postern_contract::ids::VendorId;
use postern_core::{
    ports::{Clock as _, SystemClock},
    store::{Store, Write},
    vendor::VendorRecord,
};
use serde_json::{Value, json};

pub(crate) use self::{adapter::describe, function::code_of, new::begin, promote::promote, test::test};
use crate::{
    Answer, Error,
    answer::{table, waiting},
    deployment::{Deployment, told},
};

/// Asks the adapter who it is, and registers the vendor, switched off. One that is registered already keeps its switch only if the
/// adapter is the same.
pub(crate) async fn register(
    deployment: &Deployment,
    id: &VendorId,
    name: &str,
    function: Option<String>,
) -> Result<Answer, Error> {
    let function = function.unwrap_or_else(|| format!("{}-adapter-{id}", deployment.name));
    let waiting = waiting("asking the adapter who it is");
    let description = describe(&deployment.aws, &function, id).await?;
    waiting.finish_and_clear();
    let store = deployment.store().await?;
    let before = store.vendor(id).await?;
    let active = before
        .as_ref()
        .is_some_and(|before| before.active && before.adapter == function);
    let record = VendorRecord {
        name: name.to_owned(),
        adapter: function,
        active,
        contract: description.contract,
        registered_at: before
            .as_ref()
            .map_or_else(|| SystemClock.now(), |before| before.registered_at),
        proven: before.and_then(|before| before.proven),
    };
    put(&store, id, &record).await?;
    let next = if active {
        "It stays switched on.".to_owned()
    } else {
        format!("It is switched off: `postern vendor promote {id} --report FILE` switches it on.")
    };
    let text = format!(
        "{id} is registered as \"{name}\": {} speaks version {} of the contract.\n{next}",
        record.adapter, record.contract
    );
    Ok(Answer::well(
        text,
        told(&deployment.name, json!({ "vendor": shown(id, &record) })),
    ))
}

/// Switches a vendor off.
pub(crate) async fn suspend(deployment: &Deployment, id: &VendorId) -> Result<Answer, Error> {
    let store = deployment.store().await?;
    let record = VendorRecord {
        active: false,
        ..registered(&store, id).await?
    };
    put(&store, id, &record).await?;
    let text = format!(
        "{id} is switched off. Within a minute its adapter is called no more, not even to close a door: a person is told instead."
    );
    Ok(Answer::well(
        text,
        told(&deployment.name, json!({ "vendor": shown(id, &record) })),
    ))
}

/// Every vendor.
pub(crate) async fn list(deployment: &Deployment) -> Result<Answer, Error> {
    let vendors = deployment.store().await?.vendors().await?;
    let json: Vec<Value> = vendors.iter().map(|(id, record)| shown(id, record)).collect();
    let text = if vendors.is_empty() {
        "No vendor is registered: `postern vendor register ID --name NAME`.".to_owned()
    } else {
        let rows = vendors.iter().map(|(id, record)| {
            let switch = if record.active { "on" } else { "off" };
            let contract = record.contract.to_string();
            let tier = record.proven.as_ref();
            let tier = tier.map_or_else(|| "no tier".to_owned(), |proven| proven.tier.to_string());
            let cells = [
                id.as_str(),
                switch,
                &tier,
                &contract,
                &record.name,
                &record.adapter,
            ];
            cells.map(str::to_owned).into()
        });
        table(&rows.collect::<Vec<_>>())
    };
    Ok(Answer::well(
        text,
        told(&deployment.name, json!({ "vendors": json })),
    ))
}

async fn registered(store: &Store, id: &VendorId) -> Result<VendorRecord, Error> {
    store.vendor(id).await?.ok_or_else(|| {
        Error::not_as_asked(
            format!("no vendor {id} is registered"),
            "`postern vendor list` shows those that are; `postern vendor register` adds one.",
        )
    })
}

async fn put(store: &Store, id: &VendorId, record: &VendorRecord) -> Result<(), Error> {
    Ok(store.transact(vec![Write::put_vendor(id, record)?]).await?)
}

fn shown(id: &VendorId, record: &VendorRecord) -> Value {
    json!({
        "id": id,
        "name": record.name,
        "active": record.active,
        "adapter": record.adapter,
        "contract": record.contract,
        "registered_at": record.registered_at,
        "tier": record.proven.as_ref().map(|proven| proven.tier),
    })
}
