//! A running `postern-local` on a data folder, and the clients that talk to it.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use postern_local::{
    Addresses, Seeds,
    play::{CarrierClient, CustomerClient},
};
use secrecy::SecretString;

/// The longest that a start may take.
const START_WITHIN: Duration = Duration::from_secs(60);

/// The program, killed when it goes out of scope.
pub(crate) struct Program {
    child: Child,
    settings: BTreeMap<String, String>,
}

pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern-local"));
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

impl Program {
    /// Starts the program on `folder` and waits until it is up.
    pub(crate) fn start(folder: &Path) -> Self {
        let env = folder.join("env");
        // Left by an earlier start.
        let _ = std::fs::remove_file(&env);
        let mut child = command()
            .args(["--quiet", "--speed", "60", "--data"])
            .arg(folder)
            .spawn()
            .unwrap();
        let began = Instant::now();
        let text = loop {
            if let Ok(text) = std::fs::read_to_string(&env) {
                break text;
            }
            assert!(child.try_wait().unwrap().is_none(), "it ended at once");
            assert!(began.elapsed() < START_WITHIN, "it did not come up");
            std::thread::sleep(Duration::from_millis(20));
        };
        let settings = text
            .lines()
            .filter_map(|line| line.strip_prefix("export ")?.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned()))
            .collect();
        Self { child, settings }
    }

    /// Ends it at once, wherever it is.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn addresses(&self) -> Addresses {
        let at = |name: &str| self.settings[name].parse().unwrap();
        let page = |path: &str| format!("{}{path}", self.settings["ISSUER"]).parse().unwrap();
        Addresses {
            issuer: at("ISSUER"),
            carrier_api: at("CARRIER_API"),
            customer_api: at("CUSTOMER_API"),
            vendor_cloud: at("VENDOR_CLOUD"),
            linked: page("/linked"),
            signed_in: page("/signed-in"),
        }
    }

    pub(crate) fn customer(&self) -> CustomerClient {
        let token = SecretString::from(self.settings["CUSTOMER_TOKEN"].clone());
        CustomerClient::with_token(&self.addresses(), token).unwrap()
    }

    pub(crate) async fn carrier(&self) -> CarrierClient {
        CarrierClient::connect(&self.addresses(), &Seeds::default().carriers[0])
            .await
            .unwrap()
    }

    /// How often the simulated cloud was told to open a door, and how often a door of it really moved up and down.
    pub(crate) async fn truth(&self) -> Truth {
        let address = format!("{}/_control/motions", self.settings["VENDOR_CLOUD"]);
        let journal: serde_json::Value = reqwest::get(address).await.unwrap().json().await.unwrap();
        let lines = journal["motions"]
            .as_array()
            .or_else(|| journal.as_array())
            .unwrap()
            .clone();
        let count =
            |pick: &dyn Fn(&serde_json::Value) -> bool| lines.iter().filter(|line| pick(line)).count();
        Truth {
            open_commands: count(&|line| line["command"] == "open"),
            opened: count(&|line| line["kind"] == "motion" && line["direction"] == "open"),
            closed: count(&|line| line["kind"] == "motion" && line["direction"] == "close"),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Already ended in a test that killed it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What really happened at the doors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Truth {
    pub(crate) open_commands: usize,
    pub(crate) opened: usize,
    pub(crate) closed: usize,
}
