//! The adapter by the file, as these tests make it.

use postern_adapter_declarative::{DeclarativeAdapter, Settings, VendorFile};
use postern_adapter_sdk::ClientAuth;
use url::Url;

use crate::partner::{Brand, Partner};

pub(crate) fn adapter(base: &Url, partner: Partner) -> DeclarativeAdapter {
    let text = include_str!("../../vendors/aladdin-connect.toml");
    let file = VendorFile::read("aladdin-connect.toml", text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let at = |path| base.join(path).unwrap().to_string();
    let warning = partner.close_warning.map(|seconds| u8::from(seconds).to_string());
    let settings = Settings::default()
        .with("VENDOR_BASE_URL", at("/v1"))
        .with("VENDOR_AUTHORIZE_URL", at("/login"))
        .with("VENDOR_TOKEN_PATH", partner.token_path)
        .with("VENDOR_CLIENT_ID", "postern-partner")
        .with(
            "VENDOR_CLIENT_AUTH",
            match partner.client_auth {
                ClientAuth::Body => "body",
                ClientAuth::Basic => "basic",
            },
        )
        .with(
            "VENDOR_NAME",
            match partner.brand {
                Brand::AladdinConnect => "",
                Brand::OhdAnywhere => "OHD Anywhere",
            },
        )
        .with("VENDOR_CLOSE_WARNING_SECONDS", warning.unwrap_or_default())
        .with_secret("VENDOR_CLIENT_SECRET", partner.client_secret)
        .with_secret("VENDOR_API_KEY", "simulated-api-key".into());
    DeclarativeAdapter::new(&file, &settings).unwrap_or_else(|wrong| panic!("{wrong}"))
}
