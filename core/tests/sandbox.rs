//! The whole path, against a server that was written from the documentation.

mod common;

use std::{sync::Arc, thread, time::Duration};

use appmint_core::{
    App, Call, ErrorKind, Lookup, Reason, TokenKind, auth::PrivateKey, oauth::AuthorizationRequest,
};
use appmint_sandbox::{Effect, Fault, Sandbox};
use common::{NOW_MS, app, sandbox, settings};

fn count(sandbox: &Sandbox, operation: &str) -> usize {
    sandbox.ledger().count(operation)
}

fn code(sandbox: &Sandbox, app: &App) -> String {
    let authorization = app.authorize(&AuthorizationRequest::default()).unwrap();
    let callback = sandbox.press(authorization.url()).unwrap();
    app.authorization_code(&callback, authorization.state()).unwrap().reveal().to_owned()
}

#[test]
fn an_installation_token_opens_its_organization() {
    let sandbox = sandbox();
    let app = app(&sandbox);
    let installation = app.find_installation(Lookup::Account("YanQianYu".into())).wait().unwrap();
    assert_eq!(
        (installation.id.as_str(), installation.account.as_deref()),
        ("14", Some("yanqianyu"))
    );

    let source = app.installation(installation.id).unwrap();
    let token = source.token().wait().unwrap();
    assert_eq!(token.kind(), TokenKind::Installation);
    assert!(token.reveal().starts_with("ats_"));
    assert_eq!(token.repository_selection(), Some("all"));
    assert_eq!(token.permissions()["contents"], "write");
    assert_eq!(token.expires_at().unwrap().as_millis(), NOW_MS + 3_600_000);

    let reply = source.request(Call::get("/orgs/yanqianyu/repos")).wait().unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(count(&sandbox, "mint_installation_token"), 1);
}

#[test]
fn a_user_token_is_exchanged_and_refreshed() {
    let sandbox = sandbox();
    let app = app(&sandbox);
    let token = app.exchange_code(code(&sandbox, &app)).wait().unwrap();
    assert!(token.reveal().starts_with("atu_"));
    assert_eq!(token.expires_at().unwrap().as_millis(), NOW_MS + 8 * 3_600_000);

    let refreshed = app.refresh(token.refresh_token().unwrap().clone()).wait().unwrap();
    assert_ne!(refreshed.reveal(), token.reveal());
    assert_eq!(refreshed.refresh_token(), token.refresh_token());

    let reply = app.request(Call::get("/user/repos").token(refreshed.reveal())).wait().unwrap();
    assert_eq!(reply.status, 200);
}

#[test]
fn every_documented_form_of_the_list_is_read() {
    for form in ["array", "json_string", "broken_string"] {
        let sandbox = sandbox();
        sandbox.quirks(&serde_json::json!({ "list_form": form })).unwrap();
        let installations = app(&sandbox).installations().unwrap().all().unwrap();
        let events: Vec<_> = installations.iter().map(|one| one.events.clone()).collect();
        assert_eq!(events, [["push"], ["push"]], "{form}");
    }
}

#[test]
fn a_replayed_code_sends_the_user_back() {
    let sandbox = sandbox();
    let app = app(&sandbox);
    let code = code(&sandbox, &app);
    app.exchange_code(code.as_str()).wait().unwrap();
    let error = app.exchange_code(code.as_str()).wait().unwrap_err();
    assert_eq!((error.kind(), error.reason()), (ErrorKind::Reauthorize, Some(Reason::InvalidCode)));
    assert!(!format!("{error} {error:?}").contains(&code));
}

