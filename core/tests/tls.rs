//! A handshake that fails names its cause, and what to do about it; nothing is repeated.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::Arc,
    thread,
};

use appmint_core::{App, AppBuilder, Error, ErrorKind, Reason};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair,
    date_time_ymd,
};
use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
};

type Authority = CertifiedIssuer<'static, KeyPair>;

/// A certificate with its key.
struct Identity {
    certificate: Certificate,
    key: KeyPair,
}

impl Identity {
    fn key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.serialize_der()).into()
    }
}

fn parameters(host: &str) -> CertificateParams {
    let mut parameters = CertificateParams::new([host.to_owned()]).unwrap();
    parameters.distinguished_name.push(DnType::CommonName, host);
    parameters
}

fn authority(name: &str) -> Authority {
    let mut parameters = parameters(name);
    parameters.subject_alt_names.clear();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}

fn signed(parameters: &CertificateParams, authority: &Authority) -> Identity {
    let key = KeyPair::generate().unwrap();
    Identity { certificate: parameters.signed_by(&key, authority).unwrap(), key }
}

/// A certificate that signs itself; as `openssl req -x509` makes them, it is that of an authority.
fn self_signed(host: &str, is_authority: bool) -> Identity {
    let mut parameters = parameters(host);
    if is_authority {
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    let key = KeyPair::generate().unwrap();
    Identity { certificate: parameters.self_signed(&key).unwrap(), key }
}

/// A server on this machine that answers every request over TLS with 404. Returns its URL.
fn serve(identity: &Identity, clients: Option<&Authority>) -> String {
    let provider = Arc::new(default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = match clients {
        None => config.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from(authority.der().to_vec())).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            config.with_client_cert_verifier(verifier.unwrap())
        }
    };
    let chain = vec![identity.certificate.der().clone()];
    let config = Arc::new(config.with_single_cert(chain, identity.key()).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let tls = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(tls, connection.unwrap());
            let answer = "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
            let served =
                stream.read(&mut [0; 4096]).and_then(|_| stream.write_all(answer.as_bytes()));
            if served.is_err() {
                let _ = stream.sock.read(&mut [0; 4096]); // so that an alert is not lost by a reset
            }
        }
    });
    format!("https://localhost:{port}")
}

fn app(url: &str) -> AppBuilder {
    App::builder("github").api_url(url).web_url(url).client_id("c").client_secret("s").retries(2)
}

/// The outcome of a request that spends what it sends.
fn outcome(app: AppBuilder) -> Error {
    app.build().unwrap().refresh("ghr_tls").wait().unwrap_err()
}

fn is_answered(error: &Error) -> bool {
    error.status() == Some(404)
}

fn check_cause(app: AppBuilder, message: &str, hint: &str) {
    let error = outcome(app);
    assert_eq!(
        (error.kind(), error.reason()),
        (ErrorKind::Transport, Some(Reason::Tls)),
        "{error}"
    );
    assert!(!error.is_retryable(), "{error}");
    assert!(error.message().contains(message), "{error}");
    assert!(error.hint().is_some_and(|text| text.contains(hint)), "{error}");
    assert!(!error.to_string().contains(['{', '[', '"']), "Debug text: {error}");
}

fn pem(authority: &Authority) -> Vec<u8> {
    authority.pem().into_bytes()
}

#[test]
fn a_certificate_is_refused_for_a_cause_that_is_told() {
    let ours = authority("ours");
    let trusting = |identity: &Identity| app(&serve(identity, None)).root_certificates(pem(&ours));

    let mut expired = parameters("localhost");
    (expired.not_before, expired.not_after) =
        (date_time_ymd(2020, 1, 1), date_time_ymd(2020, 2, 1));
    check_cause(
        trusting(&signed(&expired, &ours)),
        "expired on 2020-02-01T00:00:00Z, and it is 2",
        "Renew",
    );

    let mut early = parameters("localhost");
    (early.not_before, early.not_after) = (date_time_ymd(3020, 1, 1), date_time_ymd(3021, 1, 1));
    check_cause(
        trusting(&signed(&early, &ours)),
        "valid from 3020-01-01T00:00:00Z",
        "this machine's date",
    );

    let other = signed(&parameters("git.corp.example"), &ours);
    check_cause(trusting(&other), "is for git.corp.example", "the name that its certificate has");

    let unknown = signed(&parameters("localhost"), &authority("theirs"));
    check_cause(trusting(&unknown), "an authority that is not trusted", "root_certificates");

    for is_authority in [false, true] {
        let alone = self_signed("localhost", is_authority);
        check_cause(
            trusting(&alone),
            "is signed by itself",
            "this certificate as root_certificates",
        );
    }
}

