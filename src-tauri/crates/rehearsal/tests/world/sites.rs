//! The sites over http and https, dialled through the handle.

use switchback_rehearsal::{Fault, Site, World};
use tokio::net::TcpStream;

use crate::support::{Reply, exchange, secured, world};

const REQUEST: &str =
    "GET /version.json HTTP/1.1\r\nHost: apps.example.nhs.test\r\nConnection: close\r\n\r\n";

async fn https(world: &World, site: Site, name: &str) -> std::io::Result<Option<Reply>> {
    Ok(exchange(secured(world, site.address(), name).await?, REQUEST).await)
}

async fn http(world: &World, site: Site) -> Option<Reply> {
    let addr = world.handle().stand_in(site.address()).unwrap();
    exchange(TcpStream::connect(addr).await.unwrap(), REQUEST).await
}

#[tokio::test]
async fn both_sides_tell_their_build_by_http_and_https() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for (site, body) in [
        (Site::Old, "{\"build\":\"7d19\"}"),
        (Site::New, "{\"build\":\"8f2c\"}"),
    ] {
        assert_eq!(http(&world, site).await.unwrap().body, body);
        let reply = https(&world, site, "apps.example.nhs.test")
            .await
            .unwrap()
            .unwrap();
        assert_eq!((reply.status, reply.body.as_str()), (200, body));
    }
    assert!(https(&world, Site::Old, "other.example.nhs.test").await.is_err());
}

#[tokio::test]
async fn faults_of_a_site() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let site = Site::New;
    world.inject(Fault::SiteDown { site }).unwrap();
    assert_eq!(http(&world, site).await.unwrap().status, 503);
    assert_eq!(http(&world, Site::Old).await.unwrap().status, 200);
    world.inject(Fault::SiteRefused { site }).unwrap();
    assert!(http(&world, site).await.is_none());
    assert_eq!(world.snapshot().sites[1].faults, ["site-down", "site-refused"]);
    world.lift("site-refused:new").unwrap();
    world.lift("site-down").unwrap();
    for (fault, text) in [
        (Fault::TlsExpired { site }, "Expired"),
        (Fault::TlsWrongName { site }, "NotValidForName"),
    ] {
        world.inject(fault.clone()).unwrap();
        let error = https(&world, site, "apps.example.nhs.test").await.unwrap_err();
        assert!(format!("{error:?}").contains(text), "{error:?}");
        world.lift(fault.name()).unwrap();
    }
    assert!(https(&world, site, "apps.example.nhs.test").await.is_ok());
}

#[tokio::test]
async fn the_gateway_has_a_certificate_of_its_own_name() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let reply = https(&world, Site::Gateway, Site::Gateway.host()).await.unwrap();
    assert_eq!(reply.unwrap().status, 403);
    assert!(
        https(&world, Site::Gateway, "apps.example.nhs.test")
            .await
            .is_err()
    );
}
