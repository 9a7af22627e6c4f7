//! The operator's command `postern`: vendors, carriers, deliveries and the health of a deployment that the templates in
//! `infra/aws/core` made.
//!
//! The control plane is reached through the `aws` command-line tool ([`aws`]), the record through the core's `Store`. Each command
//! is a file of its own and ends in an [`Answer`], said in sentences or as one JSON object.

mod answer;
mod arguments;
pub mod aws;
mod carrier;
mod delivery;
mod deployment;
mod doctor;
mod error;
mod evidence;
mod exit;
mod seal;
mod vendor;

use clap::CommandFactory as _;

pub use self::{
    answer::Answer,
    arguments::Arguments,
    delivery::{chore_sentence, event_sentence},
    error::Error,
    exit::Exit,
};
use self::{
    arguments::{CarrierCommand, Command, DeliveryCommand, EvidenceCommand, VendorCommand},
    aws::Aws,
    deployment::Deployment,
};

/// Does what the command line asks, and says what came of it.
pub async fn run(arguments: Arguments) -> Exit {
    let as_json = arguments.json;
    if let Command::Completions { shell } = arguments.command {
        clap_complete::generate(
            shell,
            &mut Arguments::command(),
            "postern",
            &mut std::io::stdout(),
        );
        return Exit::Well;
    }
    let of_none = matches!(
        arguments.command,
        Command::Evidence(_) | Command::Vendor(VendorCommand::Test(_) | VendorCommand::New { .. })
    );
    if arguments.deployment.is_none() && !of_none {
        eprintln!("error: which deployment?\nName it with --deployment, or in POSTERN_DEPLOYMENT.");
        return Exit::Usage;
    }
    answer::tell(answered(arguments).await, as_json)
}

async fn answered(arguments: Arguments) -> Result<Answer, Error> {
    let aws = Aws::new("aws", arguments.region, std::env::var("AWS_ENDPOINT_URL").ok());
    let name = arguments.deployment.unwrap_or_default();
    let found = async || Deployment::find(&name, aws.clone()).await;
    match arguments.command {
        Command::Vendor(command) => match command {
            VendorCommand::Register { id, name, adapter } => {
                vendor::register(&found().await?, &id, &name, adapter).await
            }
            VendorCommand::New { id, checkout } => vendor::begin(&id, &checkout),
            VendorCommand::Test(asked) => vendor::test(&aws, *asked).await,
            VendorCommand::Promote { id, report } => {
                vendor::promote(&found().await?, &id, report.as_deref()).await
            }
            VendorCommand::Suspend { id } => vendor::suspend(&found().await?, &id).await,
            VendorCommand::Seal {
                id,
                setting,
                secret_file,
                key,
            } => seal::seal(&found().await?, &id, &setting, secret_file.as_deref(), key).await,
            VendorCommand::List => vendor::list(&found().await?).await,
        },
        Command::Carrier(command) => {
            let deployment = found().await?;
            match command {
                CarrierCommand::Add { name, secret } => carrier::add(&deployment, &name, &secret).await,
                CarrierCommand::Rotate { id, finish: true, .. } => carrier::finish(&deployment, &id).await,
                CarrierCommand::Rotate { id, secret, .. } => carrier::rotate(&deployment, &id, &secret).await,
                CarrierCommand::Suspend { id } => carrier::switch(&deployment, &id, false).await,
                CarrierCommand::Resume { id } => carrier::switch(&deployment, &id, true).await,
                CarrierCommand::Allow { id, allowance } => carrier::allow(&deployment, &id, allowance).await,
                CarrierCommand::List => carrier::list(&deployment).await,
            }
        }
        Command::Delivery(DeliveryCommand::Explain { id, time_zone }) => {
            delivery::explain(&found().await?, id, time_zone).await
        }
        Command::Evidence(EvidenceCommand::Verify {
            files,
            delivery,
            keys,
        }) => evidence::verify(&files, delivery.as_deref(), keys.as_deref()),
        Command::Doctor => Ok(doctor::examine(&found().await?).await),
        Command::Completions { .. } => Ok(Answer::well("", serde_json::Value::Null)),
    }
}
