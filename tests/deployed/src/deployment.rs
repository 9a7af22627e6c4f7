//! One deployment: the core stack, the adapters' stacks, and what an operator registers.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use postern_core::ports::{Clock, SystemClock};
use serde_json::{Value, json};
use url::Url;

use crate::{
    emulator::{ARTIFACTS, Emulator},
    package::Package,
    python, until,
};

/// Where a vendor's login page sends the household's browser back to.
const LINKED: &str = "https://customers.postern.example/linked";
/// Where the customers' sign-in returns to.
const SIGNED_IN: &str = "https://customers.postern.example/";

/// A stack's parameters, by name.
pub type Settings = BTreeMap<&'static str, String>;

/// A deployment of the core.
#[derive(Debug)]
pub struct Deployment {
    /// Its name, which is also its stack's.
    pub name: String,
    /// What its stack says of itself.
    pub outputs: BTreeMap<String, String>,
    pub(crate) emulator: &'static Emulator,
}

impl Deployment {
    /// Deploys the core under a name that no other test uses, such as `postern-us-crash`.
    pub async fn new(name: &str) -> Self {
        // Built off the runtime's threads: it takes a while.
        tokio::task::spawn_blocking(|| (Package::built(), Emulator::shared()))
            .await
            .unwrap();
        let mut deployment = Self {
            name: name.to_owned(),
            outputs: BTreeMap::new(),
            emulator: Emulator::shared(),
        };
        deployment.deploy_core(&Settings::new()).await;
        deployment
    }

    /// The deployment that an operator makes by the commands of `docs/operating.md`, from the tables of `samconfig.toml` with these names,
    /// the core's first.
    pub async fn by_the_book(tables: &[&str]) -> Self {
        let package = tokio::task::spawn_blocking(|| (Package::built(), Emulator::shared()).0)
            .await
            .unwrap();
        let emulator = Emulator::shared();
        for table in tables {
            let mut command = emulator.tool_at(python::deployer());
            command.current_dir(package.root()).env("SAM_CLI_TELEMETRY", "0");
            command.args(["deploy", "--no-confirm-changeset", "--config-env", table]);
            tokio::task::spawn_blocking(move || postern_test_tools::must(&mut command))
                .await
                .unwrap();
        }
        let name = format!("postern-{}", tables[0]);
        Self {
            outputs: outputs(emulator, &name).await,
            name,
            emulator,
        }
    }

    /// Deploys the core, once more perhaps, with these parameters beside the usual ones.
    pub async fn deploy_core(&mut self, settings: &Settings) {
        let name = self.name.clone();
        self.try_core(settings).await.unwrap();
        self.outputs = outputs(self.emulator, &name).await;
    }

    /// The same, where it may fail: with what failed and why.
    ///
    /// # Errors
    /// How it ended, and which resources failed.
    pub async fn try_core(&self, settings: &Settings) -> Result<(), String> {
        let template = Package::built().template("core/template.yaml");
        self.deploy_from(&template, &self.name, self.of_core(settings))
            .await
    }

    /// The core's parameters, these among them.
    fn of_core(&self, settings: &Settings) -> Settings {
        let endpoint = self.emulator.endpoint().as_str().trim_end_matches('/').to_owned();
        let mut all = Settings::from([
            ("LinkRedirectUri", LINKED.to_owned()),
            ("CustomerSignInReturns", SIGNED_IN.to_owned()),
            ("TokenKeysOrigin", endpoint),
        ]);
        all.extend(settings.clone());
        all
    }

    /// Deploys a core in whose template `part` this text is replaced by that one. Its functions' settings are changed as well.
    ///
    /// # Errors
    /// How it ended, and which resources failed.
    pub async fn broken_core(&self, part: &str, from: &str, to: &str) -> Result<(), String> {
        let template = Package::built().altered(&self.name, part, from, to);
        let settings = Settings::from([(
            "LinkRedirectUri",
            "https://customers.postern.example/broken".to_owned(),
        )]);
        self.deploy_from(&template, &self.name, self.of_core(&settings))
            .await
    }

