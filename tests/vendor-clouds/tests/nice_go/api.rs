//! The list and the orders, in GraphQL.

use postern_vendor_clouds::config::{DoorPlan, Membership, Role};
use postern_vendor_clouds::control::DoorPatch;
use postern_vendor_clouds::journal::{JournalEvent, Order};
use postern_vendor_clouds::{Direction, Disposition, Email, Fault, RunningCloud, Serial, Target};
use serde_json::{Value, json};

use crate::sign_in::{Pool, client, cloud};

struct Visit {
    cloud: RunningCloud,
    token: String,
    main: Serial,
}

impl Visit {
    async fn demo() -> Self {
        let cloud = cloud().await;
        let tokens = Pool::of(&cloud).await.tokens().await;
        let token = tokens["IdToken"].as_str().unwrap().to_owned();
        let main = cloud.control().door_named("Main door").unwrap();
        Self { cloud, token, main }
    }

    async fn ask(&self, token: &str, query: &str, variables: Value) -> (u16, Value) {
        let sent = client()
            .post(format!("{}/device/graphql", self.cloud.base_url()))
            .header("authorization", token)
            .json(&json!({ "query": query, "variables": variables }));
        let answer = sent.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap())
    }

    async fn page(&self, next: Option<&str>) -> Value {
        let query = "query devicesListAll($nextToken: String) { devicesListAll(nextToken: $nextToken) { nextToken } }";
        let (status, body) = self.ask(&self.token, query, json!({ "nextToken": next })).await;
        assert_eq!((status, body.get("errors")), (200, None), "{body}");
        body["data"]["devicesListAll"].clone()
    }

    /// A door in the list, and what it reports.
    async fn door(&self, serial: &Serial) -> (Value, Value) {
        let page = self.page(None).await;
        let devices = page["devices"].as_array().unwrap();
        let device = devices
            .iter()
            .find(|device| device["id"] == serial.as_str())
            .unwrap();
        let reported = device["state"]["reported"].as_str().expect("it is JSON as text");
        (device.clone(), serde_json::from_str(reported).unwrap())
    }

    async fn control(&self, token: &str, serial: &str, payload: Value) -> (u16, Value) {
        let query = "mutation devicesControl($deviceId: ID!, $payload: ControlPayload!) { devicesControl(deviceId: $deviceId, payload: $payload) }";
        self.ask(token, query, json!({ "deviceId": serial, "payload": payload }))
            .await
    }

    async fn open(&self, serial: &Serial) -> Value {
        let (status, body) = self
            .control(
                &self.token,
                serial.as_str(),
                json!({ "target": "B", "action": 1 }),
            )
            .await;
        assert_eq!(status, 200);
        body
    }

    fn last_disposition(&self) -> Option<Disposition> {
        let motions = self.cloud.control().motions(None, 0).unwrap();
        motions.into_iter().rev().find_map(|entry| match entry.event {
            JournalEvent::Order(Order::Command { disposition, .. }) => Some(disposition),
            _ => None,
        })
    }

    fn patch(&self, patch: DoorPatch) {
        self.cloud.control().patch_door(&self.main, &patch).unwrap();
    }
}

fn taken() -> Value {
    json!({ "data": { "devicesControl": true } })
}

#[tokio::test]
async fn a_door_is_told_as_json_in_json_by_numbers_in_their_places() {
    let visit = Visit::demo().await;
    let (device, reported) = visit.door(&visit.main).await;
    assert_eq!(
        (&device["type"], &device["controlLevel"]),
        (&json!("WallStation"), &json!("Owner"))
    );
    assert_eq!(device["attr"][0]["key"], "organization");
    assert_eq!(device["state"]["desired"], "{}");
    assert_eq!(device["state"]["connectionState"]["connected"], true);
    assert_eq!(reported["barrierStatus"], "0,0,0,0,-1,0,3,0");
    assert_eq!(
        (&reported["migrationStatus"], &reported["vcnMode"]),
        (&json!("DONE"), &json!(false))
    );
    let old = visit.cloud.control().door_named("Garden shed").unwrap();
    assert_eq!(visit.door(&old).await.1["migrationStatus"], "NOT_STARTED");
    let small = visit.cloud.control().door_named("Workshop").unwrap();
    let (device, reported) = visit.door(&small).await;
    assert_eq!(device["type"], "Mms100");
    assert!(reported.get("vcnMode").is_none() && reported.get("lightStatus").is_none());

    visit.patch(DoorPatch {
        online: Some(false),
        ..DoorPatch::default()
    });
    let (device, reported) = visit.door(&visit.main).await;
    assert_eq!(device["state"]["connectionState"]["connected"], false);
    assert_eq!(
        reported["barrierStatus"], "0,0,0,0,-1,0,3,0",
        "its last state stays"
    );
    visit.patch(DoorPatch {
        paired: Some(false),
        position_unknown: Some(true),
        ..DoorPatch::default()
    });
    let (device, reported) = visit.door(&visit.main).await;
    assert_eq!(device["state"]["connectionState"], Value::Null);
    assert!(reported.get("barrierStatus").is_none());
}

