//! Tokens that prove nothing, made by somebody who has everything but what it takes: even the issuer's own key, for tokens that it
//! would never sign.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_http::token::issue::SigningKey;
use postern_local::DataPlace;
use ring::hmac;
use serde_json::{Value, json};
use tempfile::TempDir;

use postern_end_to_end::stage::{Stage, config};

use crate::{
    routes::{Api, Ids, Route, routes},
    wire::{Reply, Wire, send},
};

/// A stage with an armed delivery, and the issuer's own signing key, as a thief of it would have.
pub(crate) struct Thief {
    pub(crate) stage: Stage,
    pub(crate) wire: Wire,
    pub(crate) ids: Ids,
    pub(crate) table: Vec<Route>,
    pub(crate) key: SigningKey,
    _folder: TempDir,
}

impl Thief {
    pub(crate) async fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config();
        config.data = DataPlace::Folder(folder.path().to_owned());
        let stage = Stage::with(config).await;
        let armed = stage.armed("PARCEL-1").await;
        let ids = Ids::of(&stage, armed.id).await;
        // The issuer's key, for tokens that nobody but it could sign and it never would.
        let pkcs8 = std::fs::read(folder.path().join("issuer-key.json")).unwrap();
        Self {
            wire: Wire::new(&stage.local),
            table: routes(&ids, &armed),
            stage,
            ids,
            key: SigningKey::from_pkcs8(pkcs8.into()).unwrap(),
            _folder: folder,
        }
    }

    /// Every operation that needs a token.
    pub(crate) fn guarded(&self) -> impl Iterator<Item = &Route> {
        self.table.iter().filter(|route| !route.is_public())
    }

    pub(crate) async fn with(&self, route: &Route, what: &str, token: &str) -> Reply {
        let request = self.wire.without_token(route, &self.ids).bearer_auth(token);
        send(format!("{} {what}", route.name()), request).await
    }

    /// The claims of the token that is good at an API.
    pub(crate) fn claims(&self, api: Api) -> Value {
        let payload = self.wire.token(api).split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
    }
}

fn other(api: Api) -> Api {
    match api {
        Api::Carriers => Api::Customers,
        Api::Customers => Api::Carriers,
    }
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token that its own header says is signed with the issuer's public key, as a shared secret.
fn confused(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let signed = format!("{}.{}", part(header), part(claims));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// Tokens that prove nothing, with what is wrong with each.
pub(crate) fn worthless(scene: &Thief, api: Api) -> Vec<(String, String)> {
    let (good, claims) = (scene.wire.token(api), scene.claims(api));
    let (key, thief) = (&scene.key, SigningKey::generate().unwrap());
    let jwks = scene.stage.local.issuer().jwks();
    let jwk = &jwks["keys"][0];
    let parts: Vec<&str> = good.split('.').collect();
    let header = |alg: &str, kid: &str| json!({"alg": alg, "typ": "at+jwt", "kid": kid});
    let signed = |header: &Value, claims: &Value| key.sign_with(header, claims).unwrap();
    let with = |name: &str, value: Value| {
        let mut changed = claims.clone();
        changed[name] = value;
        key.sign(&changed).unwrap()
    };
    let without = |name: &str| {
        let mut changed = claims.clone();
        changed.as_object_mut().unwrap().remove(name);
        key.sign(&changed).unwrap()
    };
    let mut grander = claims.clone();
    grander["sub"] = json!("somebody-else");
    let own_jwk = json!({"alg": "ES256", "kid": thief.id(), "jwk": thief.jwks()["keys"][0]});
    let elsewhere = json!({"alg": "ES256", "kid": thief.id(), "jku": "https://thief.example/jwks.json"});
    let critical = json!({"alg": "ES256", "kid": key.id(), "crit": ["exp"]});
    let none = |name: &str| format!("{}.{}.", part(&header(name, key.id())), part(&claims));
    let hs256 = |secret: &[u8]| confused(&header("HS256", key.id()), &claims, secret);
    let as_es256 = |secret: &[u8]| confused(&header("ES256", key.id()), &claims, secret);
    let x = jwk["x"].as_str().unwrap();
    let later = scene.stage.local.platform.now().as_second() + 3_600;
    let tokens = [
        ("garbage", "garbage".to_owned()),
        ("an empty token", String::new()),
        ("three empty parts", "..".to_owned()),
        ("a token too long", "a".repeat(9_000)),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("a stripped signature", format!("{}.{}.", parts[0], parts[1])),
        ("four parts", format!("{good}.{}", parts[2])),
        (
            "changed claims",
            format!("{}.{}.{}", parts[0], part(&grander), parts[2]),
        ),
        (
            "another's signature",
            thief.sign_with(&header("ES256", key.id()), &claims).unwrap(),
        ),
        ("an unknown key", thief.sign(&claims).unwrap()),
        ("a key of its own", thief.sign_with(&own_jwk, &claims).unwrap()),
        (
            "a key from elsewhere",
            thief.sign_with(&elsewhere, &claims).unwrap(),
        ),
        (
            "no key id",
            signed(&json!({"alg": "ES256", "typ": "at+jwt"}), &claims),
        ),
        (
            "no algorithm",
            signed(&json!({"typ": "at+jwt", "kid": key.id()}), &claims),
        ),
        ("alg none", none("none")),
        ("alg nOnE", none("nOnE")),
        ("HS256 with the public key", hs256(x.as_bytes())),
        (
            "HS256 with the public key's bytes",
            hs256(&URL_SAFE_NO_PAD.decode(x).unwrap()),
        ),
        ("HS256 with the key as JSON", hs256(jwk.to_string().as_bytes())),
        ("HS256 with nothing", hs256(b"")),
        ("a tag for a signature", as_es256(x.as_bytes())),
        ("RS256", signed(&header("RS256", key.id()), &claims)),
        ("a critical extension", signed(&critical, &claims)),
        (
            "an ID token",
            signed(
                &json!({"alg": "ES256", "typ": "id+jwt", "kid": key.id()}),
                &claims,
            ),
        ),
        ("another issuer", with("iss", json!("https://issuer.example"))),
        (
            "the issuer with a slash",
            with("iss", json!(format!("{}/", claims["iss"].as_str().unwrap()))),
        ),
        ("another audience", with("aud", json!("somebody"))),
        ("no audience", without("aud")),
        ("several other audiences", with("aud", json!(["one", "two"]))),
        ("no issuer", without("iss")),
        ("no expiry", without("exp")),
        ("an expiry in words", with("exp", json!("never"))),
        ("no subject", without("sub")),
        ("an empty subject", with("sub", json!(""))),
        ("a token of the future", with("nbf", json!(later))),
        ("an issue in the future", with("iat", json!(later))),
        (
            "scopes in a list",
            with("scope", json!(["household", "deliveries:read"])),
        ),
        ("the other API's token", scene.wire.token(other(api)).to_owned()),
    ];
    tokens.map(|(what, token)| (format!("with {what}"), token)).into()
}
