//! What a browser gets from the distribution.

use http::Method;

use super::edge::EDGES;
use super::part::Answered;
use crate::aws::cloudfront::{self, DISTRIBUTION_DOMAIN, row_of};
use crate::clock::http_date;
use crate::core::Core;
use crate::faults::App;
use crate::http::{self as web, Answer, Dropped};

/// The edges, as `x-amz-cf-pop` names them.
const PLACES: [&str; EDGES] = ["LHR50-P1", "MAN51-C2"];

/// What the edges of a disabled distribution say.
pub(crate) const DISABLED: &str = "The distribution is disabled.";

/// Answers a request, by the edge whose turn it is.
pub(crate) fn serve(core: &Core, method: &Method, path: &str) -> Result<Answer, Dropped> {
    let edge = core.edge_turn() % EDGES;
    if core.read(|state| !cloudfront::is_enabled(row_of(App::Reval), &state.faults)) {
        return Ok(refused(edge, DISABLED));
    }
    // As its allowed methods say (CloudFront developer guide, "Allowed HTTP methods").
    if method != Method::GET && method != Method::HEAD {
        return Ok(refused(
            edge,
            "This distribution is not configured to allow the HTTP request method that was used for this request. The \
             distribution supports only cachable requests.",
        ));
    }
    let now = core.now_ms();
    let answered = core.read(|state| {
        let (_, reval) = state.edges_at(now);
        reval.answers(edge, path, now)
    });
    let answered = match answered.fetched_ms {
        Some(_) => answered,
        // Only a copy that is fetched changes the state.
        None => core
            .change(|state| state.reval.fetch(edge, path, now))
            .map_err(|error| {
                tracing::error!(%error, "what an edge fetched could not be saved");
                Dropped
            })?,
    };
    Ok(answer(edge, &answered, now))
}

fn answer(edge: usize, answered: &Answered, now_ms: i64) -> Answer {
    let (kind, body) = answered.said.content().unwrap_or(("text/html", ""));
    let mut answer = web::answer(200, kind, body);
    web::set(
        &mut answer,
        "etag",
        &format!("\"{}\"", &super::build::sha1(body)[..32]),
    );
    web::set(&mut answer, "server", "AmazonS3");
    // A page in the place of a file says so (CloudFront developer guide, "Standard log file fields",
    // `x-edge-result-type`).
    let cache = match (answered.fallback, answered.fetched_ms) {
        (true, _) => "Error from cloudfront",
        (false, Some(_)) => "Hit from cloudfront",
        (false, None) => "Miss from cloudfront",
    };
    if let Some(fetched) = answered.fetched_ms {
        let age = now_ms.saturating_sub(fetched).max(0).div_euclid(1_000);
        web::set(&mut answer, "age", &age.to_string());
    }
    web::set(&mut answer, "last-modified", &http_date(answered.said.built_ms()));
    passed(answer, edge, cache)
}

/// What the edge itself says no to.
fn refused(edge: usize, why: &str) -> Answer {
    passed(refusal(why), edge, "Error from cloudfront")
}

/// What an edge says in the place of an answer, whichever edge it is.
pub(crate) fn refusal(why: &str) -> Answer {
    let body = format!(
        "<!DOCTYPE HTML>\n<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY>\n\
         <H1>403 ERROR</H1>\n<H2>The request could not be satisfied.</H2>\n{why}\n</BODY></HTML>\n"
    );
    let mut answer = web::answer(403, "text/html", body);
    web::set(&mut answer, "server", "CloudFront");
    answer
}

/// What every answer through an edge has.
fn passed(mut answer: Answer, edge: usize, cache: &str) -> Answer {
    web::set(&mut answer, "x-cache", cache);
    web::set(
        &mut answer,
        "via",
        &format!("1.1 {DISTRIBUTION_DOMAIN} (CloudFront)"),
    );
    web::set(&mut answer, "x-amz-cf-pop", PLACES[edge % EDGES]);
    web::set(
        &mut answer,
        "x-amz-cf-id",
        &uuid::Uuid::new_v4().simple().to_string(),
    );
    answer
}
