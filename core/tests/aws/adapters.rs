//! Vendors' adapters behind a Lambda that is played: what is sent, how often, and what each failure says about the door.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use postern_contract::adapter::ContractVersion;
use postern_core::{
    aws::LambdaAdapters,
    ports::{AdapterTransport, Clock, TransportError},
    store::{Store, Write},
    vendor::VendorRecord,
};
use postern_embedded_record::{EmbeddedRecord, Recorder};

use super::{Hands, Play, Service};

const ARN: &str = "arn:aws:lambda:ca-central-1:123456789012:function:adapter:live";

struct Stage {
    _record: EmbeddedRecord,
    store: Store,
    reads: Recorder,
    lambda: Service,
    clock: Hands,
    adapters: LambdaAdapters,
}

async fn stage(play: Play) -> Stage {
    let record = EmbeddedRecord::memory().unwrap();
    let reads = Recorder::new();
    let store = Store::new(&record.client(), "postern");
    store.create_table().await.unwrap();
    let lambda = Service::that(play);
    let clock = Hands::at_noon();
    let watched = Store::new(&record.client_with(Some(reads.clone()), None), "postern");
    let client = aws_sdk_lambda::Client::new(&lambda.config());
    let adapters = LambdaAdapters::new(&client, watched, Arc::new(clock.clone()));
    let stage = Stage {
        _record: record,
        store,
        reads,
        lambda,
        clock,
        adapters,
    };
    stage.register(|_| ()).await;
    stage
}

impl Stage {
    async fn register(&self, change: impl FnOnce(&mut VendorRecord)) {
        let mut record = VendorRecord {
            name: "A vendor".to_owned(),
            adapter: ARN.to_owned(),
            active: true,
            contract: ContractVersion::CURRENT,
            registered_at: self.clock.now(),
            proven: None,
        };
        change(&mut record);
        let write = Write::put_vendor(&"vendor".parse().unwrap(), &record).unwrap();
        self.store.transact(vec![write]).await.unwrap();
    }

    fn soon(&self) -> Timestamp {
        self.clock.now() + SignedDuration::from_secs(10)
    }

    async fn carry(&self) -> Result<Vec<u8>, TransportError> {
        self.carry_by(self.soon()).await
    }

    async fn carry_by(&self, deadline: Timestamp) -> Result<Vec<u8>, TransportError> {
        let vendor = "vendor".parse().unwrap();
        self.adapters
            .carry(&vendor, b"{\"call\":1}".to_vec(), deadline)
            .await
    }
}

fn answer(body: &str) -> Play {
    Play::Answer(200, vec![], body.to_owned())
}

fn refusal(status: u16, code: &'static str) -> Play {
    Play::Answer(
        status,
        vec![("x-amzn-errortype", code)],
        "{\"Message\":\"no\"}".to_owned(),
    )
}

fn not_reached(result: Result<Vec<u8>, TransportError>) -> String {
    match result {
        Err(TransportError::NotReached(why)) => why,
        other => panic!("it certainly did not arrive, and that reads {other:?}"),
    }
}

fn no_answer(result: Result<Vec<u8>, TransportError>) -> String {
    match result {
        Err(TransportError::NoAnswer(why)) => why,
        other => panic!("it may have arrived, and that reads {other:?}"),
    }
}

#[tokio::test]
async fn a_call_is_carried_to_the_vendors_function_and_its_answer_back() {
    let stage = stage(answer("{\"result\":1}")).await;
    assert_eq!(stage.carry().await.unwrap(), b"{\"result\":1}");
    let asked = stage.lambda.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].body, b"{\"call\":1}");
    assert_eq!(asked[0].header.as_deref(), Some("RequestResponse"));
    assert!(
        asked[0]
            .uri
            .contains("/2015-03-31/functions/arn%3Aaws%3Alambda%3A"),
        "{}",
        asked[0].uri
    );
    assert!(
        asked[0].uri.ends_with("function%3Aadapter%3Alive/invocations"),
        "{}",
        asked[0].uri
    );
}

