//! Lists, readings and commands, and who may have them.

use postern_vendor_clouds::config::DoorPlan;
use postern_vendor_clouds::{
    AladdinConnectCloud, Config, DEMO_EMAIL, Disposition, DoorTimings, Email, RunningCloud, Vendor,
    door::Activity,
    journal::{JournalEvent, Order},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::sign_in::{access_token, client};

struct Visit {
    cloud: RunningCloud,
    token: String,
}

impl Visit {
    async fn demo() -> Self {
        let config = Config {
            timings: DoorTimings::fast(),
            ..Vendor::AladdinConnect.demo()
        };
        let cloud = AladdinConnectCloud::start(config).await.unwrap();
        let token = access_token(&cloud).await;
        Self { cloud, token }
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut request = client()
            .request(method, format!("{}/v1/{path}", self.cloud.base_url()))
            .bearer_auth(&self.token)
            .header("x-api-key", "a key");
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::GET, path, None).await
    }

    async fn command(&self, door: &str, command: &str) -> (u16, Value) {
        let body = json!({ "command": command });
        let path = format!("devices/{door}/command");
        self.call(Method::POST, &path, Some(&body)).await
    }
}

#[tokio::test]
async fn the_list_and_the_single_reading_spell_the_same_things_differently() {
    let visit = Visit::demo().await;
    let (status, list) = visit.get("devices").await;
    assert_eq!(status, 200);
    assert_eq!(
        list["devices"][0]["doors"][0],
        json!({"index":1,"name":"Main door","status":"closed","link_status":"connected","battery":88})
    );
    assert_eq!(list["devices"][0]["doors"].as_array().unwrap().len(), 3);
    assert!(list["devices"][0]["doors"][1].get("battery").is_none());
    assert_eq!(list["devices"][1]["doors"][0]["battery"], 0);
    assert_eq!(
        visit.get("devices/5c0a7e41/doors/1").await,
        (
            200,
            json!({"status":"closed","linkStatus":"connected","battery_level":88})
        )
    );
}

#[tokio::test]
async fn both_headers_are_demanded_and_errors_have_none_of_the_usual_keys() {
    let visit = Visit::demo().await;
    let address = format!("{}/v1/devices", visit.cloud.base_url());
    for (token, key, status) in [
        (Some(visit.token.as_str()), None, 403),
        (Some(visit.token.as_str()), Some(""), 403),
        (None, Some("a key"), 401),
        (Some("another token"), Some("a key"), 401),
        (None, None, 403),
    ] {
        let mut request = client().get(&address);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(key) = key {
            request = request.header("x-api-key", key);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status);
        let body: Value = answer.json().await.unwrap();
        let keys: Vec<_> = body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["message"], "{body}");
    }
    let mut settings = visit.cloud.control().settings().unwrap();
    settings.api_keys = vec!["ours".to_owned()];
    visit.cloud.control().set_settings(settings).unwrap();
    assert_eq!(visit.get("devices").await.0, 403);
}

#[tokio::test]
async fn a_command_is_taken_by_its_word_and_a_redundant_one_refused_unless_set_otherwise() {
    let visit = Visit::demo().await;
    let main = "5c0a7e41/doors/1";
    for body in [json!({}), json!({"command":"toggle"}), json!("open")] {
        let path = format!("devices/{main}/command");
        let (status, _) = visit.call(Method::POST, &path, Some(&body)).await;
        assert_eq!(status, 400, "{body}");
    }
    assert_eq!(
        visit.command(main, "close").await,
        (400, json!({"code":400,"error":"Door is already closed"}))
    );
    let mut settings = visit.cloud.control().settings().unwrap();
    settings.redundant_is_refused = false;
    visit.cloud.control().set_settings(settings).unwrap();
    assert_eq!(visit.command(main, "close").await.0, 200);
    assert_eq!(visit.command(main, "open").await.0, 200);
    for nowhere in ["5c0a7e41/doors/4", "5c0a7e41/doors/0", "nobody/doors/1"] {
        assert_eq!(visit.command(nowhere, "open").await.0, 404, "{nowhere}");
        assert_eq!(visit.get(&format!("devices/{nowhere}")).await.0, 404);
    }
    assert_eq!(visit.get(&format!("devices/{main}/command")).await.0, 405);
    let others = ["5c0a7e41-2", "5c0a7e41-3", "9d13b8f2-1"];
    for door in others {
        let door = visit.cloud.control().door(&door.into()).unwrap();
        assert_eq!(door.activity, Activity::Closed);
    }
}

#[tokio::test]
async fn a_door_is_seen_by_everybody_whom_it_is_shared_with_and_by_nobody_else() {
    let visit = Visit::demo().await;
    let control = visit.cloud.control();
    let other = Email::from("neighbour@example.com");
    control.add_user(&other, &"another password".into()).unwrap();
    let home = control.add_home(&other, "Next door").unwrap();
    let theirs = control.add_door(&home, &DoorPlan::closed("Own door")).unwrap();
    let (device, index) = theirs.as_str().rsplit_once('-').unwrap();
    assert_eq!(index, "1", "a controller of its own");
    let path = format!("devices/{device}/doors/1");
    assert_eq!(visit.get(&path).await.0, 404);
    assert_eq!(visit.command(&format!("{device}/doors/1"), "open").await.0, 404);
    let mine = control.world().unwrap().homes;
    let mine = mine
        .iter()
        .find(|home| home.members.iter().any(|(email, _)| email.as_str() == DEMO_EMAIL))
        .unwrap();
    control.share_door(&theirs, &mine.account_id).unwrap();
    assert_eq!(visit.get(&path).await.0, 200);
    assert_eq!(visit.command(&format!("{device}/doors/1"), "open").await.0, 200);
    let dispositions: Vec<_> = control
        .motions(Some(&theirs), 0)
        .unwrap()
        .into_iter()
        .filter_map(|entry| match entry.event {
            JournalEvent::Order(Order::Command { disposition, .. }) => Some(disposition),
            _ => None,
        })
        .collect();
    assert_eq!(dispositions, [Disposition::Unauthorised, Disposition::Accepted]);
}

#[tokio::test]
async fn the_seed_decides_the_names_and_the_snapshot_of_another_vendor_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let config = |vendor: Vendor| Config {
        snapshot: Some(folder.path().join("world.json")),
        ..vendor.demo()
    };
    let cloud = AladdinConnectCloud::start(config(Vendor::AladdinConnect))
        .await
        .unwrap();
    let home = cloud.control().world().unwrap().homes[0].account_id.clone();
    let plan = DoorPlan::closed("New door");
    let made = cloud.control().add_door(&home, &plan).unwrap();
    cloud.control().reset(None).unwrap();
    assert_eq!(cloud.control().add_door(&home, &plan).unwrap(), made);
    cloud.shutdown().await;
    let refused = Vendor::Myq.start(config(Vendor::Myq)).await.unwrap_err();
    assert!(refused.to_string().contains("another vendor"), "{refused}");
}
