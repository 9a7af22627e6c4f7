//! A cloud that is killed and comes back is the same cloud.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use postern_vendor_clouds::{Clock, CloudError, Config, MyqCloud, Seed};
use reqwest::StatusCode;
use serde_json::Value;

use crate::support::{Tokens, Visit, a_clock};

#[tokio::test]
async fn doors_tokens_and_faults_survive_a_kill_and_a_door_travels_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("myq.json");
    let keep = |config| Config {
        snapshot: Some(file.clone()),
        ..config
    };
    let visit = Visit::with(keep).await;
    let tokens = visit.tokens().await;
    let spent = visit.tokens().await;
    let fresh = Tokens::of(visit.refresh(&spent.refresh).await).await;
    visit.command(&tokens, "open").await;
    visit.wait(5);
    assert_eq!(visit.state(&tokens).await["door_state"], "opening");
    // What a SIGKILL leaves behind is the file as it is now.
    let left = folder.path().join("left.json");
    std::fs::copy(&file, &left).unwrap();

    let again = |config| Config {
        snapshot: Some(left.clone()),
        seed: Seed(99),
        ..config
    };
    let back = Visit::with(again).await;
    assert_eq!((&back.door, &back.account), (&visit.door, &visit.account));
    back.wait(60);
    assert_eq!(back.state(&tokens).await["door_state"], "open");
    assert_eq!(back.moved(), 1);
    assert_eq!(
        back.refresh(&spent.refresh).await.status(),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(back.refresh(&fresh.refresh).await.status(), StatusCode::OK);
    assert_eq!(back.refresh(&tokens.refresh).await.status(), StatusCode::OK);
    back.wait(1800);
    assert_eq!(
        back.read(&tokens, "/api/v6.0/accounts").await.status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_snapshot_holds_no_password_and_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("myq.json");
    let visit = Visit::with(|config| Config {
        snapshot: Some(file.clone()),
        ..config
    })
    .await;
    let tokens = visit.tokens().await;
    let kept = std::fs::read_to_string(&file).unwrap();
    for secret in [
        postern_vendor_clouds::DEMO_PASSWORD,
        &tokens.access,
        &tokens.refresh,
    ] {
        assert!(!kept.contains(secret));
    }
    let shown = format!("{:?} {:?}", visit.cloud, visit.cloud.control());
    for secret in [
        postern_vendor_clouds::DEMO_PASSWORD,
        &tokens.access,
        &tokens.refresh,
    ] {
        assert!(!shown.contains(secret));
    }
}

#[tokio::test]
async fn a_damaged_snapshot_is_told_and_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("myq.json");
    std::fs::write(&file, "{\"half\":").unwrap();
    let config = Config {
        snapshot: Some(file.clone()),
        clock: Clock::Manual(a_clock()),
        ..Config::demo()
    };
    let error = MyqCloud::start(config).await.unwrap_err();
    assert!(matches!(error, CloudError::SnapshotShape { .. }));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{\"half\":");
}

#[tokio::test]
async fn a_stopped_cloud_lets_go_of_its_port() {
    let visit = Visit::demo().await;
    let address = visit.cloud.address();
    visit.tokens().await;
    drop(visit.http);
    visit.cloud.shutdown().await;
    // The port is free again once the last connection is gone.
    let deadline = std::time::Instant::now() + Duration::from_secs(5);
    loop {
        let config = Config {
            listen: address,
            ..Config::demo()
        };
        match MyqCloud::start(config).await {
            Ok(_) => break,
            Err(error) => assert!(std::time::Instant::now() < deadline, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_killed_program_comes_back_with_the_door_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("myq.json");
    let first = Program::start(&file);
    let world = first.control("world").await;
    let main_door = |door: &&Value| door["name"] == "Main door";
    let serial = world["doors"].as_array().unwrap().iter().find(main_door).unwrap()["serial"].clone();
    let path = format!("doors/{}", serial.as_str().unwrap());
    let press = format!("{}/_control/{path}/wall-button", first.base_url);
    let pressed = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .post(press)
        .send()
        .await
        .unwrap();
    assert_eq!(pressed.status(), StatusCode::OK);
    drop(first);
    let second = Program::start(&file);
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    while second.control(&path).await["activity"] != "open" {
        assert!(std::time::Instant::now() < deadline, "the door never arrived");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let journal = second.control("motions").await;
    let motions = journal["motions"].as_array().unwrap();
    assert_eq!(
        motions.iter().filter(|entry| entry["kind"] == "motion").count(),
        1
    );
}

/// The program `vendor-clouds`, killed without a chance to say goodbye when it goes out of scope.
struct Program {
    child: Child,
    base_url: String,
}

impl Program {
    fn start(snapshot: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vendor-clouds"));
        command
            .args(["--port", "0", "--speed", "20", "--snapshot"])
            .arg(snapshot);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut first_line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut first_line)
            .unwrap();
        let base_url = first_line.trim().rsplit(' ').next().unwrap().to_owned();
        Self { child, base_url }
    }

    async fn control(&self, path: &str) -> Value {
        let url = format!("{}/_control/{path}", self.base_url);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        http.get(url).send().await.unwrap().json().await.unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
