//! An app that is made while its caller goes on.

use appmint_core::{App, ErrorKind, Reason};

#[test]
fn an_app_is_made_beside_its_caller_and_a_setting_that_cannot_be_used_is_told() {
    let app = App::builder("github").app_id("75").build_task().wait().unwrap();
    assert_eq!(app.platform().name(), "github");
    let wrong = App::builder("github").private_key(b"SHA256:x".to_vec()).build_task().wait();
    assert_eq!(wrong.unwrap_err().reason(), Some(Reason::NotAPrivateKey));
    let nowhere = App::builder("nowhere").build_task().wait();
    assert_eq!(nowhere.unwrap_err().kind(), ErrorKind::InvalidArgument);
}
