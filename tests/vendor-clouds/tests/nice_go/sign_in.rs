//! A client of the user pool: the other side of SRP, written from the client's formulas.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use num_bigint::BigUint;
use postern_vendor_clouds::{
    Config, DEMO_EMAIL, DEMO_PASSWORD, DoorTimings, NiceGoCloud, RunningCloud, Vendor,
};
use reqwest::Client;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// RFC 5054, appendix A: 3072 bits.
const PRIME: &str = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD\
EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F\
83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510\
15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C\
BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";
const TIMESTAMP: &str = "Sun Nov 2 15:20:44 UTC 2026";

/// The pool as a client finds it.
pub(crate) struct Pool {
    pub(crate) base: String,
    pub(crate) client_id: String,
    name: String,
}

pub(crate) fn client() -> Client {
    Client::builder()
        .no_proxy()
        .build()
        .expect("a client can be made")
}

pub(crate) async fn cloud() -> RunningCloud {
    NiceGoCloud::start(Config {
        timings: DoorTimings::fast(),
        ..Vendor::NiceGo.demo()
    })
    .await
    .expect("a cloud starts on a free port")
}

impl Pool {
    pub(crate) async fn of(cloud: &RunningCloud) -> Self {
        let base = cloud.base_url().to_owned();
        let told = client().get(format!("{base}/endpoints")).send().await;
        let told: Value = told
            .expect("it answers")
            .json()
            .await
            .expect("it answers in JSON");
        let config = &told["endpoints"]["Config"];
        let text = |name: &str| config[name].as_str().expect("it is text").to_owned();
        let (_, name) = text("UserPoolId")
            .split_once('_')
            .map(|(region, name)| (region.to_owned(), name.to_owned()))
            .expect("a region and a name");
        Self {
            base,
            client_id: text("ClientId"),
            name,
        }
    }

    /// What the pool answers to this call.
    pub(crate) async fn call(&self, operation: &str, body: &Value) -> (u16, Value) {
        let sent = client()
            .post(&self.base)
            .header(
                "x-amz-target",
                format!("AWSCognitoIdentityProviderService.{operation}"),
            )
            .header("content-type", "application/x-amz-json-1.1")
            .body(body.to_string());
        let answer = sent.send().await.expect("the pool answers");
        let status = answer.status().as_u16();
        (status, answer.json().await.expect("it answers in JSON"))
    }

    /// The first call of a login, and the client's secret.
    pub(crate) async fn begin(&self, email: &str) -> (u16, Value, BigUint) {
        let own = BigUint::from_bytes_be(&[0x5a; 128]);
        let public = BigUint::from(2_u8).modpow(&own, &prime()).to_str_radix(16);
        let (status, answer) = self
            .call(
                "InitiateAuth",
                &json!({
                    "AuthFlow": "USER_SRP_AUTH",
                    "ClientId": self.client_id,
                    "AuthParameters": { "USERNAME": email, "SRP_A": public },
                }),
            )
            .await;
        (status, answer, own)
    }

    /// The second call: what `password` makes of the challenge.
    pub(crate) fn proof(&self, challenge: &Value, own: &BigUint, password: &str) -> Value {
        let given = &challenge["ChallengeParameters"];
        let text = |name: &str| given[name].as_str().expect("it is text");
        let number = |name: &str| BigUint::parse_bytes(text(name).as_bytes(), 16).expect("it is a number");
        let (prime, g, user) = (prime(), BigUint::from(2_u8), text("USER_ID_FOR_SRP"));
        let offer = number("SRP_B");
        let identity = Sha256::digest(format!("{}{user}:{password}", self.name));
        let x = hash(&[&signed(&number("SALT")), &identity]);
        let u = hash(&[&signed(&g.modpow(own, &prime)), &signed(&offer)]);
        let k = hash(&[&signed(&prime), &[2]]);
        let base = (&offer + &prime - (k * g.modpow(&x, &prime)) % &prime) % &prime;
        let shared = base.modpow(&(own + &u * &x), &prime);
        let mut key = [0; 16];
        Hkdf::<Sha256>::new(Some(&signed(&u)), &signed(&shared))
            .expand(b"Caldera Derived Key", &mut key)
            .expect("it is short");
        let block = STANDARD.decode(text("SECRET_BLOCK")).expect("it is base64");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length will do");
        for part in [
            self.name.as_bytes(),
            user.as_bytes(),
            &block,
            TIMESTAMP.as_bytes(),
        ] {
            mac.update(part);
        }
        json!({
            "ChallengeName": "PASSWORD_VERIFIER",
            "ClientId": self.client_id,
            "ChallengeResponses": {
                "USERNAME": text("USERNAME"),
                "TIMESTAMP": TIMESTAMP,
                "PASSWORD_CLAIM_SECRET_BLOCK": text("SECRET_BLOCK"),
                "PASSWORD_CLAIM_SIGNATURE": STANDARD.encode(mac.finalize().into_bytes()),
            },
        })
    }

    /// A whole login.
    pub(crate) async fn log_in(&self, email: &str, password: &str) -> (u16, Value) {
        let (status, challenge, own) = self.begin(email).await;
        if status != 200 {
            return (status, challenge);
        }
        let proof = self.proof(&challenge, &own, password);
        self.call("RespondToAuthChallenge", &proof).await
    }

    /// New tokens for an old one.
    pub(crate) async fn refresh(&self, token: &str) -> (u16, Value) {
        let body = json!({
            "AuthFlow": "REFRESH_TOKEN_AUTH",
            "ClientId": self.client_id,
            "AuthParameters": { "REFRESH_TOKEN": token },
        });
        self.call("InitiateAuth", &body).await
    }

    /// The tokens of the homeowner.
    pub(crate) async fn tokens(&self) -> Value {
        let (status, answer) = self.log_in(DEMO_EMAIL, DEMO_PASSWORD).await;
        assert_eq!(status, 200, "{answer}");
        answer["AuthenticationResult"].clone()
    }
}

fn prime() -> BigUint {
    BigUint::parse_bytes(PRIME.as_bytes(), 16).expect("it is a number")
}

/// As big-endian bytes of a signed number.
fn signed(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes[0] >= 0x80 {
        bytes.insert(0, 0);
    }
    bytes
}

fn hash(parts: &[&[u8]]) -> BigUint {
    BigUint::from_bytes_be(&Sha256::digest(parts.concat()))
}
