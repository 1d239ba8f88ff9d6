//! The platform that the benchmarks ask, and their contestants in Rust.

mod contestants;
mod peers;
mod platform;
mod rounds;

use std::env;

fn main() {
    // Two of the peers bring a provider each.
    rustls::crypto::aws_lc_rs::default_provider().install_default().expect("the first provider");
    // A caller that fails would leave the others waiting.
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        print(panic);
        std::process::exit(1);
    }));
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["platform", certificate, key] => platform::serve(certificate, key),
        [part, name, callers] => {
            let contestant = contestants::of(part, name);
            rounds::run(&*contestant, callers.parse().expect("a number of callers"));
        }
        _ => panic!("platform CERTIFICATE KEY, or PART NAME CALLERS"),
    }
}
