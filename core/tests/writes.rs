//! A caller's writes, which must not be sent twice, on servers that give idle connections up.

mod common;

use appmint_core::Call;
use common::{
    scripted::{Answer, Server},
    settings,
};
use serde_json::json;

#[test]
fn a_write_is_never_written_to_a_connection_that_lay_idle() {
    // The server gives a connection up after its first request, and does not read a second one.
    let server = Server::start(|asked| match asked.earlier {
        0 => Answer::Json(200, json!({})),
        _ => Answer::HangUp,
    });
    let (mut settings, _) = settings(&common::sandbox());
    (settings.api_url, settings.web_url) = (Some(server.url()), None);
    let app = settings.build().unwrap();
    let ask = |method| app.request(Call::new(method, "/x").token("t")).wait();
    assert_eq!(ask("GET").unwrap().status, 200);
    for method in ["POST", "PATCH", "PUT", "DELETE", "POST"] {
        assert_eq!(ask(method).map(|response| response.status).ok(), Some(200), "{method}");
    }
}
