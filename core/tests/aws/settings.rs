//! A platform from settings: each one that is missing is named.

use postern_core::aws::{Deployment, Settings, warm};

use super::{Play, Service};

const ALL: [(&str, &str); 6] = [
    ("POSTERN_DEPLOYMENT", "postern-us-test"),
    ("POSTERN_TABLE", "postern"),
    ("POSTERN_CODES_KEY", "alias/codes"),
    ("POSTERN_EVIDENCE_KEY", "alias/evidence"),
    (
        "POSTERN_FOLLOW_UPS_QUEUE",
        "https://sqs.ca-central-1.amazonaws.com/123456789012/follow-ups",
    ),
    (
        "POSTERN_LINK_REDIRECT_URI",
        "https://customers.postern.example/linked",
    ),
];

fn lookup<'a>(changed: &'a str, to: Option<&'a str>) -> impl Fn(&str) -> Option<String> + 'a {
    move |name| {
        let known = ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value);
        if name == changed { to } else { known }.map(str::to_owned)
    }
}

#[test]
fn every_setting_is_needed_and_named_when_it_is_missing() {
    Settings::from_lookup(lookup("", None)).unwrap();
    for (name, _) in ALL {
        for missing in [None, Some("")] {
            let error = Settings::from_lookup(lookup(name, missing)).unwrap_err();
            assert_eq!(error.to_string(), format!("{name} is missing"));
        }
    }
}

#[test]
fn a_queue_is_named_by_its_address_and_not_by_its_arn() {
    for name in ["POSTERN_FOLLOW_UPS_QUEUE", "POSTERN_LINK_REDIRECT_URI"] {
        let arn = "arn:aws:sqs:ca-central-1:123456789012:follow-ups";
        let error = Settings::from_lookup(lookup(name, Some(arn))).unwrap_err();
        assert!(
            error.to_string().starts_with(name) && !error.to_string().contains("arn"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_platform_opens_its_connection_ahead_with_one_read() {
    let aws = Service::that(Play::Answer(200, vec![], "{}".to_owned()));
    let settings = Settings::from_lookup(lookup("", None)).unwrap();
    let platform = Deployment::new(aws.config()).platform(&settings).unwrap();
    assert_eq!(
        platform.link_redirect_uri,
        "https://customers.postern.example/linked"
    );
    assert_eq!(platform.store.table(), "postern");
    warm(&platform).await;
    assert_eq!(aws.asked().len(), 1);
    assert!(
        aws.asked()[0].uri.contains("dynamodb.ca-central-1"),
        "{:?}",
        aws.asked()
    );
}

#[test]
fn a_place_without_a_region_is_refused() {
    let settings = Settings::from_lookup(lookup("", None)).unwrap();
    let nowhere = aws_config::SdkConfig::builder().build();
    let error = Deployment::new(nowhere).platform(&settings).unwrap_err();
    assert_eq!(error.to_string(), "AWS_REGION is missing");
}
