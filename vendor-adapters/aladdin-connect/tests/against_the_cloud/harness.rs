//! The adapter in code, as these tests make it.

use postern_adapter_aladdin_connect::{AladdinConnectAdapter, AladdinConnectConfig, Brand};
use url::Url;

use crate::partner::{self, Partner};

pub(crate) fn adapter(base: &Url, partner: Partner) -> AladdinConnectAdapter {
    let config = AladdinConnectConfig {
        brand: match partner.brand {
            partner::Brand::AladdinConnect => Brand::AladdinConnect,
            partner::Brand::OhdAnywhere => Brand::OhdAnywhere,
        },
        token_path: partner.token_path,
        client_auth: partner.client_auth,
        client_secret: partner.client_secret,
        close_warning: partner.close_warning,
        ..AladdinConnectConfig::at_one_host(base, "postern-partner")
    };
    AladdinConnectAdapter::new(config).unwrap()
}
