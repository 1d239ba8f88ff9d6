//! What a JWT and a cached token cost, beside a limit and a peer in the same run.

#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use std::{collections::HashMap, hint::black_box, sync::Mutex, time::Duration};

use appmint_core::{
    Timestamp,
    auth::{Issuer, JwtRules, PrivateKey, Signer as _},
    binding::Settings,
};
use appmint_sandbox::Sandbox;
use criterion::{Criterion, criterion_group, criterion_main};

fn jwt(c: &mut Criterion) {
    let sandbox = Sandbox::start().unwrap();
    let pem = sandbox.private_key_pem().unwrap();
    let key = PrivateKey::parse(pem.as_bytes(), None).unwrap();
    let rules = JwtRules {
        issuer: Issuer::Text("75".to_owned()),
        back_date: Duration::from_secs(60),
        lifetime: Duration::from_secs(540),
        extra_claims: Default::default(),
        authorization_scheme: "Bearer".to_owned(),
        key_id_member: Default::default(),
    };
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
    let claims = serde_json::json!({"iat": 1, "exp": 2, "iss": "75"});
    let peer = jsonwebtoken::EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();

    let mut group = c.benchmark_group("jwt");
    group.bench_function("limit: a bare RSA signature", |b| b.iter(|| key.sign(b"message")));
    group.bench_function("appmint", |b| b.iter(|| rules.sign(&key, Timestamp::from_secs(1))));
    group.bench_function("peer: jsonwebtoken, key read once", |b| {
        b.iter(|| jsonwebtoken::encode(&header, &claims, &peer));
    });
    group.finish();
}

fn cached_token(c: &mut Criterion) {
    let sandbox = Sandbox::start().unwrap();
    let app = sandbox.registration();
    let settings = Settings {
        platform: Some(app.platform.to_owned()),
        api_url: Some(sandbox.url().to_owned()),
        app_id: Some(app.app_id),
        private_key: sandbox.private_key_pem().map(|pem| pem.as_bytes().to_vec().into()),
        proxy: Some("".into()),
        ..Settings::default()
    };
    let source = settings.build().unwrap().installation("14").unwrap();
    let token = source.token().wait().unwrap();
    let map = Mutex::new(HashMap::from([("14".to_owned(), token)]));

    let mut group = c.benchmark_group("cached token");
    group.bench_function("limit: a map behind a mutex", |b| {
        b.iter(|| map.lock().unwrap().get(black_box("14")).cloned());
    });
    group.bench_function("appmint", |b| b.iter(|| source.token().wait()));
    group.finish();
}

criterion_group!(benches, jwt, cached_token);
criterion_main!(benches);