    /// Deploys the myQ adapter that speaks with the cloud at `cloud`.
    pub async fn deploy_adapter(&self, cloud: &Url, settings: &Settings) {
        let mut all: Settings = ["IdentityUrl", "AccountsUrl", "DevicesUrl", "CommandsUrl"]
            .map(|host| (host, cloud.to_string()))
            .into();
        all.insert("ClientId", "postern".to_owned());
        all.extend(settings.clone());
        let stack = self.adapter_stack();
        let template = Package::built().template("adapters/myq.yaml");
        self.deploy_from(&template, &stack, all).await.unwrap();
    }

    /// The stack of the adapter, and its function's name.
    pub fn adapter_stack(&self) -> String {
        format!("{}-adapter-myq", self.name)
    }

    /// Deletes the adapter's stack, and answers the key that is kept of it.
    pub async fn delete_adapter(&self) -> String {
        let stack = self.adapter_stack();
        let key = outputs(self.emulator, &stack).await["CredentialsKey"].clone();
        self.emulator
            .aws(&["cloudformation", "delete-stack", "--stack-name", &stack])
            .await;
        self.emulator
            .aws(&[
                "cloudformation",
                "wait",
                "stack-delete-complete",
                "--stack-name",
                &stack,
            ])
            .await;
        key
    }

    /// Deploys as `aws cloudformation deploy` does, by a change set, but looks more often than each half minute whether it is done.
    async fn deploy_from(&self, template: &Path, stack: &str, mut settings: Settings) -> Result<(), String> {
        settings.insert("Deployment", self.name.clone());
        settings.insert("Architecture", "x86_64".to_owned());
        let packaged = format!("file://{}", self.packaged(template, stack).await.display());
        let kind = if status(self.emulator, stack).await.is_some() {
            "UPDATE"
        } else {
            "CREATE"
        };
        let parameters = settings
            .iter()
            .map(|(name, value)| json!({"ParameterKey": name, "ParameterValue": value}));
        let parameters = Value::Array(parameters.collect()).to_string();
        let set = format!("set-{}", SystemClock.now().as_microsecond());
        let of_set = ["--stack-name", stack, "--change-set-name", &set];
        let cloudformation = async |verb: &str, more: &[&str]| {
            let args = [&["cloudformation", verb], &of_set[..], more].concat();
            self.emulator.aws(&args).await
        };
        cloudformation(
            "create-change-set",
            &[
                "--change-set-type",
                kind,
                "--template-body",
                &packaged,
                "--parameters",
                &parameters,
                "--capabilities",
                "CAPABILITY_NAMED_IAM",
                "--include-nested-stacks",
            ],
        )
        .await;
        until("a change set", || async {
            let set = cloudformation("describe-change-set", &[]).await;
            let status = set["Status"].as_str().unwrap();
            (status == "CREATE_COMPLETE" || status == "FAILED").then_some(())
        })
        .await;
        cloudformation("execute-change-set", &[]).await;
        let end = until("the end of a deploy", || async {
            let status = status(self.emulator, stack).await?;
            (!status.ends_with("IN_PROGRESS") && status != "REVIEW_IN_PROGRESS").then_some(status)
        })
        .await;
        if end == format!("{kind}_COMPLETE") {
            Ok(())
        } else {
            Err(format!(
                "{stack} came to {end}: {:#?}",
                self.failures_of(stack).await
            ))
        }
    }

    /// The template with its files uploaded, by the operator's own tool.
    async fn packaged(&self, template: &Path, stack: &str) -> PathBuf {
        let to = self.emulator.file(&format!("{stack}.yaml"), b"");
        let mut command = self.emulator.tool("aws");
        command.args([
            "cloudformation",
            "package",
            "--s3-bucket",
            ARTIFACTS,
            "--template-file",
        ]);
        command.arg(template).arg("--output-template-file").arg(&to);
        tokio::task::spawn_blocking(move || postern_test_tools::must(&mut command))
            .await
            .unwrap();
        to
    }

    /// What went wrong in a stack and in those within it: each resource that failed, and why.
    pub async fn failures_of(&self, stack: &str) -> Vec<(String, String)> {
        let stacks = self.emulator.aws(&["cloudformation", "describe-stacks"]).await;
        let names = stacks["Stacks"].as_array().unwrap().iter();
        let names = names.map(|known| known["StackName"].as_str().unwrap());
        let mut failures = Vec::new();
        for name in names.filter(|name| name.starts_with(stack)) {
            let events = ["cloudformation", "describe-stack-events", "--stack-name", name];
            let events = self.emulator.aws(&events).await;
            for event in events["StackEvents"].as_array().unwrap() {
                let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
                if text("ResourceStatus").ends_with("FAILED") {
                    failures.push((text("LogicalResourceId"), text("ResourceStatusReason")));
                }
            }
        }
        failures
    }

