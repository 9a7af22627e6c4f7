//! The vendor of a local platform: its simulated cloud, and its adapter that speaks with it.

use std::{net::Ipv4Addr, sync::Arc};

use postern_adapter_aladdin_connect::{AladdinConnectAdapter, AladdinConnectConfig};
use postern_adapter_declarative::{DeclarativeAdapter, Settings, VendorFile};
use postern_adapter_myq::{MyqAdapter, MyqConfig};
use postern_adapter_nice_go::{NiceGoAdapter, NiceGoConfig};
use postern_adapter_sdk::{Adapter, AdapterService, Dispatch, SystemClock};
use postern_adapter_smartthings::{SmartThingsAdapter, SmartThingsConfig};
use postern_contract::unattended::WarningSeconds;
use postern_keys::KeyFile;
use postern_vendor_clouds::{Config as CloudConfig, DoorTimings, RunningCloud, Vendor};
use url::Url;

use crate::{LocalConfig, LocalError};

/// The client id of the local platform at every simulated vendor.
const CLIENT_ID: &str = "postern-local";

/// The vendors that a local platform can have the openers of.
pub const VENDORS: [Vendor; 4] = [
    Vendor::Myq,
    Vendor::AladdinConnect,
    Vendor::NiceGo,
    Vendor::SmartThings,
];

/// Starts the vendor's cloud, with the homeowner and the door of the demo.
pub(crate) async fn start_cloud(config: &LocalConfig, port: u16) -> Result<RunningCloud, LocalError> {
    if !VENDORS.contains(&config.vendor) {
        return Err(LocalError::NoAdapter(config.vendor));
    }
    let timings = DoorTimings::default()
        .at_speed(config.door_speed)
        .unwrap_or_default();
    let demo = CloudConfig {
        listen: (Ipv4Addr::LOCALHOST, port).into(),
        timings,
        snapshot: config.data.file(&format!("{}-cloud.json", config.vendor.id())),
        ..config.vendor.demo()
    };
    match config.vendor.start(demo.clone()).await {
        Ok(cloud) => Ok(cloud),
        // A port that is merely remembered may be given up.
        Err(_) if config.first_port.is_none() && port != 0 => {
            let anywhere = CloudConfig {
                listen: (Ipv4Addr::LOCALHOST, 0).into(),
                ..demo
            };
            Ok(config.vendor.start(anywhere).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// The vendor's adapter, in code or by a file, speaking with the cloud at `cloud`.
pub(crate) fn adapter(
    config: &LocalConfig,
    cloud: &Url,
    keys: &KeyFile,
) -> Result<Arc<dyn Dispatch>, LocalError> {
    let vendor = config.vendor;
    if let Some(file) = &config.vendor_file {
        let adapter = DeclarativeAdapter::new(file, &settings_for(vendor, file, cloud)?)?;
        return Ok(served(adapter, keys));
    }
    Ok(match vendor {
        Vendor::Myq => served(
            MyqAdapter::new(MyqConfig::at_one_host(cloud.clone(), CLIENT_ID))?,
            keys,
        ),
        Vendor::AladdinConnect => served(
            AladdinConnectAdapter::new(AladdinConnectConfig::at_one_host(cloud, CLIENT_ID))?,
            keys,
        ),
        Vendor::NiceGo => served(NiceGoAdapter::new(NiceGoConfig::at_one_host(cloud))?, keys),
        Vendor::SmartThings => served(
            SmartThingsAdapter::new(SmartThingsConfig::at_one_host(cloud, CLIENT_ID))?,
            keys,
        ),
        Vendor::Tailwind | Vendor::Ismartgate => return Err(LocalError::NoAdapter(vendor)),
    })
}

/// What a file asks for: what the simulated cloud of its vendor takes.
fn settings_for(vendor: Vendor, file: &VendorFile, cloud: &Url) -> Result<Settings, LocalError> {
    let is_of_vendor = file.vendor().as_str() == vendor.id();
    match vendor {
        Vendor::AladdinConnect if is_of_vendor => {
            let taken = AladdinConnectConfig::at_one_host(cloud, CLIENT_ID);
            Ok(Settings::default()
                .with("VENDOR_BASE_URL", taken.base_url)
                .with("VENDOR_AUTHORIZE_URL", taken.authorize_url)
                .with("VENDOR_TOKEN_PATH", taken.token_path)
                .with("VENDOR_CLIENT_ID", taken.client_id)
                .with(
                    "VENDOR_CLOSE_WARNING_SECONDS",
                    u8::from(WarningSeconds::LEAST).to_string(),
                )
                .with_secret("VENDOR_CLIENT_SECRET", taken.client_secret)
                .with_secret("VENDOR_API_KEY", taken.api_key))
        }
        _ => Err(LocalError::NoCloud(file.vendor().to_string())),
    }
}

fn served(adapter: impl Adapter, keys: &KeyFile) -> Arc<dyn Dispatch> {
    Arc::new(AdapterService::new(
        adapter,
        Arc::new(keys.sealer()),
        Arc::new(SystemClock),
    ))
}
