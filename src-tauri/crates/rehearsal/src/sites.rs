//! The sites: one loopback port each, for http and https alike. The old and the new side hand what is below
//! `/usermanagement` to the gateway, as one host serves several applications; the gateway itself answers under a name
//! of its own, too, and under two others as the guarded APIs. Reval and the new side stand behind CloudFront.

use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::aws::apigateway::API_STAGE;
use crate::aws::cloudfront;
use crate::core::Core;
use crate::faults::{Fault, Site};
use crate::http::{self as web, Answer, Dropped};
use crate::{adminsui, gateway, guardedapi, reval, usermanagement};

/// The first byte of a TLS handshake; no HTTP method starts with it.
const TLS_HANDSHAKE: u8 = 0x16;
/// A client that says nothing for this long is let go.
const PATIENCE: Duration = Duration::from_secs(30);

/// Serves a site for ever.
pub(crate) async fn serve(core: Arc<Core>, site: Site, tls: Arc<ServerConfig>, listener: TcpListener) {
    web::accept(listener, move |stream| {
        connection(Arc::clone(&core), site, Arc::clone(&tls), stream)
    })
    .await;
}

async fn connection(core: Arc<Core>, site: Site, tls: Arc<ServerConfig>, stream: TcpStream) {
    if core.read(|s| s.faults.contains(&Fault::SiteRefused { site })) {
        return;
    }
    let mut first = [0];
    let peeked = tokio::time::timeout(PATIENCE, stream.peek(&mut first)).await;
    if !matches!(peeked, Ok(Ok(1))) {
        return;
    }
    let respond = |request| respond(Arc::clone(&core), site, request);
    if first == [TLS_HANDSHAKE] {
        match tokio::time::timeout(PATIENCE, TlsAcceptor::from(tls).accept(stream)).await {
            Ok(Ok(stream)) => web::serve_connection(stream, respond).await,
            Ok(Err(error)) => tracing::debug!(%site, %error, "a TLS handshake failed"),
            Err(_) => {}
        }
    } else {
        web::serve_connection(stream, respond).await;
    }
}

async fn respond(core: Arc<Core>, site: Site, request: Request<Incoming>) -> Result<Answer, Dropped> {
    core.came_to_a_site();
    let (refused, down, slow) = core.read(|state| {
        let slow = state.faults.iter().find_map(|f| match f {
            Fault::SiteSlow { site: of, ms } if *of == site => Some(*ms),
            _ => None,
        });
        (
            state.faults.contains(&Fault::SiteRefused { site }),
            state.faults.contains(&Fault::SiteDown { site }),
            slow,
        )
    });
    // A kept-alive connection must feel the fault too.
    if refused {
        return Err(Dropped);
    }
    if let Some(ms) = slow {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    let mut answer = if down {
        web::answer(503, "text/plain; charset=utf-8", "Service unavailable\n")
    } else if let Some(refused) = (site == Site::New).then(|| adminsui::refused(&core)).flatten() {
        refused
    } else if let Some(api) = guardedapi::of(&request).filter(|_| site == Site::Gateway) {
        guardedapi::serve(&core, api, request).await?
    } else {
        let path = request.uri().path();
        let leads = site != Site::New || core.read(|state| cloudfront::is_routed(path, &state.faults));
        match application(site, path).filter(|_| leads) {
            Some(segments) => gateway::serve(&core, site, request, &segments).await?,
            None if site == Site::Reval => reval::serve(&core, request.method(), request.uri().path())?,
            None if site == Site::New => adminsui::file(&core, request.uri().path()),
            None => page(site, request.uri().path()),
        }
    };
    web::date(&mut answer, core.now_ms());
    // What Reval's origin has says nothing of caching, which is why the edges keep it as long as they do.
    if down || site != Site::Reval {
        web::set(&mut answer, "cache-control", "no-store");
    }
    Ok(answer)
}

/// The segments below user management, where the path is one of its own; Reval's host has no such application.
fn application(site: Site, path: &str) -> Option<Vec<String>> {
    let segments = usermanagement::segments(path);
    let mut below = segments.iter();
    let is_there = match site {
        Site::Old | Site::New => true,
        // Under its own name, the gateway has its stages before everything.
        Site::Gateway => below.next().is_some_and(|first| first == API_STAGE),
        Site::Reval => false,
    };
    let is_there = is_there && below.next().is_some_and(|first| first == usermanagement::CONTEXT);
    is_there.then(|| below.cloned().collect())
}

fn page(site: Site, path: &str) -> Answer {
    if site == Site::Gateway {
        return gateway::nothing_there();
    }
    let build = site.build();
    match path {
        "/version.json" => web::answer(200, "application/json", format!("{{\"build\":\"{build}\"}}")),
        "/" => web::answer(
            200,
            "text/html; charset=utf-8",
            format!(
                "<!doctype html><html lang=\"en\"><title>Rehearsal: {site} side</title>\
                 <h1>This is the {site} side</h1><p>Build {build}</p></html>\n"
            ),
        ),
        _ => web::answer(404, "text/plain; charset=utf-8", "Not found\n"),
    }
}
