//! The conformance kit before a deployed adapter: once for all tests, as they deploy the same build.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tokio::sync::OnceCell;
use url::Url;

use crate::Deployment;

/// The report of the myQ adapter's build, from which `postern vendor promote` takes its tier. The first deployment that asks puts its
/// function before the kit, with the cloud at `cloud` behind it, whose world then begins anew.
///
/// # Panics
/// When the kit cannot look at it.
pub(crate) async fn report(deployment: &Deployment, cloud: &Url) -> PathBuf {
    static REPORT: OnceCell<PathBuf> = OnceCell::const_new();
    let made = REPORT.get_or_init(|| async {
        let folder = deployment
            .emulator
            .file("conformance", b"")
            .with_extension("report");
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let words = [
            "vendor",
            "test",
            "--function",
            &deployment.adapter_stack(),
            "--renew",
            "--cloud",
            cloud.as_str(),
            "--report",
            &text(&folder),
        ];
        let said = deployment.postern(&words, "").await.unwrap();
        let rules = said["report"]["rules"].as_array().unwrap();
        let bars = |rule: &&Value| matches!(rule["verdict"].as_str(), Some("broken" | "not_seen"));
        let barred: Vec<&Value> = rules.iter().filter(bars).collect();
        assert!(barred.is_empty(), "{barred:#?}");
        assert_eq!(said["report"]["tier"], "platinum");
        folder.join("report.json")
    });
    made.await.clone()
}
