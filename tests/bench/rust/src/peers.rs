//! Peers, and limits that nobody can beat.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::TcpStream,
    sync::{Arc, Mutex},
};

use aws_lc_rs::{hmac, rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
};

use crate::{
    contestants::{by, file, setting},
    rounds::Contestant,
};

pub(crate) const WEBHOOK_SECRET: &str = "It's a Secret to Everybody";

/// The signature of a JWT's bytes, without a JWT.
pub(crate) fn signature() -> Box<dyn Contestant> {
    let key = PrivateKeyDer::from_pem_slice(&file("BENCH_KEY")).unwrap();
    let pair = match &key {
        PrivateKeyDer::Pkcs8(key) => KeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap(),
        key => KeyPair::from_der(key.secret_der()).unwrap(),
    };
    let pair = Arc::new(pair);
    by(move |_| {
        let pair = Arc::clone(&pair);
        let (random, mut signature) = (SystemRandom::new(), vec![0; pair.public_modulus_len()]);
        Box::new(move || {
            pair.sign(&RSA_PKCS1_SHA256, &random, &[b'x'; 200], &mut signature).unwrap();
        })
    })
}

/// With a key that was read once.
pub(crate) fn jsonwebtoken() -> Box<dyn Contestant> {
    let key = jsonwebtoken::EncodingKey::from_rsa_pem(&file("BENCH_KEY")).unwrap();
    by(move |_| {
        let key = key.clone();
        let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
        let claims = serde_json::json!({ "iat": 1, "exp": 2, "iss": "75" });
        Box::new(move || drop(jsonwebtoken::encode(&header, &claims, &key).unwrap()))
    })
}

pub(crate) fn map() -> Box<dyn Contestant> {
    let map = HashMap::from([("14".to_owned(), Arc::<str>::from("ghs_".to_owned()))]);
    let map = Arc::new(Mutex::new(map));
    by(move |_| {
        let map = Arc::clone(&map);
        Box::new(move || drop(std::hint::black_box(map.lock().unwrap().get("14").cloned())))
    })
}

/// What the platform can do: the bytes of a minting, and a read to the answer's last byte.
pub(crate) fn socket() -> Box<dyn Contestant> {
    by(|number| {
        let mut stream = connect();
        let request = format!(
            "POST /app/installations/{number}/access_tokens HTTP/1.1\r\nhost: localhost\r\n\
             authorization: Bearer {}\r\naccept: application/vnd.github+json\r\n\
             user-agent: bench\r\ncontent-length: 0\r\n\r\n",
            "j".repeat(400)
        );
        let mut buffer = vec![0; 4096];
        Box::new(move || {
            stream.write_all(request.as_bytes()).unwrap();
            let mut len = 0;
            while !buffer[..len].ends_with(b"\"all\"}") {
                len += stream.read(&mut buffer[len..]).unwrap();
            }
        })
    })
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

fn connect() -> Box<dyn Stream> {
    let url = setting("BENCH_URL");
    let (scheme, address) = url.split_once("://").unwrap();
    let port = address.rsplit(':').next().unwrap();
    let socket = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    socket.set_nodelay(true).unwrap();
    if scheme == "http" {
        return Box::new(socket);
    }
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&file("BENCH_CA")).unwrap()).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let tls = ClientConnection::new(Arc::new(config), name).unwrap();
    Box::new(StreamOwned::new(tls, socket))
}

fn client() -> reqwest::blocking::Client {
    let root = reqwest::Certificate::from_pem(&file("BENCH_CA")).unwrap();
    reqwest::blocking::Client::builder().no_proxy().tls_certs_merge([root]).build().unwrap()
}

pub(crate) fn reqwest_mint() -> Box<dyn Contestant> {
    let client = client();
    by(move |number| {
        let client = client.clone();
        let url = format!("{}/app/installations/{number}/access_tokens", setting("BENCH_URL"));
        let jwt = format!("Bearer {}", "j".repeat(400));
        Box::new(move || {
            let request = client.post(&url).header("authorization", &jwt);
            let reply = request.header("accept", "application/vnd.github+json").send().unwrap();
            assert!(reply.bytes().unwrap().ends_with(b"\"all\"}"));
        })
    })
}

pub(crate) fn reqwest_call(path: &'static str) -> Box<dyn Contestant> {
    let client = client();
    by(move |_| {
        let client = client.clone();
        let url = format!("{}{path}", setting("BENCH_URL"));
        Box::new(move || {
            let request = client.get(&url).header("authorization", "Bearer ghs_0");
            assert!(request.send().unwrap().bytes().unwrap().len() > 1000);
        })
    })
}

/// It has no cache that a caller can empty; `installation_and_token` mints each time.
pub(crate) fn octocrab_mint() -> Box<dyn Contestant> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let runtime = Arc::new(runtime);
    let octocrab = {
        let _guard = runtime.enter();
        let key = key_of_octocrab();
        let url = setting("BENCH_URL");
        octocrab::Octocrab::builder().app(75.into(), key).base_uri(url).unwrap().build().unwrap()
    };
    by(move |number| {
        let (runtime, octocrab) = (Arc::clone(&runtime), octocrab.clone());
        let id = octocrab::models::InstallationId(number as u64 + 1);
        Box::new(move || {
            runtime.block_on(octocrab.installation_and_token(id)).unwrap();
        })
    })
}

fn key_of_octocrab() -> jsonwebtoken_of_octocrab::EncodingKey {
    jsonwebtoken_of_octocrab::EncodingKey::from_rsa_pem(&file("BENCH_KEY")).unwrap()
}

pub(crate) fn signature_of(payload: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, WEBHOOK_SECRET.as_bytes());
    let hex: String =
        hmac::sign(&key, payload).as_ref().iter().map(|it| format!("{it:02x}")).collect();
    format!("sha256={hex}")
}

pub(crate) fn hmac(payload: Vec<u8>) -> Box<dyn Contestant> {
    by(move |_| {
        let payload = payload.clone();
        Box::new(move || {
            let key = hmac::Key::new(hmac::HMAC_SHA256, WEBHOOK_SECRET.as_bytes());
            std::hint::black_box(hmac::sign(&key, &payload));
        })
    })
}
