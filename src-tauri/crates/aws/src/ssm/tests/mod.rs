#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;
use switchback_model::{CheckId, CheckKind, CheckSpec, Image, Parameter, ParameterWish, SetParameter};

use super::ParameterChange;
use crate::Bound;
use crate::tests::aws;

mod between;
mod looked;
mod requests;
mod secure;

const NAME: &str = "/tis/usermanagement/profiles";

fn image(value: &str) -> Image {
    Image::Parameter {
        name: NAME.to_owned(),
        content: Box::new(Parameter {
            kind: "String".to_owned(),
            tier: "Standard".to_owned(),
            data_type: "text".to_owned(),
            value: value.to_owned(),
            description: Some("Profiles".to_owned()),
            key_id: None,
            allowed_pattern: None,
        }),
    }
}

fn with(value: &str, change: impl Fn(&mut Parameter)) -> Image {
    let Image::Parameter { name, mut content } = image(value) else {
        unreachable!()
    };
    change(&mut content);
    Image::Parameter { name, content }
}

fn set(value: &str) -> Bound<ParameterChange> {
    Bound::new(
        aws("http://127.0.0.1:9"),
        ParameterChange(SetParameter {
            name: NAME.to_owned(),
            wish: ParameterWish::Value(value.to_owned()),
            secure: false,
        }),
    )
}

fn append(items: &[&str]) -> Bound<ParameterChange> {
    let items = items.iter().map(|item| (*item).to_owned());
    Bound::new(
        aws("http://127.0.0.1:9"),
        ParameterChange(SetParameter {
            name: NAME.to_owned(),
            wish: ParameterWish::Append(items.collect()),
            secure: false,
        }),
    )
}

fn told(kind: &str, value: &str) -> (u16, String) {
    let parameter = json!({"Name": NAME, "Type": kind, "Value": value, "Version": 3, "DataType": "text"});
    (200, json!({ "Parameter": parameter }).to_string())
}

fn spec() -> CheckSpec {
    CheckSpec {
        id: CheckId::new("profiles").unwrap(),
        title: "Profiles".to_owned(),
        kind: CheckKind::Identity,
        believable_s: 60,
        within_s: None,
        mend: None,
    }
}

fn refusal(code: &str) -> (u16, String) {
    (400, json!({"__type": code, "message": "no"}).to_string())
}
