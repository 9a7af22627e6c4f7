//! A deployment for the command to work on, and what it said.

use std::{fs, path::PathBuf, process::Command};

use postern_embedded_record::EmbeddedRecord;
use postern_test_world::World;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Where the stand-in for the AWS CLI is. It is no file of a test's own making: a file that is written while another thread starts a
/// child can't be run until that child has let go of it.
const STAND_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/command/stand-in");

/// A deployment named postern-us-dev. It borrows the record, which ends with its owner.
pub(crate) struct Stage<'a> {
    pub(crate) folder: TempDir,
    record: &'a EmbeddedRecord,
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

impl<'a> Stage<'a> {
    pub(crate) fn on(record: &'a EmbeddedRecord) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stage = Self { folder, record };
        let outputs = [
            ("Table", "postern"),
            ("VendorTierNeeded", "silver"),
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
    pub(crate) fn of(world: &'a World) -> Self {
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
        self.postern_somewhere(&[words, &["--region", "us-east-1"]].concat())
    }

    /// The same, where nobody says in which region.
    pub(crate) fn postern_somewhere(&self, words: &[&str]) -> Said {
        let path = format!("{STAND_IN}:{}", std::env::var("PATH").unwrap());
        let output = Command::new(env!("CARGO_BIN_EXE_postern"))
            .args(words)
            .env_clear()
            .env("PATH", path)
            .env("POSTERN_STAGE", self.folder.path())
            .env("POSTERN_DEPLOYMENT", "postern-us-dev")
            .envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")])
            .env("AWS_ENDPOINT_URL", self.record.url())
            .output()
            .unwrap();
        Said {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        }
    }
}
