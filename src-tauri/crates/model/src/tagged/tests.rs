#![expect(clippy::unwrap_used, reason = "tests")]

use serde::{Deserialize, Serialize};
use serde_json::json;

/// The same enum twice: read and written by serde's own code, and by ours.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Serdes {
    Nothing,
    Something {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        word: Option<String>,
        list: Vec<u32>,
    },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
enum Ours {
    Nothing,
    Something {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        word: Option<String>,
        list: Vec<u32>,
    },
}

impl Serialize for Ours {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, super::Writer::new(serializer, "kind"))
    }
}

impl<'de> Deserialize<'de> for Ours {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(super::Reader::new(deserializer, "kind"))
    }
}

impl From<Serdes> for Ours {
    fn from(other: Serdes) -> Self {
        match other {
            Serdes::Nothing => Self::Nothing,
            Serdes::Something { word, list } => Self::Something { word, list },
        }
    }
}

#[test]
fn reads_what_serde_reads_wherever_the_tag_stands() {
    for text in [
        r#"{"kind":"nothing"}"#,
        r#"{"kind":"nothing","more":[1,{"deep":null}]}"#,
        r#"{"more":1,"kind":"nothing"}"#,
        r#"{"kind":"something","list":[1,2]}"#,
        r#"{"kind":"something","word":"a\u00e9\n","list":[],"more":true}"#,
        r#"{"list":[3],"kind":"something","word":null}"#,
        r#" { "list" : [ 3 ] , "word" : "x" , "kind" : "something" } "#,
    ] {
        let serdes: Serdes = serde_json::from_str(text).unwrap();
        let ours: Ours = serde_json::from_str(text).unwrap();
        assert_eq!(ours, serdes.into(), "{text}");
        let ours_again: Ours = serde_json::from_slice(text.as_bytes()).unwrap();
        let through_a_tree: Ours = serde_json::from_value(serde_json::from_str(text).unwrap()).unwrap();
        assert_eq!(ours, ours_again);
        assert_eq!(ours, through_a_tree);
    }
}

#[test]
fn refuses_what_serde_refuses() {
    for text in [
        "{}",
        "null",
        r#""nothing""#,
        r#"{"nothing":null}"#,
        r#"{"word":"x"}"#,
        r#"{"kind":"other"}"#,
        r#"{"word":"x","kind":"other"}"#,
        r#"{"kind":7}"#,
        r#"{"kind":"something"}"#,
        r#"{"word":"x","kind":"something"}"#,
        r#"{"kind":"something","list":["a"]}"#,
        r#"{"kind":"nothing""#,
        r#"{"kind":"nothing"} more"#,
    ] {
        assert!(
            serde_json::from_str::<Serdes>(text).is_err(),
            "serde reads {text}"
        );
        assert!(serde_json::from_str::<Ours>(text).is_err(), "ours reads {text}");
    }
}

#[test]
fn writes_the_bytes_that_serde_writes() {
    for (serdes, ours) in [
        (Serdes::Nothing, Ours::Nothing),
        (
            Serdes::Something {
                word: None,
                list: vec![1],
            },
            Ours::Something {
                word: None,
                list: vec![1],
            },
        ),
        (
            Serdes::Something {
                word: Some("\"é\n".to_owned()),
                list: vec![],
            },
            Ours::Something {
                word: Some("\"é\n".to_owned()),
                list: vec![],
            },
        ),
    ] {
        let text = serde_json::to_string(&ours).unwrap();
        assert_eq!(text, serde_json::to_string(&serdes).unwrap());
        assert_eq!(serde_json::to_value(&ours).unwrap(), json!(serdes));
    }
}