#[test]
fn a_denied_authorization_is_reported_as_denied() {
    let sandbox = sandbox();
    let app = app(&sandbox);
    let authorization = app.authorize(&AuthorizationRequest::default()).unwrap();
    let callback = sandbox.deny(authorization.url()).unwrap();
    let error = app.authorization_code(&callback, authorization.state()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
}

#[test]
fn a_key_of_another_app_is_named() {
    let sandbox = sandbox();
    let foreign = sandbox.new_key("76");
    let (mut settings, _) = settings(&sandbox);
    settings.private_key = Some(foreign.into_bytes().into());
    let error = settings.build().unwrap().installations().unwrap().all().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(error.reason(), Some(Reason::AppKeyMismatch));
    assert!(error.hint().unwrap().contains("fingerprint"));
}

#[test]
fn a_clock_that_is_off_is_corrected() {
    let sandbox = sandbox();
    let (settings, clock) = settings(&sandbox);
    let app = settings.build().unwrap();
    for wrong in [NOW_MS - 7_200_000, NOW_MS + 7_200_000] {
        clock.set(appmint_core::Timestamp::from_millis(wrong));
        assert_eq!(app.installations().unwrap().all().unwrap().len(), 2);
        assert_eq!(app.clock_offset_ms(), (NOW_MS / 1000 - wrong / 1000) * 1000);
    }
    assert_eq!(count(&sandbox, "list_installations"), 4);
}

#[test]
fn a_date_that_is_wrong_ends_in_an_error_and_not_in_a_circle() {
    let sandbox = sandbox();
    let (settings, clock) = settings(&sandbox);
    clock.set(appmint_core::Timestamp::from_millis(NOW_MS - 7_200_000));
    sandbox
        .fault(Fault::on("list_installations", Effect::DateOffset { seconds: 3600 }).times(9))
        .unwrap();
    let error = settings.build().unwrap().installations().unwrap().all().unwrap_err();
    assert_eq!(error.reason(), Some(Reason::ClockSkew), "{error}");
    assert_eq!(count(&sandbox, "list_installations"), 2);
}

#[test]
fn two_unknown_keys_are_each_tried_once() {
    let sandbox = sandbox();
    let (mut settings, _) = settings(&sandbox);
    settings.private_key = Some(sandbox.new_key("76").into_bytes().into());
    settings.fallback_private_key = Some(sandbox.new_key("77").into_bytes().into());
    let error = settings.build().unwrap().installations().unwrap().all().unwrap_err();
    assert_eq!(error.reason(), Some(Reason::AppKeyMismatch));
    assert_eq!(count(&sandbox, "list_installations"), 2);
}

#[test]
fn the_second_key_takes_over_when_the_first_is_unknown() {
    let sandbox = sandbox();
    let (mut settings, _) = settings(&sandbox);
    let known = settings.private_key.replace(sandbox.new_key("76").into_bytes().into()).unwrap();
    let fingerprint = PrivateKey::parse(&known, None).unwrap().fingerprint().to_owned();
    settings.fallback_private_key = Some(known);
    let app = settings.build().unwrap();
    assert_eq!(app.installations().unwrap().all().unwrap().len(), 2);
    assert_eq!(app.fingerprint(), Some(fingerprint));
    app.installations().unwrap().all().unwrap();
    assert_eq!(count(&sandbox, "list_installations"), 3);
}

#[test]
fn a_suspended_installation_has_a_hint() {
    let sandbox = sandbox();
    sandbox.change_installation("14", appmint_sandbox::Change::Suspend);
    let error = app(&sandbox).installation("14").unwrap().token().wait().unwrap_err();
    assert_eq!((error.kind(), error.reason()), (ErrorKind::Forbidden, Some(Reason::Suspended)));
    assert!(error.message().starts_with("installation 14 refused: 403"), "{error}");
}

#[test]
fn a_foreign_installation_is_not_found() {
    let sandbox = sandbox();
    let error = app(&sandbox).installation("15").unwrap().token().wait().unwrap_err();
    assert_eq!((error.kind(), error.reason()), (ErrorKind::NotFound, Some(Reason::NotInstalled)));
}

#[test]
fn one_mint_serves_all_who_wait() {
    let sandbox = sandbox();
    sandbox.fault(Fault::on("mint_installation_token", Effect::Hold)).unwrap();
    let app = app(&sandbox);
    let tasks: Vec<_> = (0..64).map(|_| app.installation("14").unwrap().token()).collect();
    while count(&sandbox, "mint_installation_token") == 0 {
        thread::yield_now(); // until the fault holds this one
    }
    let other = app.installation("18").unwrap();
    assert!(other.token().wait().is_ok(), "another key does not wait");
    sandbox.faults().release();
    let tokens: Vec<_> = tasks.into_iter().map(|task| task.wait().unwrap()).collect();
    assert!(tokens.iter().all(|token| token == &tokens[0]));
    assert_eq!(count(&sandbox, "mint_installation_token"), 2);
}

#[test]
fn a_token_inside_the_margin_is_renewed() {
    let sandbox = sandbox();
    let (settings, clock) = settings(&sandbox);
    let source = settings.build().unwrap().installation("14").unwrap();
    let first = source.token().wait().unwrap();
    let pass = |seconds: u32| {
        clock.advance(Duration::from_secs(seconds.into()));
        sandbox.clock().advance_ms(i64::from(seconds) * 1000);
    };
    pass(3000);
    assert_eq!(source.token().wait().unwrap(), first);
    let second = source.token_valid_for(Duration::from_secs(900)).wait().unwrap();
    assert_ne!(second, first);
    pass(3541);
    assert_ne!(source.token().wait().unwrap(), second);
}

#[test]
fn an_invalidated_token_is_not_handed_out_again() {
    let sandbox = sandbox();
    let source = app(&sandbox).installation("14").unwrap();
    let first = source.token().wait().unwrap();
    source.invalidate();
    assert_ne!(source.token().wait().unwrap(), first);
}

#[test]
fn a_task_from_before_an_invalidation_stores_nothing() {
    let sandbox = sandbox();
    sandbox.fault(Fault::on("mint_installation_token", Effect::Hold)).unwrap();
    let source = app(&sandbox).installation("14").unwrap();
    let stale = source.token();
    while count(&sandbox, "mint_installation_token") == 0 {
        thread::yield_now();
    }
    source.invalidate();
    sandbox.faults().release();
    let stale = stale.wait().unwrap();
    assert_ne!(source.token().wait().unwrap(), stale);
}

#[test]
fn passing_failures_are_retried_and_spent_grants_are_not() {
    let sandbox = sandbox();
    let app = app(&sandbox);
    for operation in ["list_installations", "mint_installation_token"] {
        sandbox.fault(Fault::on(operation, Effect::Cut)).unwrap();
    }
    app.installations().unwrap().all().unwrap();
    app.installation("14").unwrap().token().wait().unwrap();
    assert_eq!(count(&sandbox, "list_installations"), 2);
    assert_eq!(count(&sandbox, "mint_installation_token"), 2);

    let code = code(&sandbox, &app);
    sandbox.fault(Fault::on("exchange_code", Effect::LostResponse)).unwrap();
    let error = app.exchange_code(code).wait().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(count(&sandbox, "exchange_code"), 1);
}

#[test]
fn tls_works_with_the_right_root_only() {
    let sandbox =
        Sandbox::builder().clock(appmint_sandbox::Clock::frozen(NOW_MS)).https().start().unwrap();
    let (mut settings, _) = settings(&sandbox);
    let error = settings.clone().build().unwrap().installations().unwrap().all().unwrap_err();
    assert_eq!((error.kind(), error.reason()), (ErrorKind::Transport, Some(Reason::Tls)));
    assert!(error.hint().unwrap().contains("root_certificates"));
    settings.root_certificates = sandbox.ca_pem().map(Into::into);
    assert_eq!(settings.build().unwrap().installations().unwrap().all().unwrap().len(), 2);
}

#[test]
fn a_jwt_is_valid_by_another_implementation() {
    let sandbox = sandbox();
    let (settings, _) = settings(&sandbox);
    let pem = settings.private_key.clone().unwrap();
    let key = PrivateKey::parse(&pem, None).unwrap();
    let app = settings.build().unwrap();
    let jwt = app.jwt().wait().unwrap();
    assert_eq!(app.fingerprint().as_deref(), Some(key.fingerprint()));

    let public = decoding_key(&key);
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    rules.validate_exp = false; // the app's clock stands in 2023
    rules.set_issuer(&["75"]);
    let claims = jsonwebtoken::decode::<serde_json::Value>(jwt.reveal(), &public, &rules).unwrap();
    assert_eq!(claims.claims["iat"], NOW_MS / 1000 - 60);
    assert_eq!(claims.claims["exp"], NOW_MS / 1000 + 540);
}

fn decoding_key(key: &PrivateKey) -> jsonwebtoken::DecodingKey {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let base64 = STANDARD.encode(key.public_key_der());
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
    jsonwebtoken::DecodingKey::from_rsa_pem(pem.as_bytes()).unwrap()
}

#[test]
fn an_app_is_usable_from_many_threads() {
    let sandbox = sandbox();
    let app = Arc::new(app(&sandbox));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let app = Arc::clone(&app);
            thread::spawn(move || app.installations().unwrap().all().unwrap().len())
        })
        .collect();
    assert!(threads.into_iter().all(|thread| thread.join().unwrap() == 2));
}
