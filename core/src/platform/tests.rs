//! Hosts, paths and ids that could lead elsewhere.

use super::*;
use crate::{
    http::{Request, Response},
    platform::{descriptor::Operation, refusal_text::LONGEST_REFUSAL, reply::Reply},
    time::{ClockReading, Timestamp},
};

fn atomgit() -> Platform {
    Platform::named("atomgit").unwrap()
}

#[test]
fn every_built_in_descriptor_is_valid_and_named_as_its_file() {
    for name in Platform::names() {
        assert_eq!(Platform::named(name).unwrap().name(), name);
    }
}

#[test]
fn an_unknown_name_lists_the_known_ones() {
    let error = Platform::named("atomgot").unwrap_err();
    assert_eq!(error.reason(), Some(Reason::UnknownPlatform));
    assert!(error.to_string().contains("atomgit"));
}

#[test]
fn a_base_url_may_have_a_path_and_a_slash() {
    let platform = atomgit().with_api_url("https://git.corp.example/api/v3/").unwrap();
    assert_eq!(
        platform.locate("/app?x=1").unwrap().as_str(),
        "https://git.corp.example/api/v3/app?x=1"
    );
}

#[test]
fn a_path_decides_which_credential_is_used() {
    let ghes = Platform::named("github-enterprise").unwrap().with_host("git.corp.example");
    let ghes = ghes.unwrap();
    let route = |path| ghes.route(&ghes.locate(path).unwrap());
    assert_eq!(route("/app/installations?page=2"), Route::App);
    assert_eq!(route("/ORGS/acme/installation/"), Route::App);
    assert_eq!(route("https://git.corp.example/api/v3/app"), Route::App);
    assert_eq!(route("/applications/Iv1.a/token"), Route::Client);
    assert_eq!(route("/orgs/acme/installations"), Route::Caller);
    assert_eq!(route("/repos/acme/app"), Route::Caller);
    assert_eq!(route("https://git.corp.example/app"), Route::Caller);
}

#[test]
fn a_path_with_dots_leads_nowhere() {
    let ghes = Platform::named("github-enterprise").unwrap().with_host("git.corp.example");
    let ghes = ghes.unwrap();
    for path in [
        "/repos/acme/../../app/installations/15",
        "/repos/acme/%2e%2E/%2e./app",
        "/repos/./acme",
        "/repos/acme/..",
        "/repos/acme/..?x=1",
        "/repos/acme/..%2f..%2Fapp",
        "/repos/acme/..%5c..%5Capp",
        "/repos/acme/..\\..\\app",
        "/../../app",
        "https://git.corp.example/api/v3/../../x",
        "/app//installations/15",
        "//app/installations/15",
    ] {
        assert_eq!(ghes.locate(path).unwrap_err().kind(), ErrorKind::InvalidArgument, "{path}");
    }
    for path in ["/repos/acme/..x/.github", "/compare/v1...v2", "/search?q=../x", "/a//b", "/a%2Fb"]
    {
        assert!(ghes.locate(path).is_ok(), "{path}");
    }
}

#[test]
fn a_host_decides_where_the_platform_is() {
    let at = |name, host| {
        let platform = Platform::named(name).unwrap().with_host(host)?;
        let bases: Vec<_> = platform.bases().map(ToString::to_string).collect();
        Ok::<_, Error>(bases.join(" "))
    };
    assert_eq!(
        at("github", "Acme.ghe.com").unwrap(),
        "https://api.acme.ghe.com/ https://acme.ghe.com/"
    );
    let own = at("github-enterprise", "http://git.corp.example:8080/").unwrap();
    assert_eq!(own, "http://git.corp.example:8080/api/v3 http://git.corp.example:8080/");
    assert_eq!(at("github", "git.corp.example").unwrap_err().kind(), ErrorKind::Unsupported);
    for bad in ["a/b", "user@host", "host?x", "ftp://host", ""] {
        assert!(at("github-enterprise", bad).is_err(), "{bad}");
    }
}

