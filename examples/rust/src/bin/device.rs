//! A person logs in on another device: this program shows a code, they type it there.
//!
//! The app comes from the environment: `APPMINT_PLATFORM`, `APPMINT_CLIENT_ID`,
//! `APPMINT_CLIENT_SECRET` where the platform wants one, and `APPMINT_API_URL` and
//! `APPMINT_WEB_URL` for hosts of your own.

use std::{alloc::System, env};

use appmint_core::{Call, Result, binding::Settings};
use zeroizing_alloc::ZeroAlloc;

/// Wipes whatever is freed, as the C library and the packages do it: buffers of HTTP and JSON hold
/// tokens for a moment, too.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() {
    if let Err(error) = log_in() {
        eprintln!("error: {}: {error}", error.kind());
        std::process::exit(1);
    }
}

fn log_in() -> Result<()> {
    let settings = Settings {
        platform: given("APPMINT_PLATFORM").or(Some("github".to_owned())),
        api_url: given("APPMINT_API_URL"),
        web_url: given("APPMINT_WEB_URL"),
        client_id: given("APPMINT_CLIENT_ID"),
        client_secret: given("APPMINT_CLIENT_SECRET").map(Into::into),
        // `sqlite:FILE`, with a `store_key`, remembers the person until the next run.
        store: Some("memory:".into()),
        ..Settings::default()
    };
    let app = settings.build()?;

    // --8<-- [start:login]
    let login = app.start_device_login(Vec::new()).wait()?;
    println!("Type {} at {}", login.user_code(), login.verification_uri());
    app.start_session("me", login.wait().wait()?, None).wait()?;
    // --8<-- [end:login]

    let path = given("APPMINT_USER_GET_PATH").unwrap_or_else(|| "/user".to_owned());
    let reply = app.session("me")?.request(Call::get(path)).wait()?;
    println!("{}", String::from_utf8_lossy(&reply.body));
    Ok(())
}

fn given(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