#[test]
fn a_port_without_tls_is_told_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let _ = connection.unwrap().write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    check_cause(app(&format!("https://localhost:{port}")), "the answer is not TLS", "http://");
}

#[test]
fn a_certificate_that_was_given_is_its_own_root() {
    for is_authority in [false, true] {
        let identity = self_signed("localhost", is_authority);
        let url = serve(&identity, None);
        let forms: [Vec<u8>; 4] = [
            identity.certificate.pem().into(),
            identity.certificate.der().to_vec(),
            format!("\u{feff}{}", identity.certificate.pem()).into(),
            identity.certificate.pem().encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ];
        for form in forms {
            let error = outcome(app(&url).root_certificates(form));
            assert!(is_answered(&error), "{is_authority} {error}");
        }
    }
    let other = self_signed("git.corp.example", true);
    let trusting = app(&serve(&other, None)).root_certificates(other.certificate.pem());
    check_cause(trusting, "is for git.corp.example", "the name that its certificate has");
}

#[test]
fn a_certificate_with_the_same_name_is_not_the_one_that_was_given() {
    let (given, shown) = (self_signed("localhost", true), self_signed("localhost", true));
    let trusting = app(&serve(&shown, None)).root_certificates(given.certificate.pem());
    let error = outcome(trusting);
    assert_eq!(error.reason(), Some(Reason::Tls), "{error}");
}

#[test]
fn a_server_that_wants_a_certificate_gets_the_app_s() {
    let (ours, others) = (authority("ours"), authority("theirs"));
    let server = signed(&parameters("localhost"), &ours);
    let url = serve(&server, Some(&ours));
    let trusting = || app(&url).root_certificates(pem(&ours));
    let client = signed(&parameters("client"), &ours);
    let shown = trusting()
        .client_certificate(client.certificate.pem())
        .client_key(client.key.serialize_pem());
    assert!(is_answered(&outcome(shown)));

    check_cause(trusting(), "wants a certificate of the client", "Give client_certificate");
    let foreign = signed(&parameters("client"), &others);
    let shown = trusting()
        .client_certificate(foreign.certificate.pem())
        .client_key(foreign.key.serialize_der());
    check_cause(shown, "refused the client's certificate", "Check client_certificate");
}

#[test]
fn a_client_certificate_that_cannot_be_used_is_refused_where_the_app_is_made() {
    let client = self_signed("client", false);
    let other = self_signed("client", false);
    let (certificate, key) = (client.certificate.pem(), client.key.serialize_pem());
    for (certificate, key, message) in [
        (Some(&*certificate), None, "without client_key"),
        (None, Some(&*key), "without client_certificate"),
        (Some(&certificate), Some(&*other.key.serialize_pem()), "does not belong to"),
        (Some(&key), Some(&key), "client_certificate holds no certificate, but a PRIVATE KEY"),
        (Some(&certificate), Some(&certificate), "client_key holds no private key"),
        (Some(&certificate), Some("/etc/ssl/client.key"), "client_key is the path of a file"),
        (Some("/etc/ssl/client.pem"), Some(&key), "client_certificate is the path of a file"),
    ] {
        let app =
            certificate.into_iter().fold(app("https://localhost"), AppBuilder::client_certificate);
        let app = key.into_iter().fold(app, AppBuilder::client_key);
        let error = app.build().unwrap_err();
        assert!(error.message().contains(message), "{message}: {error}");
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }
}
