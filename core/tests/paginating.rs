//! The items of any endpoint's list: each page has the token that its source has by then.

mod common;

use std::{sync::Arc, thread, time::Duration};

use appmint_core::{App, Call, ErrorKind, Lookup, ManualClock, TokenSource};
use appmint_sandbox::{Effect, Fault, PlatformName, Sandbox};
use common::{sandbox_of, settings};
use serde_json::Value;

fn github() -> (Sandbox, App, ManualClock) {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let (mut settings, clock) = settings(&sandbox);
    settings.retries = Some(0);
    (sandbox, settings.build().unwrap(), clock)
}

fn source(app: &App) -> TokenSource {
    app.installation(Lookup::Organization("octo-org".into())).unwrap()
}

fn one_by_one() -> Call {
    Call::get("/installation/repositories?per_page=1")
}

fn id(item: &Value) -> i64 {
    item["id"].as_i64().unwrap()
}

#[test]
fn a_token_that_ends_while_a_list_is_read_is_minted_anew() {
    let (sandbox, app, clock) = github();
    let listing = source(&app).paginate(one_by_one(), None).unwrap();
    assert_eq!(sandbox.ledger().entries().len(), 0, "nothing is sent before an item is asked for");
    let first = listing.wait_for_next().unwrap().unwrap();
    assert_eq!(sandbox.ledger().count("mint_installation_token"), 1);

    clock.advance(Duration::from_secs(61 * 60));
    sandbox.clock().advance_ms(61 * 60 * 1000);
    let rest = listing.all().unwrap();
    assert_eq!(sandbox.ledger().count("mint_installation_token"), 2);
    assert_eq!(rest.len(), 1);
    assert!(rest.iter().all(|item| id(item) != id(&first)));
}

#[test]
fn after_an_error_the_page_that_failed_is_asked_for_again() {
    let (sandbox, app, _) = github();
    let listing = source(&app).paginate(one_by_one(), None).unwrap();
    let first = listing.wait_for_next().unwrap().unwrap();
    let (body, headers) = Default::default();
    let refusal = Effect::Status { status: 503, body, headers };
    sandbox.fault(Fault::on("list_installation_repos", refusal).times(1)).unwrap();
    assert_eq!(listing.wait_for_next().unwrap_err().kind(), ErrorKind::Server);
    let rest = listing.all().unwrap();
    assert_eq!(rest.len(), 1);
    assert!(rest.iter().all(|item| id(item) != id(&first)));
}

#[test]
fn threads_that_share_a_list_get_different_items_and_ask_for_each_page_once() {
    let (sandbox, app, _) = github();
    let listing = Arc::new(source(&app).paginate(one_by_one(), None).unwrap());
    let mut ids: Vec<i64> = thread::scope(|scope| {
        let read = || listing.all().unwrap().iter().map(id).collect::<Vec<_>>();
        let reading: Vec<_> = (0..8).map(|_| scope.spawn(read)).collect();
        reading.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 2);
    assert_eq!(sandbox.ledger().count("list_installation_repos"), 2);
}
