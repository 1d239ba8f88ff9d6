//! The pages that a person sees: login, consent, device activation, creation and installation of an app, and errors.

use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_FRAME_OPTIONS};

use crate::http::Reply;
use crate::login::BrowserSession;

/// The login page.
pub(crate) struct Login<'a> {
    /// The name of the person who can log in.
    pub(crate) person: &'a str,
    /// The error of the last attempt.
    pub(crate) error: Option<&'a str>,
    /// The name that was entered in the last attempt.
    pub(crate) name: &'a str,
    pub(crate) action: &'a str,
    pub(crate) form_token: &'a str,
    /// The page to open after the login.
    pub(crate) return_to: &'a str,
}

impl Login<'_> {
    pub(crate) fn page(&self, status: StatusCode) -> Reply {
        let [person, name, action, form_token, return_to] =
            [self.person, self.name, self.action, self.form_token, self.return_to].map(escape);
        let error = self.error.map_or_else(String::new, |it| {
            format!("<p class=\"complaint\" role=\"alert\">{}</p>\n", escape(it))
        });
        let body = format!(
            r#"<h1>Log in</h1>
<p>The sandbox knows <strong>{person}</strong>, and takes any password that is not empty.</p>
{error}<form method="post" action="{action}">
<input type="hidden" name="form_token" value="{form_token}">
<input type="hidden" name="return_to" value="{return_to}">
<p><label>Name <input type="text" name="name" value="{name}" autocomplete="username" autocapitalize="none"></label></p>
<p><label>Password <input type="password" name="password" autocomplete="current-password"></label></p>
<button type="submit" class="primary">Log in</button>
</form>"#
        );
        page(status, "Log in", &body)
    }
}

/// The login page for somebody who is logged in already.
pub(crate) fn logged_in(session: &BrowserSession) -> Reply {
    let body = format!("<h1>You are logged in</h1>\n{}", logout_form(session));
    page(StatusCode::OK, "You are logged in", &body)
}

/// The form of a page, with a token that no other site can guess.
pub(crate) struct Form<'a> {
    pub(crate) action: &'a str,
    pub(crate) form_token: &'a str,
    pub(crate) session: Option<&'a BrowserSession>,
}

impl Form<'_> {
    /// The form with these fields and two buttons: `yes` and "Cancel".
    fn html(&self, fields: &str, yes: &str) -> String {
        let [action, form_token] = [self.action, self.form_token].map(escape);
        let logout_form = self.session.map(logout_form).unwrap_or_default();
        format!(
            r#"<form method="post" action="{action}">
<input type="hidden" name="form_token" value="{form_token}">
{fields}<button type="submit" name="decision" value="authorize" class="primary">{yes}</button>
<button type="submit" name="decision" value="deny">Cancel</button>
</form>{logout_form}"#
        )
    }
}

/// Names the person who is logged in, with a button to log out.
fn logout_form(session: &BrowserSession) -> String {
    let BrowserSession { person, logout_path, form_token, page, .. } = session;
    let [person, logout_path, form_token, page] =
        [person, logout_path, form_token, page].map(|it| escape(it));
    format!(
        r#"
<form method="post" action="{logout_path}" class="small">
<input type="hidden" name="form_token" value="{form_token}">
<input type="hidden" name="return_to" value="{page}">
You are logged in as <strong>{person}</strong>. <button type="submit" class="link">Not you? Log out</button>
</form>"#
    )
}

/// The consent page: may this app act for this user?
pub(crate) struct Consent<'a> {
    pub(crate) platform: &'a str,
    pub(crate) app: &'a str,
    pub(crate) user: &'a str,
    pub(crate) returns_to: &'a str,
    pub(crate) form: Form<'a>,
}

impl Consent<'_> {
    pub(crate) fn page(&self) -> Reply {
        let [platform, app, user, returns_to] =
            [self.platform, self.app, self.user, self.returns_to].map(escape);
        let form = self.form.html("", "Authorize");
        let body = format!(
            r#"<h1>Authorize {app}</h1>
<p><strong>{app}</strong> would like to act on {platform} for <strong>{user}</strong>.</p>
<p class="small">Afterwards you return to <code>{returns_to}</code></p>
{form}"#
        );
        page(StatusCode::OK, &format!("Authorize {app}"), &body)
    }
}