#[test]
fn a_platform_without_a_host_asks_for_one() {
    let error = Platform::named("github-enterprise").unwrap().require_host().unwrap_err();
    assert!(error.to_string().contains("Give host"), "{error}");
}

#[test]
fn a_token_goes_to_own_hosts_only() {
    for foreign in [
        "https://evil.example/",
        "//evil.example/x",
        "https://a@api.atomgit.com/",
        "http://api.atomgit.com/",
        "api.atomgit.com/x",
        "/a b",
        "/a\r\nb",
        "@evil.example",
    ] {
        assert!(atomgit().locate(foreign).is_err(), "{foreign}");
    }
    assert!(atomgit().locate("https://api.atomgit.com/user/info").is_ok());
}

#[test]
fn an_id_cannot_leave_its_segment() {
    for id in ["", "..", "1/2", "1?x", "1#", "1 2", "1%2f", "\n"] {
        let url = atomgit().endpoint(Base::Api, "/app/{id}/x", &[("id", id)]);
        assert_eq!(url.unwrap_err().kind(), ErrorKind::InvalidArgument, "{id:?}");
    }
    let url = atomgit().endpoint(Base::Api, "/app/{id}/x", &[("id", "ü&1")]).unwrap();
    assert_eq!(url.path(), "/app/%C3%BC%261/x");
}

#[test]
fn plain_http_is_allowed_to_this_machine_only() {
    let at = |url| atomgit().with_api_url(url).unwrap().refuse_plain_http();
    assert!(at("http://127.0.0.1:8080").is_ok() && at("http://[::1]").is_ok());
    assert_eq!(at("http://10.0.0.1").unwrap_err().kind(), ErrorKind::InvalidArgument);
}

/// The error of a refusal of these many bytes, with a message at its start.
fn refusal(bytes: usize) -> Error {
    let mut request = Request::new("POST", "https://api.atomgit.com/x".parse().unwrap());
    request.secrets = vec!["hunter2+hunter2+hunter2".into()];
    let start = r#"{"message": "no hunter2%2bhunter2%2Bhunter2", "rest": ""#;
    let body = format!("{start}{}\"}}", "x".repeat(bytes - start.len() - 2)).into_bytes();
    let response = Response { status: 403, headers: Vec::new(), body };
    let noon = Timestamp::from_secs(1_700_000_000);
    let reply = Reply {
        platform: &atomgit(),
        operation: Operation::Call,
        subject: "the call",
        request: &request,
        response: &response,
        now: ClockReading::new(noon, std::time::Duration::ZERO),
        date: None,
        granted: None,
    };
    reply.refusal()
}

#[test]
fn a_refusal_repeats_no_secret_of_its_request_in_any_spelling() {
    assert_eq!(refusal(200).message(), "the call refused: 403, no [redacted]");
}

#[test]
fn no_reason_is_looked_for_in_a_refusal_that_is_too_large() {
    assert!(refusal(LONGEST_REFUSAL).message().ends_with("no [redacted]"));
    let error = refusal(LONGEST_REFUSAL + 1);
    assert_eq!(error.message(), "the call refused: 403");
    assert_eq!(error.kind(), ErrorKind::Forbidden);
}

#[test]
fn a_path_below_a_base_is_the_same_as_the_text_of_both() {
    for base in [
        "https://api.example",
        "https://api.example/v3",
        "https://api.example/v3/",
        "http://[::1]:8080/a/b",
    ] {
        for path in [
            "/x",
            "/",
            "//x",
            "/a//b",
            "/a/./b",
            "/a/../b",
            "/../x",
            "/%2e%2e/x",
            "/a%2Fb",
            "/ä{}|^`\"<>",
            "/a;b=c:d@e",
            "/x?y=1",
            "/x#y",
            "/x?",
            "/a\\b",
        ] {
            let base = Url::parse(base).unwrap();
            let text = format!("{}{path}", base.as_str().trim_end_matches('/'));
            assert_eq!(join(&base, path).unwrap(), Url::parse(&text).unwrap(), "{path}");
        }
    }
}
