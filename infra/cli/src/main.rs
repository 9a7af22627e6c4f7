//! `postern`: the operator's command. What it does is in the library beside it.

use std::process::ExitCode;

use clap::Parser;
use postern_cli::{Arguments, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    run(Arguments::parse()).await.into()
}
