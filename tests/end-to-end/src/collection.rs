//! The carriers' API as a collection of calls for Bruno, made of its description: every call once, with its headers and a body, in the
//! order of a delivery. The calls of the story can be run as they lie there (`bru run --env local --tests-only`); the others wait in `more` for whoever needs them.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Value, json};

/// Where the collection lies, from the root of the repository.
pub const FOLDER: &str = "contract/collections/carriers";

/// The calls of a delivery, in their order, each with what is kept of its answer and what must be so.
const STORY: [(&str, &str, &str); 13] = [
    ("askEligibility", "", "res.body.eligible: eq true"),
    (
        "bookDelivery",
        "delivery: res.body.id",
        "res.body.state: eq scheduled",
    ),
    ("getDelivery", "", "res.body.log_length: eq 1"),
    ("dispatchDelivery", "", "res.body.state: eq armed"),
    ("openDoor", "", "res.body.state: eq open"),
    ("closeDoor", "", "res.body.state: eq closed"),
    ("completeDelivery", "", "res.body.state: eq completed"),
    ("readLog", "", "res.body.items[0].event.type: eq booked"),
    (
        "getEvidence",
        "",
        "res.headers['content-type']: eq application/jose",
    ),
    ("getSigningKeys", "", "res.body.keys: isDefined"),
    ("listDeliveries", "", "res.body.items[0].id: eq {{delivery}}"),
    ("listEvents", "", "res.body.items: isDefined"),
    ("listWebhooks", "", "res.body.items: isDefined"),
];

/// The files of the collection, by their paths from the root of the repository.
///
/// # Panics
/// When the description lacks a call of the story.
#[must_use]
pub fn files(api: &Value) -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([
        (path("bruno.json"), collection()),
        (path("collection.bru"), everywhere()),
        (path("environments/local.bru"), environment()),
        (path("01 getToken.bru"), token()),
    ]);
    let mut calls = calls(api);
    for (place, (name, kept, so)) in STORY.into_iter().enumerate() {
        let call = calls.remove(name);
        let call = call.unwrap_or_else(|| panic!("{name} is no call of the description"));
        let number = place + 2;
        let file = call.file(number, kept, so);
        files.insert(path(&format!("{number:02} {name}.bru")), file);
    }
    for (place, (name, call)) in calls.into_iter().enumerate() {
        files.insert(path(&format!("more/{name}.bru")), call.file(place + 1, "", ""));
    }
    files
}

fn path(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

/// One call of the description.
struct Call<'a> {
    api: &'a Value,
    method: &'a str,
    path: &'a str,
    operation: &'a Value,
}

fn calls(api: &Value) -> BTreeMap<&str, Call<'_>> {
    let items = api["paths"].as_object().into_iter().flatten();
    let operations = items.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| Call {
            api,
            method,
            path,
            operation,
        })
    });
    operations
        .map(|call| (call.operation["operationId"].as_str().unwrap_or_default(), call))
        .collect()
}

