//! A fleet: processes that share a store mint once.

#![cfg(unix)]

mod common;

use std::{
    env,
    process::{Child, Command, Stdio},
};

use appmint_core::{AppBuilder, Timestamp};
use appmint_sandbox::{Effect, Fault, Sandbox};
use common::{
    places::{Folder, Redis},
    sandbox,
    scripted::KEY,
};

/// Set in the processes that mint for the test below.
const MINTS: &str = "APPMINT_TEST_MINTS";

#[test]
fn eight_processes_mint_once() {
    if env::var_os(MINTS).is_some() {
        let app = AppBuilder::from_environment().build().unwrap();
        app.installation("14").unwrap().token().wait().unwrap();
        return;
    }
    let redis = Redis::start();
    let folder = Folder::new();
    for url in [folder.url(), redis.url()] {
        let sandbox = sandbox();
        sandbox
            .fault(Fault::on("mint_installation_token", Effect::Delay { ms: 300 }).times(9))
            .unwrap();
        sandbox.clock().set_ms(Timestamp::from(std::time::SystemTime::now()).as_millis());
        let children: Vec<_> = (0..8).map(|_| minter(&sandbox, &url)).collect();
        assert!(children.into_iter().all(|mut child| child.wait().unwrap().success()));
        assert_eq!(sandbox.ledger().count("mint_installation_token"), 1, "{url}");
    }
}

/// This program again, which mints by a store. A fork would copy the locks of the standard library while
/// other tests start their threads.
fn minter(sandbox: &Sandbox, store: &str) -> Child {
    let app = sandbox.registration();
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "eight_processes_mint_once"])
        .env(MINTS, "1")
        .env("APPMINT_PLATFORM", app.platform)
        .env("APPMINT_API_URL", sandbox.api_url())
        .env("APPMINT_WEB_URL", sandbox.url())
        .env("APPMINT_APP_ID", app.app_id)
        .env("APPMINT_PRIVATE_KEY", sandbox.private_key_pem().unwrap())
        .env("APPMINT_STORE", store)
        .env("APPMINT_STORE_KEY", KEY)
        .env("NO_PROXY", "*")
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}
