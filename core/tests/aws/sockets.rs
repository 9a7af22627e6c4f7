//! The same over real sockets, with the HTTP client that a function has: the failures of connections, each where it happens.

use std::sync::Arc;

use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use jiff::SignedDuration;
use postern_contract::adapter::ContractVersion;
use postern_core::{
    aws::LambdaAdapters,
    ports::{AdapterTransport, Clock, SystemClock, TransportError},
    store::{Store, Write},
    vendor::VendorRecord,
};
use postern_embedded_record::EmbeddedRecord;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::config;

/// Calls an adapter through whatever is at `endpoint`.
async fn carry(endpoint: &str) -> Result<Vec<u8>, TransportError> {
    let record = EmbeddedRecord::memory().unwrap();
    let store = Store::new(&record.client(), "postern");
    store.create_table().await.unwrap();
    let clock = Arc::new(SystemClock);
    let vendor = "vendor".parse().unwrap();
    let registered = VendorRecord {
        name: "A vendor".to_owned(),
        adapter: "adapter".to_owned(),
        active: true,
        contract: ContractVersion::CURRENT,
        registered_at: clock.now(),
        proven: None,
    };
    store
        .transact(vec![Write::put_vendor(&vendor, &registered).unwrap()])
        .await
        .unwrap();
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let client = aws_sdk_lambda::Client::new(&config(http, Some(endpoint)));
    let adapters = LambdaAdapters::new(&client, store, clock.clone());
    let deadline = clock.now() + SignedDuration::from_secs(5);
    adapters.carry(&vendor, b"{}".to_vec(), deadline).await
}

/// A server that reads a request's head, answers with these bytes, and hangs up.
async fn server(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                let mut some = [0; 1024];
                match stream.read(&mut some).await {
                    Ok(0) | Err(_) => break,
                    Ok(count) => head.extend_from_slice(&some[..count]),
                }
            }
            // The other side may have hung up first.
            let _ = stream.write_all(answer).await;
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn where_no_connection_can_be_made_nothing_was_reached() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let plain = server(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    for endpoint in [
        closed,
        // TLS towards a server that speaks none.
        plain.replace("http://", "https://"),
        // A name that no resolver knows (RFC 6761).
        "http://lambda.invalid".to_owned(),
    ] {
        let result = carry(&endpoint).await;
        assert!(
            matches!(result, Err(TransportError::NotReached(_))),
            "{endpoint}: {result:?}"
        );
    }
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_leaves_doubt() {
    for answer in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\ncontent-len",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
        b"no HTTP at all\r\n\r\n",
    ] {
        let result = carry(&server(answer).await).await;
        let answer = String::from_utf8_lossy(answer);
        assert!(
            matches!(result, Err(TransportError::NoAnswer(_))),
            "{answer:?}: {result:?}"
        );
    }
    let whole = server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
    assert_eq!(carry(&whole).await.unwrap(), b"{}");
}
