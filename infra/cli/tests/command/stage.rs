//! A deployment for the command to work on, and what it said.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Command};

use postern_embedded_record::EmbeddedRecord;
use postern_test_world::World;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The stand-in: it notes its arguments, one call a line, and answers what lies in the folder for this operation. A file `OPERATION.err`
/// makes it fail with that sentence. What is asked of Cognito and the authorizer changes what is answered next.
const STAND_IN: &str = r#"#!/bin/sh
cd "$POSTERN_STAGE" || exit 9
echo "$@" >> calls
[ -f "$2.err" ] && { cat "$2.err" >&2; exit 254; }
case "$2" in
  create-user-pool-client) cp made-client describe-user-pool-client; cp made-list list-user-pool-clients; cat made-client ;;
  update-authorizer) for word in "$@"; do case "$word" in --jwt-configuration=*)
      printf '{"JwtConfiguration":%s}' "${word#--jwt-configuration=}" > get-authorizer ;; esac; done; cat get-authorizer ;;
  invoke) for word in "$@"; do case "$word" in --payload=fileb://*) question="${word#--payload=fileb://}" ;; */answer) out="$word" ;; esac; done
      id=$(sed 's/.*"request_id":"\([^"]*\)".*/\1/' "$question"); sed "s/REQUEST/$id/" reply > "$out"; cat invoke ;;
  *) [ -f "$2" ] && cat "$2" || { echo "An error occurred (NotThere) when calling $2: nothing is laid out" >&2; exit 254; } ;;
esac
"#;

/// A deployment named postern-us-dev.
pub(crate) struct Stage {
    pub(crate) folder: TempDir,
    endpoint: String,
}

/// What the command said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: i32,
}

impl Said {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Stage {
    pub(crate) fn on(record: &EmbeddedRecord) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stand_in = folder.path().join("aws");
        fs::write(&stand_in, STAND_IN).unwrap();
        fs::set_permissions(&stand_in, fs::Permissions::from_mode(0o755)).unwrap();
        let stage = Self {
            folder,
            endpoint: record.url().to_owned(),
        };
        let outputs = [
            ("Table", "postern"),
            ("CarriersPool", "pool"),
            ("CarriersApiId", "api"),
            ("CarriersAuthorizer", "tokens"),
            ("DoctorClient", "doctor1"),
            ("CarrierApi", "https://carriers.example"),
            ("FollowUps", "http://queue/one"),
            ("FollowUpsLost", "http://queue/two"),
            ("SweepsLost", "http://queue/three"),
        ];
        let outputs = outputs.map(|(key, value)| json!({ "OutputKey": key, "OutputValue": value }));
        stage.lay(
            "describe-stacks",
            &json!({ "Stacks": [{ "StackStatus": "CREATE_COMPLETE", "Outputs": outputs }] }),
        );
        stage.lay(
            "get-authorizer",
            &json!({ "JwtConfiguration": { "Audience": ["doctor1"], "Issuer": "https://pool" } }),
        );
        stage.lay("list-user-pool-clients", &json!({ "UserPoolClients": [] }));
        stage.lay(
            "made-list",
            &json!({ "UserPoolClients": [{ "ClientId": "north1", "ClientName": "North" }] }),
        );
        stage.lay(
            "made-client",
            &json!({ "UserPoolClient": { "ClientId": "north1", "ClientSecret": "open-sesame" } }),
        );
        stage.lay("invoke", &json!({ "StatusCode": 200 }));
        stage
    }

    /// On the record of a small platform.
    pub(crate) fn of(world: &World) -> Self {
        Self::on(&world.record)
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Lays out an answer.
    pub(crate) fn lay(&self, operation: &str, answer: &Value) {
        fs::write(self.path(operation), answer.to_string()).unwrap();
    }

    /// Makes an operation fail, or work again.
    pub(crate) fn fails(&self, operation: &str, fails: bool) {
        let file = self.path(&format!("{operation}.err"));
        if fails {
            fs::write(
                file,
                format!("\nAn error occurred (Broken) when calling {operation}: on purpose\n"),
            )
            .unwrap();
        } else {
            fs::remove_file(file).unwrap();
        }
    }

    /// What the stand-in was asked, one call a line.
    pub(crate) fn calls(&self, operation: &str) -> Vec<String> {
        let calls = fs::read_to_string(self.path("calls")).unwrap_or_default();
        let of_it = calls
            .lines()
            .filter(|line| line.split(' ').nth(1) == Some(operation));
        of_it.map(str::to_owned).collect()
    }

    /// Runs the command, beside the record's own thread.
    pub(crate) fn postern(&self, words: &[&str]) -> Said {
        let path = format!(
            "{}:{}",
            self.folder.path().display(),
            std::env::var("PATH").unwrap()
        );
        let output = Command::new(env!("CARGO_BIN_EXE_postern"))
            .args(words)
            .env_clear()
            .env("PATH", path)
            .env("POSTERN_STAGE", self.folder.path())
            .env("POSTERN_DEPLOYMENT", "postern-us-dev")
            .envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")])
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .args(["--region", "us-east-1"])
            .output()
            .unwrap();
        Said {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        }
    }
}