/// The page on which a person enters a device's user code.
pub(crate) fn device(user_code: &str, form: &Form<'_>) -> Reply {
    let code = format!(
        r#"<p><label>Code <input type="text" name="user_code" value="{}" autocomplete="off"></label></p>
"#,
        escape(user_code)
    );
    let form = form.html(&code, "Authorize");
    let body = format!(
        r#"<h1>Device activation</h1>
<p>Enter the code displayed on your device, if it was you who started this.</p>
{form}"#
    );
    page(StatusCode::OK, "Device activation", &body)
}

/// The page on which an app is created from its manifest.
pub(crate) fn creation(app: &str, form: &Form<'_>) -> Reply {
    about(app, "Create", "will be yours", form)
}

/// The page on which a person installs an app.
pub(crate) fn installation(app: &str, form: &Form<'_>) -> Reply {
    about(app, "Install", "will be installed for you", form)
}

/// A page that asks a person to create or to install an app.
fn about(app: &str, verb: &str, outcome: &str, form: &Form<'_>) -> Reply {
    let app = escape(app);
    let form = form.html("", &format!("{verb} app"));
    let body = format!(
        r#"<h1>{verb} {app}</h1>
<p>The app <strong>{app}</strong> {outcome}.</p>
{form}"#
    );
    page(StatusCode::OK, &format!("{verb} {app}"), &body)
}

/// A page that reports a success.
pub(crate) fn notice(title: &str, explanation: &str) -> Reply {
    let [title, explanation] = [title, explanation].map(escape);
    let body = format!("<h1>{title}</h1>\n<p>{explanation}</p>");
    page(StatusCode::OK, &title, &body)
}

/// A page that reports an error.
pub(crate) fn problem(status: StatusCode, explanation: &str) -> Reply {
    let body = format!("<h1>This does not work</h1>\n<p>{}</p>", escape(explanation));
    page(status, "This does not work", &body)
}

/// `text` as HTML text or attribute value.
pub(crate) fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut html, letter| {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
        html
    })
}

/// The reverse of [`escape`].
pub(crate) fn unescape(html: &str) -> String {
    html.replace("&#39;", "'")
        .replace("&quot;", "\"")
        .replace("&gt;", ">")
        .replace("&lt;", "<")
        .replace("&amp;", "&")
}

fn page(status: StatusCode, title: &str, body: &str) -> Reply {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n\
         <p class=\"small\">This is a sandbox on your own machine; nothing leaves it.</p>\n\
         </main>\n</body>\n</html>\n"
    );
    // `form-action` is left out: browsers apply it to the redirect that follows the form, too.
    Reply::html(status, html)
        .with(
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        )
        .with(X_FRAME_OPTIONS, "DENY")
        .with(CACHE_CONTROL, "no-store")
        .with(REFERRER_POLICY, "same-origin")
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;background:#f3f4f6;color:#1f2933;\
margin:0;padding:10vh 1rem}main{max-width:26rem;margin:auto;background:#fff;padding:1rem 2rem;\
border-radius:.75rem;box-shadow:0 1px 4px #0003}h1{font-size:1.3rem}h1,code{overflow-wrap:anywhere}\
.small{font-size:.85rem;color:#5b6672}form{margin:1.5rem 0}input,button{font:inherit;color:inherit;\
background:transparent;border:1px solid #c3cad2;border-radius:.4rem;padding:.5rem}\
input{display:block;box-sizing:border-box;width:100%}button{padding:.5rem 1.2rem;margin-right:.5rem;\
cursor:pointer}.primary{background:#1f6feb;border-color:#1f6feb;color:#fff}\
.link{border:0;padding:0;text-decoration:underline}.complaint{color:#b3261e}\
@media(prefers-color-scheme:dark){body{background:#10161d;color:#e6edf3}main{background:#1a232d}\
.small{color:#a9b7c4}input,button{border-color:#4a5a6a}.complaint{color:#ff9b93}}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unescaping_reverses_escaping() {
        let nasty = r#"<script>"&amp;'</script>"#;
        assert!(!escape(nasty).contains(['<', '>', '"', '\'']));
        assert_eq!(unescape(&escape(nasty)), nasty);
    }
}
