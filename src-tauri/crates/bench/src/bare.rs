//! The requests that `switchback step apply` makes up to AWS's answer, made with the AWS SDK for Rust alone: its own
//! configuration, its own clients, and neither guard, journal nor engine. A process of its own.

use std::process::ExitCode;

use aws_config::BehaviorVersion;
use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecordSet, RrType};

use crate::Outcome;

/// Lowers the TTL of a name's A record. On the command line: the zone's id, the name, the new TTL in seconds.
pub(crate) fn main() -> ExitCode {
    // cargo adds `--bench` to what it starts.
    let words: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let [zone, name, ttl] = words.as_slice() else {
        eprintln!("bare-sdk: give a zone's id, a name and a TTL");
        return ExitCode::from(2);
    };
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(lower(zone, name, ttl)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bare-sdk: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn lower(zone: &str, name: &str, ttl: &str) -> Outcome<()> {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let sts = aws_sdk_sts::Client::new(&config);
    let route53 = aws_sdk_route53::Client::new(&config);
    let caller = sts.get_caller_identity().send().await?;
    caller.account().ok_or("STS names no account")?;
    let found = route53.get_hosted_zone().id(zone).send().await?;
    found.hosted_zone().ok_or("there is no such zone")?;
    let listed = route53
        .list_resource_record_sets()
        .hosted_zone_id(zone)
        .start_record_name(name)
        .max_items(300)
        .send()
        .await?;
    let is_meant = |set: &&ResourceRecordSet| set.name() == name && *set.r#type() == RrType::A;
    let before = listed.resource_record_sets().iter().find(is_meant);
    let before = before.ok_or("the name has no A record")?.clone();
    let mut after = before.clone();
    after.ttl = Some(ttl.parse()?);
    let change = |action, set| Change::builder().action(action).resource_record_set(set).build();
    let batch = ChangeBatch::builder()
        .changes(change(ChangeAction::Delete, before)?)
        .changes(change(ChangeAction::Create, after)?)
        .build()?;
    let answer = route53
        .change_resource_record_sets()
        .hosted_zone_id(zone)
        .change_batch(batch)
        .send()
        .await?;
    answer.change_info().ok_or("the answer names no change")?;
    Ok(())
}
