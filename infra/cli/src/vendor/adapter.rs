//! Asking a vendor's adapter who it is: one `describe`, by a synchronous invocation of its function.

use std::{fs, path::Path};

use jiff::SignedDuration;
use postern_contract::{
    adapter::{
        AdapterReply, AdapterRequest, AdapterResult, Answer, Call, ContractVersion, DescribeInput,
        Description,
    },
    ids::VendorId,
};
use postern_core::ports::{Clock as _, SystemClock};
use serde::Deserialize;

use crate::{Error, aws::Aws};

/// How long an adapter gets to describe itself.
const DESCRIBE_WITHIN: SignedDuration = SignedDuration::from_secs(10);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Invoked {
    #[serde(default)]
    function_error: Option<String>,
}

/// What the adapter of `vendor` says of itself.
///
/// # Errors
/// [`Error::Aws`] when the function cannot be called; [`Error::NotAsAsked`] when it fails, or answers as another.
pub(crate) async fn describe(aws: &Aws, function: &str, vendor: &VendorId) -> Result<Description, Error> {
    let folder = tempfile::tempdir().map_err(|error| folder_error(&error))?;
    let (question, answer) = (folder.path().join("question"), folder.path().join("answer"));
    let now = SystemClock.now();
    let request = AdapterRequest {
        contract: ContractVersion::CURRENT,
        request_id: format!("operator-{}", now.as_microsecond()),
        deadline: now + DESCRIBE_WITHIN,
        call: Call::Describe(DescribeInput {}),
    };
    let body = serde_json::to_vec(&request).map_err(|error| Error::not_as_asked(error.to_string(), ""))?;
    fs::write(&question, body).map_err(|error| folder_error(&error))?;
    let path = |path: &Path| path.display().to_string();
    // A payload from a file means the same to both versions of the tool.
    let asked = vec![
        "lambda".to_owned(),
        "invoke".to_owned(),
        format!("--function-name={function}"),
        format!("--payload=fileb://{}", path(&question)),
        path(&answer),
    ];
    let invoked: Invoked = aws.ask_beside(asked).await.map_err(|error| {
        if error.is("ResourceNotFoundException") {
            Error::not_as_asked(
                format!("there is no function {function}"),
                "Deploy the vendor's adapter first, or name its function with --adapter.",
            )
        } else {
            error.into()
        }
    })?;
    if let Some(kind) = invoked.function_error {
        return Err(Error::not_as_asked(
            format!("the adapter {function} failed ({kind})"),
            "Its log tells why; see /postern/ in CloudWatch Logs.",
        ));
    }
    let said = fs::read(&answer).map_err(|error| folder_error(&error))?;
    judge(&said, &request.request_id, function, vendor)
}

fn folder_error(error: &std::io::Error) -> Error {
    Error::not_as_asked(
        format!("no file can be made in the folder for temporary files: {error}"),
        "Make room there, or set TMPDIR to a folder that can be written.",
    )
}

/// Reads a reply, and refuses one that is of another contract, of another call or of another vendor.
fn judge(said: &[u8], request_id: &str, function: &str, vendor: &VendorId) -> Result<Description, Error> {
    let refuse = |what: String, todo: &str| Err(Error::not_as_asked(what, todo));
    let reply: AdapterReply = match serde_json::from_slice(said) {
        Ok(reply) => reply,
        Err(error) => {
            return refuse(
                format!("the answer of {function} does not follow the contract: {error}"),
                "See that this is the vendor's adapter, and that it passes the contract's schemas.",
            );
        }
    };
    if !reply.contract.is_understood() {
        return refuse(
            format!(
                "the adapter {function} speaks version {} of the contract; this deployment speaks {}",
                reply.contract,
                ContractVersion::CURRENT
            ),
            "Deploy an adapter of the same major version.",
        );
    }
    if reply.request_id != request_id {
        return refuse(
            format!("the adapter {function} answered another question than it was asked"),
            "It must hand back the request's own id.",
        );
    }
    let description = match reply.result {
        AdapterResult::Ok(Answer::Describe(description)) => description,
        AdapterResult::Ok(_) => {
            return refuse(
                format!("the adapter {function} answered `describe` with something else"),
                "It must answer with the operation that it was asked for.",
            );
        }
        AdapterResult::Error(error) => {
            return refuse(
                format!(
                    "the adapter {function} could not describe itself ({:?})",
                    error.kind
                ),
                "Its log tells why; see /postern/ in CloudWatch Logs.",
            );
        }
    };
    if description.vendor != *vendor {
        return refuse(
            format!(
                "{function} is the adapter of {}, not of {vendor}",
                description.vendor
            ),
            "Name the right function with --adapter, or the right vendor.",
        );
    }
    if !description.contract.is_understood() {
        return refuse(
            format!(
                "the adapter {function} follows version {} of the contract",
                description.contract
            ),
            "Deploy an adapter of the same major version.",
        );
    }
    Ok(description)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn said(contract: &str, vendor: &str) -> Vec<u8> {
        let description = json!({
            "vendor": vendor, "name": "A vendor", "contract": contract, "optional_operations": [],
            "reading_lag_seconds": 1, "poll_interval_ms": 1000,
        });
        let result = json!({ "ok": { "operation": "describe", "output": description } });
        json!({ "contract": contract, "request_id": "q", "result": result })
            .to_string()
            .into_bytes()
    }

    fn judged(said: &[u8]) -> Result<Description, String> {
        let vendor = "myq".parse().unwrap_or_else(|_| unreachable!("a vendor's id"));
        judge(said, "q", "f", &vendor).map_err(|error| error.to_string())
    }

    #[test]
    fn an_adapter_of_another_vendor_or_contract_is_refused_with_a_sentence() {
        assert!(judged(&said("1.0", "myq")).is_ok());
        assert!(
            judged(&said("1.0", "other"))
                .is_err_and(|why| why.contains("f is the adapter of other, not of myq"))
        );
        assert!(
            judged(&said("2.0", "myq")).is_err_and(|why| why.contains("speaks version 2.0 of the contract"))
        );
        assert!(judged(b"{}").is_err_and(|why| why.contains("does not follow the contract")));
    }

    proptest! {
        #[test]
        fn nothing_that_a_function_answers_makes_the_reader_panic(said in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(judged(&said).is_err());
        }
    }
}