impl Call<'_> {
    fn takes(&self, parameter: &str) -> bool {
        let parameters = self.operation["parameters"].as_array().into_iter().flatten();
        parameters.into_iter().any(|one| one["name"] == parameter)
    }

    /// The file: what Bruno shows and sends.
    fn file(&self, number: usize, kept: &str, so: &str) -> String {
        let summary = self.operation["summary"]
            .as_str()
            .unwrap_or_default()
            .trim_end_matches('.');
        let thing = if self.path.starts_with("/v1/webhooks") {
            "{{webhook}}"
        } else {
            "{{delivery}}"
        };
        let mut url = format!("{{{{carrierApi}}}}{}", self.path.replace("{id}", thing));
        let body = self.body();
        let waits = self.takes("wait") && self.method == "post";
        if waits {
            url.push_str("?wait=25");
        }
        let mut file = format!("meta {{\n  name: {summary}\n  type: http\n  seq: {number}\n}}\n\n");
        let kind = if body.is_some() { "json" } else { "none" };
        let public = self.operation["security"].as_array().is_none_or(Vec::is_empty);
        let auth = if public { "none" } else { "inherit" };
        // Writing to a string does not fail.
        let _ = write!(
            file,
            "{} {{\n  url: {url}\n  body: {kind}\n  auth: {auth}\n}}\n",
            self.method
        );
        if waits {
            file.push_str("\nparams:query {\n  wait: 25\n}\n");
        }
        if self.takes("Idempotency-Key") {
            file.push_str("\nheaders {\n  Idempotency-Key: {{$guid}}\n}\n");
        }
        if let Some(body) = body {
            let body = format!("{body:#}").replace('\n', "\n  ");
            let _ = write!(file, "\nbody:json {{\n  {body}\n}}\n");
        }
        if !kept.is_empty() {
            let _ = write!(file, "\nvars:post-response {{\n  {kept}\n}}\n");
        }
        if !so.is_empty() {
            let status = self.success();
            let _ = write!(file, "\nassert {{\n  res.status: eq {status}\n  {so}\n}}\n");
        }
        if let Some(text) = self.operation["description"].as_str() {
            let text = text.trim().replace('\n', "\n  ");
            let _ = write!(file, "\ndocs {{\n  {text}\n}}\n");
        }
        file
    }

    /// The status of an answer to a call that was done.
    fn success(&self) -> &str {
        let statuses = self.operation["responses"].as_object().into_iter().flatten();
        let mut done = statuses.filter(|(status, _)| status.starts_with('2'));
        done.next().map_or("200", |(status, _)| status)
    }

    /// The body: for the story's household where the call is in the story, otherwise the description's first example.
    fn body(&self) -> Option<Value> {
        let schema =
            self.operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str()?;
        let name = schema.rsplit('/').next()?;
        let address = json!({
            "line1": "12 Elm Street", "city": "Guelph", "region": "ON", "postal_code": "N1G 2W1", "country": "CA",
        });
        let window = json!({ "starts_at": "{{startsAt}}", "ends_at": "{{endsAt}}" });
        Some(match name {
            "AskEligibility" => json!({ "address": address, "window": window }),
            "BookDelivery" => json!({ "address": address, "window": window, "tracking_numbers": ["1Z999"] }),
            "Dispatch" | "CloseDoor" => json!({ "driver": "driver-7" }),
            "OpenDoor" => json!({
                "driver": "driver-7",
                "position": { "latitude": 43.5449, "longitude": -80.2480, "accuracy_m": 8 },
                "tracking_number": "1Z999",
            }),
            "Complete" => json!({}),
            _ => self.api["components"]["schemas"][name]["examples"][0].clone(),
        })
    }
}

fn collection() -> String {
    let about = json!({
        "version": "1",
        "name": "Postern for carriers",
        "type": "collection",
        "ignore": ["node_modules", ".git"],
    });
    format!("{about:#}\n")
}

/// What every call has: the token, and a window around the present.
fn everywhere() -> String {
    let script = "  const hour = 3600 * 1000;\n  \
                  bru.setVar(\"startsAt\", new Date(Date.now() - hour).toISOString());\n  \
                  bru.setVar(\"endsAt\", new Date(Date.now() + 2 * hour).toISOString());";
    format!(
        "auth {{\n  mode: bearer\n}}\n\nauth:bearer {{\n  token: {{{{token}}}}\n}}\n\nscript:pre-request {{\n{script}\n}}\n\n\
         docs {{\n  Made of contract/openapi/carriers.json. Fill in the environment from .postern/env, and run the calls in their order.\n}}\n"
    )
}

/// The environment: what `.postern/env` tells of a platform on this machine.
fn environment() -> String {
    "vars {\n  carrierApi: http://127.0.0.1:8081\n  issuer: http://127.0.0.1:8080\n  clientId: northwind\n}\n\
     vars:secret [\n  clientSecret\n]\n"
        .to_owned()
}

/// The first call of all: a token for the others.
fn token() -> String {
    "meta {\n  name: Get a token\n  type: http\n  seq: 1\n}\n\n\
     post {\n  url: {{issuer}}/oauth2/token\n  body: formUrlEncoded\n  auth: basic\n}\n\n\
     auth:basic {\n  username: {{clientId}}\n  password: {{clientSecret}}\n}\n\n\
     body:form-urlencoded {\n  grant_type: client_credentials\n}\n\n\
     vars:post-response {\n  token: res.body.access_token\n}\n\n\
     assert {\n  res.status: eq 200\n}\n\n\
     docs {\n  Good for an hour, and for every call of that hour.\n}\n"
        .to_owned()
}