    /// Runs the operator's command on this deployment, with this on its standard input, and reads its JSON: what it says when all is well.
    ///
    /// # Errors
    /// What it says otherwise.
    pub async fn postern(&self, words: &[&str], input: &str) -> Result<Value, String> {
        let mut command = self.emulator.tool_at(Package::built().command());
        command.args(words).args(["--json", "--deployment", &self.name]);
        let input = input.to_owned();
        let run = move || postern_test_tools::fed(&mut command, input.as_bytes());
        let output = tokio::task::spawn_blocking(run).await.unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        if output.status.success() {
            Ok(serde_json::from_str(&said).unwrap_or_else(|error| panic!("{words:?}: {error}: {said}")))
        } else {
            Err(said + &String::from_utf8(output.stderr).unwrap())
        }
    }

    /// Wakes the guardian as its schedule does, without the minute's wait.
    pub async fn sweep(&self) {
        let schedule = [
            "scheduler",
            "get-schedule",
            "--name",
            "sweep",
            "--group-name",
            &self.name,
        ];
        let target = self.emulator.aws(&schedule).await["Target"].clone();
        let text = |field: &str| target[field].as_str().unwrap().to_owned();
        let answer = self.emulator.file(&format!("{}-swept", self.name), b"");
        let invoke = [
            "lambda",
            "invoke",
            "--function-name",
            &text("Arn"),
            "--payload",
            &text("Input"),
            answer.to_str().unwrap(),
        ];
        let invoked = self.emulator.aws(&invoke).await;
        assert_eq!(invoked["FunctionError"], Value::Null, "{invoked}");
    }

    /// Where the carriers' API answers.
    pub fn carrier_api(&self) -> Url {
        self.api("CarrierApi")
    }

    /// Where the customers' API answers.
    pub fn customer_api(&self) -> Url {
        self.api("CustomerApi")
    }

    /// The emulator's own address of an API: the name in the output is known to no resolver.
    fn api(&self, output: &str) -> Url {
        let named = Url::parse(&self.outputs[output]).unwrap();
        let id = named.host_str().unwrap().split('.').next().unwrap();
        let path = format!("/_aws/execute-api/{id}/$default");
        self.emulator.endpoint().join(&path).unwrap()
    }

    /// A variable of a function.
    pub async fn variable(&self, function: &str, name: &str) -> String {
        let function = format!("{}-{function}", self.name);
        let get = [
            "lambda",
            "get-function-configuration",
            "--function-name",
            &function,
        ];
        let configuration = self.emulator.aws(&get).await;
        configuration["Environment"]["Variables"][name]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// A function's log, each line as it was written.
    pub async fn log_of(&self, function: &str) -> Vec<String> {
        let group = format!("/postern/{}-{function}", self.name);
        let events = self
            .emulator
            .aws(&["logs", "filter-log-events", "--log-group-name", &group])
            .await;
        let events = events["events"].as_array().unwrap();
        events
            .iter()
            .map(|event| event["message"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// Where it is; for people who are sent back there.
pub(crate) fn linked() -> Url {
    Url::parse(LINKED).unwrap()
}

/// Where sign-in returns to.
pub(crate) fn signed_in() -> Url {
    Url::parse(SIGNED_IN).unwrap()
}

async fn outputs(emulator: &'static Emulator, stack: &str) -> BTreeMap<String, String> {
    let described = emulator
        .aws(&["cloudformation", "describe-stacks", "--stack-name", stack])
        .await;
    let outputs = described["Stacks"][0]["Outputs"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    outputs
        .iter()
        .map(|output| (text(&output["OutputKey"]), text(&output["OutputValue"])))
        .collect()
}

/// The status of a stack, if there is one.
async fn status(emulator: &'static Emulator, stack: &str) -> Option<String> {
    let all = emulator.aws(&["cloudformation", "describe-stacks"]).await;
    let found = all["Stacks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|known| known["StackName"] == stack)?;
    let status = found["StackStatus"].as_str().unwrap().to_owned();
    (status != "DELETE_COMPLETE").then_some(status)
}
