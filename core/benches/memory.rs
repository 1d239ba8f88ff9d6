//! What a cached token costs in memory, beside a bare map of texts in the same run.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use appmint_core::{
    App, Deadline, Response, Result,
    http::{Request, Transport},
};
use appmint_sandbox::Sandbox;

/// Counts what is allocated.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: hands everything on to the system's allocator, and only counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's own promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's own promise.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A platform that mints at once.
#[derive(Debug)]
struct Mint(AtomicUsize);

impl Transport for Mint {
    fn send(&self, _: &Request, _: Deadline) -> Result<Response> {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        let body = format!(
            r#"{{"token":"ghs_{number:036}","expires_at":"2099-01-01T00:00:00Z",
            "permissions":{{"contents":"read","issues":"write","metadata":"read"}},
            "repository_selection":"all"}}"#
        );
        Ok(Response { status: 201, headers: Vec::new(), body: body.into_bytes() })
    }
}

fn main() {
    let count: usize = std::env::var("TOKENS").ok().and_then(|n| n.parse().ok()).unwrap_or(200_000);
    let sandbox = Sandbox::start().unwrap();
    let pem = sandbox.private_key_pem().unwrap();
    let app = App::builder("github").app_id("1").private_key(pem);
    let app = app.transport(Arc::new(Mint(AtomicUsize::new(0)))).build().unwrap();
    app.installation("1").unwrap().token().wait().unwrap();

    let before = LIVE.load(Ordering::Relaxed);
    for id in 0..count {
        app.installation((10_000_000 + id).to_string()).unwrap().token().wait().unwrap();
    }
    let ours = (LIVE.load(Ordering::Relaxed) - before) / count;

    let before = LIVE.load(Ordering::Relaxed);
    let map: HashMap<String, String> =
        (0..count).map(|id| ((10_000_000 + id).to_string(), format!("ghs_{id:036}"))).collect();
    let bare = (LIVE.load(Ordering::Relaxed) - before) / map.len();
    println!("{count} cached tokens: {ours} bytes each; a bare map of texts: {bare} bytes each");
}
