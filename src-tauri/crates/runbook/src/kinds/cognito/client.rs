//! `cognito.client`.

use switchback_model::CheckKind;
use switchback_model::cognito::{ClientExpectation, PoolExpectation};

use super::{POOL_ID, pool};
use crate::kinds::Authored;
use crate::kinds::key::{Key, Shape, written};
use crate::reader::{Reader, Table};

/// The flows that an app client may allow (API reference, CreateUserPoolClient, ExplicitAuthFlows).
const ALLOWED: &[(&str, &str)] = &[
    ("ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"),
    ("ALLOW_CUSTOM_AUTH", "ALLOW_CUSTOM_AUTH"),
    ("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"),
    ("ALLOW_USER_AUTH", "ALLOW_USER_AUTH"),
    ("ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH"),
    ("ALLOW_USER_SRP_AUTH", "ALLOW_USER_SRP_AUTH"),
];

const CLIENT_ID: Key = Key::needed(
    "client_id",
    Shape::Text,
    "The app client's id",
    "\"1example23456789\"",
);
const FLOWS: Key = Key::needed(
    "flows",
    Shape::Words(|| written(ALLOWED)),
    "Exactly these authentication flows",
    "[\"ALLOW_USER_PASSWORD_AUTH\", \"ALLOW_REFRESH_TOKEN_AUTH\"]",
);
const CALLBACK_URLS: Key = Key::needed(
    "callback_urls",
    Shape::Texts,
    "Exactly these callback URLs",
    "[\"https://apps.example.nhs.test/signed-in\"]",
);
const LOGOUT_URLS: Key = Key::needed(
    "logout_urls",
    Shape::Texts,
    "Exactly these sign-out URLs",
    "[\"https://apps.example.nhs.test/\"]",
);
const SECRET: Key = Key::optional(
    "secret",
    Shape::Flag,
    "Whether the client has a secret; false where left out",
    "false",
);
const PROVIDERS: Key = Key::optional(
    "providers",
    Shape::Texts,
    "Identity providers that it offers at least; COGNITO where left out",
    "[\"COGNITO\"]",
);

pub(crate) struct Client;

impl Authored for Client {
    type Spec = CheckKind;
    const SAYS: &'static str =
        "An app client signs people in by authorisation code, with these flows, URLs and providers";
    const KEYS: &'static [Key] = &[
        POOL_ID,
        CLIENT_ID,
        FLOWS,
        CALLBACK_URLS,
        LOGOUT_URLS,
        SECRET,
        PROVIDERS,
    ];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        pool(r, t, client)
    }
}

fn client(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<PoolExpectation> {
    let client_id = r.must(t, CLIENT_ID.name, Reader::text);
    let flows = r.must(t, FLOWS.name, |r, item| r.words(item, ALLOWED));
    let callback_urls = r.must(t, CALLBACK_URLS.name, Reader::set);
    let logout_urls = r.must(t, LOGOUT_URLS.name, Reader::set);
    let secret = r.optional(t, SECRET.name, Reader::boolean);
    let providers = r.optional(t, PROVIDERS.name, Reader::set);
    Some(PoolExpectation::Client(ClientExpectation {
        client_id: client_id?,
        flows: flows?,
        callback_urls: callback_urls?,
        logout_urls: logout_urls?,
        secret: secret?.unwrap_or(false),
        providers: providers?.unwrap_or_else(|| vec!["COGNITO".to_owned()]),
    }))
}