#[tokio::test]
async fn what_lambda_refused_never_reached_the_adapter_and_is_not_repeated() {
    let stage = stage(answer("")).await;
    for (status, code) in [
        (429, "TooManyRequestsException"),
        (404, "ResourceNotFoundException"),
        (403, "AccessDeniedException"),
        (400, "InvalidRequestContentException"),
        (413, "RequestTooLargeException"),
        (409, "ResourceConflictException"),
        (403, "UnrecognizedClientException"),
        (502, "ResourceNotReadyException"),
        (502, "EC2ThrottledException"),
        (502, "KMSAccessDeniedException"),
    ] {
        stage.lambda.now_plays(refusal(status, code));
        let before = stage.lambda.asked().len();
        let why = not_reached(stage.carry().await);
        assert!(why.contains(code) && why.contains(&status.to_string()), "{why}");
        assert_eq!(stage.lambda.asked().len(), before + 1, "{code} was repeated");
    }
}

#[tokio::test]
async fn what_may_have_run_is_in_doubt_and_is_not_repeated() {
    let stage = stage(answer("")).await;
    let failed = |kind, body: &str| Play::Answer(200, vec![("x-amz-function-error", kind)], body.to_owned());
    for play in [
        failed(
            "Unhandled",
            "{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"Task timed out\"}",
        ),
        failed(
            "Handled",
            "{\"errorType\":\"Oops\",\"errorMessage\":\"token-of-a-vendor\"}",
        ),
        failed("Unhandled", "not JSON"),
        refusal(500, "ServiceException"),
        refusal(503, "ServiceUnavailable"),
        refusal(502, "SomethingNew"),
        refusal(408, "RequestTimeout"),
        answer(""),
        Play::Broken,
        Play::CutShort,
    ] {
        stage.lambda.now_plays(play.clone());
        let before = stage.lambda.asked().len();
        let why = no_answer(stage.carry().await);
        assert!(!why.contains("token-of-a-vendor"), "{why}");
        assert_eq!(stage.lambda.asked().len(), before + 1, "{play:?} was repeated");
    }
    stage
        .lambda
        .now_plays(failed("Unhandled", "{\"errorType\":\"Sandbox.Timedout\"}"));
    assert!(no_answer(stage.carry().await).contains("Sandbox.Timedout"));
}

#[tokio::test]
async fn a_silent_function_is_given_up_a_moment_after_the_deadline() {
    let stage = stage(Play::Silence).await;
    let started = std::time::Instant::now();
    let why = no_answer(
        stage
            .carry_by(stage.clock.now() + SignedDuration::from_millis(100))
            .await,
    );
    assert!(why.contains("no answer in time"), "{why}");
    let took = started.elapsed().as_millis();
    assert!((600..5_000).contains(&took), "{took} ms");
    assert_eq!(stage.lambda.asked().len(), 1);
}

#[tokio::test]
async fn nothing_leaves_at_or_after_the_deadline() {
    let stage = stage(answer("{}")).await;
    stage.carry().await.unwrap();
    for late in [0, -1, -60_000] {
        let deadline = stage.clock.now() + SignedDuration::from_millis(late);
        assert!(not_reached(stage.carry_by(deadline).await).contains("deadline"));
    }
    assert_eq!(stage.lambda.asked().len(), 1);
}

#[tokio::test]
async fn a_vendor_that_is_unknown_switched_off_or_of_another_contract_is_not_called() {
    let stage = stage(answer("{}")).await;
    let stranger = "stranger".parse().unwrap();
    let result = stage.adapters.carry(&stranger, vec![], stage.soon()).await;
    assert_eq!(result, Err(TransportError::NoSuchVendor));
    stage.register(|record| record.active = false).await;
    assert!(not_reached(stage.carry().await).contains("switched off"));
    stage.clock.forward(SignedDuration::from_secs(61));
    stage
        .register(|record| record.contract = "2.0".parse().unwrap())
        .await;
    assert!(not_reached(stage.carry().await).contains("version"));
    assert!(stage.lambda.asked().is_empty());
}

#[tokio::test]
async fn a_vendor_is_read_once_a_minute_and_a_change_is_seen_after_it() {
    let stage = stage(answer("{}")).await;
    for _ in 0..3 {
        stage.carry().await.unwrap();
    }
    assert_eq!(stage.reads.exchanges().len(), 1);
    stage.register(|record| record.adapter = "other".to_owned()).await;
    stage.clock.forward(SignedDuration::from_secs(59));
    stage.carry().await.unwrap();
    assert!(stage.lambda.asked().last().unwrap().uri.contains("adapter"));
    stage.clock.forward(SignedDuration::from_secs(1));
    stage.carry().await.unwrap();
    assert!(
        stage
            .lambda
            .asked()
            .last()
            .unwrap()
            .uri
            .ends_with("/functions/other/invocations")
    );
    assert_eq!(stage.reads.exchanges().len(), 2);
}
