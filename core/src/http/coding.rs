//! Content codings (RFC 9110 §8.4.1): a body as it was before a server or a gateway compressed it.
//!
//! appmint asks for no compression, and some gateways compress whether asked or not. A body that cannot be
//! decompressed stays as it came, with its `Content-Encoding`, which the error of its reader names.

use std::io::{self, Read};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::{
    error::Result,
    http::{
        failure::too_large,
        message::{Request, Response},
    },
};

/// The response without its content codings, unless the caller asked for them. The decompressed body is
/// held to the request's limit, too.
///
/// # Errors
/// [`Protocol`](crate::ErrorKind::Protocol) of reason `body_too_large`.
pub(super) fn decoded(mut response: Response, request: &Request) -> Result<Response> {
    if request.has_header("accept-encoding") || response.body.is_empty() {
        return Ok(response);
    }
    let Some(codings) = codings(&response) else { return Ok(response) };
    let limit = request.response_limit;
    let mut inner: Option<Vec<u8>> = None;
    for coding in codings.iter().rev() {
        match coding.decode(inner.as_ref().unwrap_or(&response.body), limit) {
            Ok(body) => inner = Some(body),
            Err(Fault::Damaged) => return Ok(response),
            Err(Fault::TooLarge) => {
                return Err(too_large(&request.url, limit).with_status(response.status));
            }
        }
    }
    response.body = inner.unwrap_or_else(|| std::mem::take(&mut response.body));
    response.headers.retain(|(name, _)| {
        let of_coded = ["content-encoding", "content-length"];
        !of_coded.iter().any(|it| name.eq_ignore_ascii_case(it))
    });
    Ok(response)
}

#[derive(Clone, Copy)]
enum Coding {
    Gzip,
    Deflate,
}

enum Fault {
    /// The body is not in this coding, or breaks off.
    Damaged,
    TooLarge,
}

/// The codings in the order in which they were applied; `None` if one of them is not known.
fn codings(response: &Response) -> Option<Vec<Coding>> {
    let names = response.header("content-encoding")?;
    let names = names.split(',').map(|name| name.trim().to_ascii_lowercase());
    let mut codings = Vec::new();
    for name in names.filter(|name| !name.is_empty() && name != "identity") {
        codings.push(match name.as_str() {
            "gzip" | "x-gzip" => Coding::Gzip,
            "deflate" => Coding::Deflate,
            _ => return None,
        });
    }
    (codings.len() <= MAX_CODINGS).then_some(codings)
}

impl Coding {
    fn decode(self, body: &[u8], limit: usize) -> std::result::Result<Vec<u8>, Fault> {
        match self {
            Self::Gzip => read(MultiGzDecoder::new(body), limit),
            // RFC 9110 §8.4.1.2 means zlib's format, and notes that some servers leave its frame out.
            Self::Deflate => read(ZlibDecoder::new(body), limit).or_else(|fault| match fault {
                Fault::Damaged => read(DeflateDecoder::new(body), limit),
                Fault::TooLarge => Err(fault),
            }),
        }
    }
}

fn read(decoder: impl Read, limit: usize) -> std::result::Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    let up_to = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1); // no usize is wider
    let read: io::Result<usize> = decoder.take(up_to).read_to_end(&mut body);
    if body.len() > limit {
        return Err(Fault::TooLarge);
    }
    read.map(|_| body).map_err(|_| Fault::Damaged)
}

/// Each of them costs up to the limit of the body again.
const MAX_CODINGS: usize = 4;

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };
    use url::Url;

    use super::*;
    use crate::error::Reason;

    const TEXT: &[u8] = b"{\"token\":\"ghs_1\"}";

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn deflate(text: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn request() -> Request {
        Request::new("GET", Url::parse("https://api.example").unwrap())
    }

    fn response(coding: &str, body: Vec<u8>) -> Response {
        let headers = vec![
            ("content-encoding".to_owned(), coding.to_owned()),
            ("content-length".to_owned(), body.len().to_string()),
        ];
        Response { status: 200, headers, body }
    }

    #[test]
    fn a_body_is_read_in_any_coding_that_is_known() {
        for (coding, body) in [
            ("gzip", gzip(TEXT)),
            ("GZIP", gzip(TEXT)),
            ("x-gzip", gzip(TEXT)),
            ("gzip", [gzip(&TEXT[..4]), gzip(&TEXT[4..])].concat()),
            ("deflate", zlib(TEXT)),
            ("deflate", deflate(TEXT)),
            ("deflate, gzip", gzip(&zlib(TEXT))),
            ("identity, gzip,", gzip(TEXT)),
            ("identity", TEXT.to_vec()),
        ] {
            let read = decoded(response(coding, body), &request()).unwrap();
            assert_eq!((read.body.as_slice(), read.headers.len()), (TEXT, 0), "{coding}");
        }
    }

    #[test]
    fn any_other_body_stays_as_it_came() {
        let cut = gzip(TEXT);
        for (coding, body) in [
            ("br", vec![0x0b, 0x08]),
            ("gzip, br", gzip(TEXT)),
            ("gzip", TEXT.to_vec()),
            ("gzip", cut[..cut.len() - 9].to_vec()),
            ("gzip, gzip, gzip, gzip, gzip", gzip(TEXT)),
            ("gzip", Vec::new()),
        ] {
            let came = response(coding, body);
            assert_eq!(decoded(came.clone(), &request()).unwrap(), came, "{coding}");
        }
        let mut asked = request();
        asked.default_header("Accept-Encoding", "gzip");
        let came = response("gzip", gzip(TEXT));
        assert_eq!(decoded(came.clone(), &asked).unwrap(), came);
    }

    #[test]
    fn the_limit_holds_for_what_comes_out() {
        let zeros = vec![b' '; 64 << 20];
        for (coding, body) in
            [("gzip", gzip(&zeros)), ("deflate", zlib(&zeros)), ("gzip, gzip", gzip(&gzip(&zeros)))]
        {
            let error = decoded(response(coding, body), &request()).unwrap_err();
            assert_eq!((error.reason(), error.status()), (Some(Reason::BodyTooLarge), Some(200)));
        }
    }
}
