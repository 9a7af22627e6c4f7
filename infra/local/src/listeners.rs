//! The sockets of the local platform's servers, on this machine's own addresses only.

use std::net::Ipv4Addr;

use postern_vendor_clouds::Vendor;
use tokio::net::TcpListener;
use url::Url;

use crate::{Addresses, LocalConfig, LocalError, folder::Ports};

/// The sockets of the platform's servers.
pub(crate) struct Listeners {
    pub(crate) issuer: TcpListener,
    pub(crate) carrier_api: TcpListener,
    pub(crate) customer_api: TcpListener,
    /// The port of the simulated cloud, which listens by itself; 0 is any that is free.
    pub(crate) vendor_cloud: u16,
    vendor: Vendor,
}

impl Listeners {
    /// Takes the ports that were asked for, those of the last start on the data folder, or any that are free.
    pub(crate) async fn bind(config: &LocalConfig) -> Result<Self, LocalError> {
        let last = config.data.last_ports()?;
        if let Some(last) = last.filter(|last| last.vendor != config.vendor) {
            return Err(LocalError::OtherVendor {
                runs: last.vendor.id(),
                asked: config.vendor.id(),
            });
        }
        let asked_for = config.first_port.map(|first| Ports::from(first, config.vendor));
        let ports = asked_for.or(last).unwrap_or_default();
        let asked = config.first_port.is_some();
        Ok(Self {
            issuer: listen(ports.issuer, asked).await?,
            carrier_api: listen(ports.carrier_api, asked).await?,
            customer_api: listen(ports.customer_api, asked).await?,
            vendor_cloud: ports.vendor_cloud,
            vendor: config.vendor,
        })
    }

    /// The ports as they came out.
    pub(crate) fn ports(&self, vendor_cloud: u16) -> Result<Ports, LocalError> {
        Ok(Ports {
            issuer: port(&self.issuer)?,
            carrier_api: port(&self.carrier_api)?,
            customer_api: port(&self.customer_api)?,
            vendor_cloud,
            vendor: self.vendor,
        })
    }

    /// The addresses as they came out.
    pub(crate) fn addresses(&self, vendor_cloud: &str) -> Result<Addresses, LocalError> {
        let at = |listener: &TcpListener, path: &str| -> Result<Url, LocalError> {
            Ok(format!("http://127.0.0.1:{}{path}", port(listener)?).parse()?)
        };
        Ok(Addresses {
            issuer: at(&self.issuer, "")?,
            carrier_api: at(&self.carrier_api, "")?,
            customer_api: at(&self.customer_api, "")?,
            vendor_cloud: vendor_cloud.parse()?,
            linked: at(&self.issuer, "/linked")?,
            signed_in: at(&self.issuer, "/signed-in")?,
        })
    }
}

fn port(listener: &TcpListener) -> Result<u16, LocalError> {
    listener
        .local_addr()
        .map(|address| address.port())
        .map_err(|source| LocalError::Port { port: 0, source })
}

/// Listens on a port of this machine only. A port that is merely remembered may be given up for any that is free.
async fn listen(port: u16, asked: bool) -> Result<TcpListener, LocalError> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => Ok(listener),
        Err(_) if !asked && port != 0 => Box::pin(listen(0, true)).await,
        Err(source) => Err(LocalError::Port { port, source }),
    }
}
