#![expect(clippy::unwrap_used, reason = "tests")]

use crate::tests::server::Play;

mod invalidated;
mod led;

const NS: &str = "xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"";

fn answer(body: &str) -> Play {
    Play::Answer(200, format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}"))
}

fn distribution(enabled: bool) -> Play {
    answer(&format!(
        "<Distribution {NS}><Id>E1EXAMPLE</Id><ARN>arn</ARN><Status>Deployed</Status>\
         <DistributionConfig><CallerReference>x</CallerReference><Aliases><Quantity>2</Quantity><Items>\
         <CNAME>reval.example.nhs.test</CNAME><CNAME>a.example.nhs.test</CNAME></Items></Aliases>\
         <Comment></Comment><Enabled>{enabled}</Enabled></DistributionConfig></Distribution>"
    ))
}

const OURS: &str = "<ACMCertificateArn>arn:aws:acm:us-east-1:123456789012:certificate/c</ACMCertificateArn>";
