//! Serves a rehearsal world until it is killed, to look at it with the AWS CLI, boto3, dig or curl:
//! `cargo run -p switchback-rehearsal --example serve -- DIRECTORY [SCALE]`.

use switchback_rehearsal::{World, WorldOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().ok_or("give the world's directory")?;
    let scale = arguments.next().map_or(Ok(1), |s| s.parse())?;
    let world = World::start(WorldOptions {
        scale,
        ..WorldOptions::new(dir)
    })
    .await?;
    println!("{}", serde_json::to_string_pretty(world.handle())?);
    std::future::pending::<()>().await;
    Ok(())
}