#[tokio::test]
async fn a_worthless_token_is_told_inside_a_200_or_a_401_and_nothing_moves() {
    let visit = Visit::demo().await;
    let told = json!([{ "errorType": "UnauthorizedException", "message": "Token has expired." }]);
    let move_it = json!({ "target": "B", "action": 1 });
    let with_scheme = format!("Bearer {}", visit.token);
    let worthless = ["", "another token", with_scheme.as_str()];
    for token in worthless {
        let (status, body) = visit.control(token, visit.main.as_str(), move_it.clone()).await;
        assert_eq!((status, &body["errors"]), (200, &told), "{token}");
    }
    visit.cloud.control().expire_access_tokens(None).unwrap();
    let mut settings = visit.cloud.control().settings().unwrap();
    settings.expired_token_status = 401;
    visit.cloud.control().set_settings(settings.clone()).unwrap();
    let (status, body) = visit.control(&visit.token, visit.main.as_str(), move_it).await;
    assert_eq!((status, &body["errors"]), (401, &told));
    assert_eq!(visit.last_disposition(), Some(Disposition::Unauthorised));
    assert_eq!(
        visit
            .cloud
            .control()
            .times_moved(&visit.main, Direction::Open)
            .unwrap(),
        0
    );
    settings.expired_token_status = 403;
    visit.cloud.control().set_settings(settings).unwrap_err();
}

#[tokio::test]
async fn an_order_is_taken_whether_or_not_the_opener_will_follow_it() {
    let visit = Visit::demo().await;
    for (patch, disposition) in [
        (r#"{"vacation_mode":true}"#, Disposition::NotPermitted),
        (
            r#"{"vacation_mode":false,"old_firmware":true}"#,
            Disposition::NotPermitted,
        ),
        (r#"{"old_firmware":false,"online":false}"#, Disposition::Offline),
        (r#"{"online":true,"stuck":true}"#, Disposition::Stuck),
        (r#"{"stuck":false}"#, Disposition::Accepted),
    ] {
        visit.patch(serde_json::from_str(patch).unwrap());
        assert_eq!(visit.open(&visit.main).await, taken(), "{patch}");
        assert_eq!(visit.last_disposition(), Some(disposition), "{patch}");
    }
    for payload in [
        json!({ "target": "B", "action": 2 }),
        json!({ "target": "X", "action": 1 }),
        json!({ "target": "B" }),
    ] {
        let answer = visit
            .control(&visit.token, visit.main.as_str(), payload.clone())
            .await;
        assert_eq!(answer.0, 400, "{payload}");
    }
}

#[tokio::test]
async fn a_door_is_seen_and_moved_by_those_who_share_it_and_by_nobody_else() {
    let visit = Visit::demo().await;
    let control = visit.cloud.control();
    let other = Email::from("neighbour@example.com");
    control.add_user(&other, &"another password".into()).unwrap();
    let home = control.add_home(&other, "Next door").unwrap();
    let theirs = control.add_door(&home, &DoorPlan::closed("Own door")).unwrap();
    let refused = visit.open(&theirs).await;
    assert!(refused["errors"][0]["message"].is_string(), "{refused}");
    assert_eq!(visit.last_disposition(), Some(Disposition::Unauthorised));
    let guest = Membership {
        email: postern_vendor_clouds::DEMO_EMAIL.into(),
        account_id: home,
        role: Role::Guest,
    };
    control.add_member(&guest).unwrap();
    let (device, _) = visit.door(&theirs).await;
    assert_eq!(
        (&device["type"], &device["controlLevel"]),
        (&json!("WallStation"), &json!("Guest"))
    );
    assert_eq!(visit.open(&theirs).await, taken());
}

#[tokio::test]
async fn a_list_comes_in_pages_where_that_is_set() {
    let visit = Visit::demo().await;
    let whole = visit.page(None).await;
    assert_eq!(
        (whole["devices"].as_array().unwrap().len(), &whole["nextToken"]),
        (4, &Value::Null)
    );
    let mut settings = visit.cloud.control().settings().unwrap();
    settings.page_max = Some(3);
    visit.cloud.control().set_settings(settings).unwrap();
    let first = visit.page(None).await;
    let second = visit.page(first["nextToken"].as_str()).await;
    let mut both = first["devices"].as_array().unwrap().clone();
    both.extend(second["devices"].as_array().unwrap().clone());
    let ids = |devices: &[Value]| {
        devices
            .iter()
            .map(|device| device["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&both), ids(whole["devices"].as_array().unwrap()));
    assert_eq!(second["nextToken"], Value::Null);
    let query = "query { devicesListAll { nextToken } }";
    let (_, body) = visit
        .ask(&visit.token, query, json!({ "nextToken": "nonsense" }))
        .await;
    assert!(body["errors"][0]["message"].is_string());
}

#[tokio::test]
async fn an_order_whose_answer_is_lost_has_moved_the_door_and_one_that_is_swallowed_has_not() {
    let visit = Visit::demo().await;
    let control = visit.cloud.control();
    let payload = json!({ "target": "B", "action": 1 });
    control.fail_next(Target::Command, Fault::status(500), 1).unwrap();
    let (status, body) = visit
        .control(&visit.token, visit.main.as_str(), payload.clone())
        .await;
    assert_eq!(
        (status, &body["errors"][0]["errorType"]),
        (500, &json!("InternalServerErrorException"))
    );
    assert_eq!(visit.last_disposition(), Some(Disposition::LostToFault));
    let lost = Fault::status(502).after_motion();
    control.fail_next(Target::Command, lost, 1).unwrap();
    assert_eq!(
        visit.control(&visit.token, visit.main.as_str(), payload).await.0,
        502
    );
    assert_eq!(visit.last_disposition(), Some(Disposition::Accepted));
}
