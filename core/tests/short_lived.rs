//! Processes that end after one token, such as a credential helper: the store spares them every request.

#![cfg(unix)]

mod common;

use appmint_core::{App, ErrorKind, Lookup, Result, Timestamp, resources::WebhookEvent};
use appmint_sandbox::{Change, PlatformName, Sandbox};
use common::{places::Folder, sandbox_of, settings};

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// An app as a process of its own would make it.
fn process(sandbox: &Sandbox, folder: &Folder) -> App {
    let (mut settings, clock) = settings(sandbox);
    settings.store = Some(folder.url().into());
    settings.store_key = Some(KEY.into());
    settings.retries = Some(0);
    let now = Timestamp::from(std::time::SystemTime::now());
    clock.set(now);
    sandbox.clock().set_ms(now.as_millis());
    settings.build().unwrap()
}

fn token(app: &App) -> Result<String> {
    let source = app.installation(Lookup::Organization("github".into()))?;
    Ok(source.token().wait()?.reveal().to_owned())
}

/// A webhook's signature with the secret of these tests.
fn signature(body: &[u8]) -> String {
    use aws_lc_rs::hmac;
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"s3cret");
    let signature = hmac::sign(&key, body);
    let digits = signature.as_ref().iter().map(|byte| format!("{byte:02x}"));
    format!("sha256={}", digits.collect::<String>())
}

fn requests(sandbox: &Sandbox) -> (usize, usize) {
    let counts = sandbox.ledger().counts();
    let count = |operation| counts.get(operation).copied().unwrap_or(0);
    (count("get_org_installation"), count("mint_installation_token"))
}

#[test]
fn a_second_process_sends_nothing() {
    let (sandbox, folder) = (sandbox_of(PlatformName::GitHub), Folder::new());
    let first = token(&process(&sandbox, &folder)).unwrap();
    assert_eq!(token(&process(&sandbox, &folder)).unwrap(), first);
    assert_eq!(requests(&sandbox), (1, 1));
}

#[test]
fn a_forgotten_token_is_minted_anew_once_and_no_other_is_forgotten() {
    let (sandbox, folder) = (sandbox_of(PlatformName::GitHub), Folder::new());
    let first = token(&process(&sandbox, &folder)).unwrap();
    let forget = |token: &str| {
        let app = process(&sandbox, &folder);
        let source = app.installation(Lookup::Organization("github".into())).unwrap();
        source.forget_token(token).wait().unwrap();
    };
    forget("ghs_another");
    assert_eq!(token(&process(&sandbox, &folder)).unwrap(), first);
    forget(&first);
    let second = token(&process(&sandbox, &folder)).unwrap();
    assert_ne!(second, first);
    forget(&first);
    assert_eq!(token(&process(&sandbox, &folder)).unwrap(), second);
    assert_eq!(requests(&sandbox), (1, 2));
}

#[test]
fn an_id_that_the_platform_no_longer_knows_is_looked_up_again() {
    let (sandbox, folder) = (sandbox_of(PlatformName::GitHub), Folder::new());
    let first = token(&process(&sandbox, &folder)).unwrap();
    let app = process(&sandbox, &folder);
    let source = app.installation(Lookup::Organization("github".into())).unwrap();
    source.forget_token(first).wait().unwrap();
    assert!(sandbox.change_installation("1", Change::Delete));
    assert_eq!(token(&process(&sandbox, &folder)).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(requests(&sandbox).0, 2);
}

#[test]
fn an_id_is_looked_up_again_after_a_webhook_about_the_installation() {
    let (sandbox, folder) = (sandbox_of(PlatformName::GitHub), Folder::new());
    let app = process(&sandbox, &folder);
    token(&app).unwrap();
    let body = br#"{"action": "suspend", "installation": {"id": 1}}"#;
    let signature = signature(body);
    let headers = [("X-Hub-Signature-256", signature.as_str()), ("X-GitHub-Event", "installation")];
    let event = WebhookEvent::verify(app.platform(), &headers, body, &["s3cret".into()]).unwrap();
    app.apply_webhook(&event);
    token(&app).unwrap();
    assert_eq!(requests(&sandbox), (2, 2));
    token(&process(&sandbox, &folder)).unwrap();
    assert_eq!(requests(&sandbox), (2, 2));
}

#[test]
fn a_session_is_not_forgotten_by_its_token() {
    let (sandbox, folder) = (sandbox_of(PlatformName::GitHub), Folder::new());
    let app = process(&sandbox, &folder);
    let source = app.session("alice").unwrap();
    assert_eq!(source.forget_token("ghu_1").wait().unwrap_err().kind(), ErrorKind::Unsupported);
}
