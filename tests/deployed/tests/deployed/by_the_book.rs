//! What `docs/operating.md` tells an operator to do, done.

use postern_deployed::Deployment;

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_deploys_with_the_commands_of_the_book_and_the_doctor_finds_it_healthy() {
    let book = [
        "us-dev",
        "us-dev-myq",
        "us-dev-aladdin-connect",
        "us-dev-smartthings",
        "us-dev-nice-go",
        "us-dev-acme",
    ];
    let deployment = Deployment::by_the_book(&book).await;
    for words in [
        &["vendor", "register", "myq", "--name", "myQ"][..],
        &["carrier", "add", "--name", "Northwind Parcel"],
    ] {
        deployment.postern(words, "").await.unwrap();
    }
    let unproven = deployment.postern(&["vendor", "promote", "myq"], "").await;
    assert!(unproven.is_err_and(|why| why.contains("nothing proves that the build of myq that is deployed is silver")));
    let health = deployment.postern(&["doctor"], "").await.unwrap();
    assert_eq!(health["healthy"], true, "{health}");
    for (vendor, setting) in [
        ("myq", "MYQ_CLIENT_SECRET"),
        ("aladdin-connect", "ALADDIN_CONNECT_CLIENT_SECRET"),
        ("aladdin-connect", "ALADDIN_CONNECT_API_KEY"),
        ("smartthings", "SMARTTHINGS_CLIENT_SECRET"),
        ("acme", "VENDOR_API_KEY"),
    ] {
        let seal = ["vendor", "seal", vendor, setting];
        let sealed = deployment.postern(&seal, "swordfish\n").await.unwrap();
        assert!(!sealed["sealed"].as_str().unwrap().is_empty(), "{sealed}");
    }
    let again = Deployment::by_the_book(&book).await;
    assert_eq!(
        again.outputs, deployment.outputs,
        "nothing to change changes nothing"
    );
}
