//! The pages a person sees: "may this app act for you?", "which device is it?", "shall this app exist?" and "that is not
//! possible".

use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_FRAME_OPTIONS};

use crate::exchange::Reply;

/// What the consent page asks.
pub(crate) struct Consent<'a> {
    pub(crate) platform: &'a str,
    pub(crate) app: &'a str,
    pub(crate) user: &'a str,
    pub(crate) returns_to: &'a str,
    /// Where the form is posted, with a token that no other site can guess.
    pub(crate) action: &'a str,
    pub(crate) form_token: &'a str,
}

impl Consent<'_> {
    pub(crate) fn page(&self) -> Reply {
        let [platform, app, user, returns_to, action, form_token] =
            [self.platform, self.app, self.user, self.returns_to, self.action, self.form_token]
                .map(escape);
        let body = format!(
            r#"<h1>Authorize {app}</h1>
<p><strong>{app}</strong> would like to act on {platform} for <strong>{user}</strong>.</p>
<p class="small">Afterwards you return to <code>{returns_to}</code></p>
<form method="post" action="{action}">
<input type="hidden" name="form_token" value="{form_token}">
<button type="submit" name="decision" value="authorize" class="primary">Authorize</button>
<button type="submit" name="decision" value="deny">Cancel</button>
</form>"#
        );
        page(StatusCode::OK, &format!("Authorize {app}"), &body)
    }
}

/// The page on which a device's code is typed in.
pub(crate) fn device(user_code: &str, action: &str, form_token: &str) -> Reply {
    let [user_code, action, form_token] = [user_code, action, form_token].map(escape);
    let body = format!(
        r#"<h1>Device activation</h1>
<p>Enter the code displayed on your device, if it was you who started this.</p>
<form method="post" action="{action}">
<input type="hidden" name="form_token" value="{form_token}">
<p><label>Code <input type="text" name="user_code" value="{user_code}" autocomplete="off"></label></p>
<button type="submit" name="decision" value="authorize" class="primary">Authorize</button>
<button type="submit" name="decision" value="deny">Cancel</button>
</form>"#
    );
    page(StatusCode::OK, "Device activation", &body)
}

/// The page on which an app is created from its manifest.
pub(crate) fn creation(app: &str, action: &str, form_token: &str) -> Reply {
    about(app, "Create", "will be yours", action, form_token)
}

/// The page on which a person installs an app.
pub(crate) fn installation(app: &str, action: &str, form_token: &str) -> Reply {
    about(app, "Install", "will be installed for you", action, form_token)
}

/// A page that asks whether something shall be done with an app.
fn about(app: &str, verb: &str, outcome: &str, action: &str, form_token: &str) -> Reply {
    let [app, action, form_token] = [app, action, form_token].map(escape);
    let body = format!(
        r#"<h1>{verb} {app}</h1>
<p>The app <strong>{app}</strong> {outcome}.</p>
<form method="post" action="{action}">
<input type="hidden" name="form_token" value="{form_token}">
<button type="submit" name="decision" value="authorize" class="primary">{verb} app</button>
<button type="submit" name="decision" value="deny">Cancel</button>
</form>"#
    );
    page(StatusCode::OK, &format!("{verb} {app}"), &body)
}

/// A page that says that something is done.
pub(crate) fn notice(title: &str, explanation: &str) -> Reply {
    let [title, explanation] = [title, explanation].map(escape);
    let body = format!("<h1>{title}</h1>\n<p>{explanation}</p>");
    page(StatusCode::OK, &title, &body)
}

/// A page that explains why nothing happens, and leads nowhere.
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
@media(prefers-color-scheme:dark){body{background:#10161d;color:#e6edf3}main{background:#1a232d}\
.small{color:#a9b7c4}input,button{border-color:#4a5a6a}}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_escaped_comes_back() {
        let nasty = r#"<script>"&amp;'</script>"#;
        assert!(!escape(nasty).contains(['<', '>', '"', '\'']));
        assert_eq!(unescape(&escape(nasty)), nasty);
    }
}
