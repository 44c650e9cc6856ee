//! Whether a request says which host it is for (RFC 9112 §3.2).

use std::net::Ipv6Addr;

use http::Version;

use super::request::{Field, Fields};

/// Whether there is exactly one valid Host; HTTP/1.0 may have none.
pub(super) fn is_told(version: Version, fields: &Fields<'_>) -> bool {
    let mut hosts = fields.all(Field::Host);
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => is_valid(host),
        (None, _) => version < Version::HTTP_11,
        _ => false,
    }
}

/// `uri-host [":" port]` with a host that is not empty (RFC 9110 §4.2.1, §7.2).
fn is_valid(value: &[u8]) -> bool {
    let name_ends = if value.starts_with(b"[") {
        value.iter().position(|byte| *byte == b']').map(|at| at + 1)
    } else {
        None
    };
    let colon = || value.iter().position(|byte| *byte == b':').unwrap_or(value.len());
    let (name, port) = value.split_at(name_ends.unwrap_or_else(colon));
    let port_is_valid = port.is_empty()
        || port.strip_prefix(b":").is_some_and(|digits| digits.iter().all(u8::is_ascii_digit));
    port_is_valid && if name_ends.is_some() { is_literal(name) } else { is_name(name) }
}

/// An IPv6 address in brackets.
fn is_literal(name: &[u8]) -> bool {
    let inside = name
        .strip_prefix(b"[")
        .and_then(|name| name.strip_suffix(b"]"))
        .and_then(|name| std::str::from_utf8(name).ok());
    inside.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
}

/// A registered name or an IPv4 address (RFC 3986 §3.2.2).
fn is_name(mut name: &[u8]) -> bool {
    let given = !name.is_empty();
    while let Some((first, rest)) = name.split_first() {
        name = match (first, rest) {
            (b'%', [a, b, rest @ ..]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => rest,
            (byte, rest) if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(byte) => {
                rest
            }
            _ => return false,
        };
    }
    given
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_host_that_is_one() {
        let valid = [
            "a",
            "127.0.0.1:8080",
            "feeds.example.org",
            "A_b-c.d:",
            "[::1]",
            "[2001:db8::1]:80",
            "xn--ti-nma.example",
            "a%20b",
        ];
        for host in valid {
            assert!(is_valid(host.as_bytes()), "{host}");
        }
        let faulty = [
            "",
            ":80",
            "a b",
            "a/b",
            "a@b",
            "a:b",
            "a:80:80",
            "a,b c",
            "[::1",
            "[]",
            "[::1]x",
            "[a]",
            "::1",
            "a%2",
            "a%zz",
            "tin.việt",
            "http://a",
        ];
        for host in faulty {
            assert!(!is_valid(host.as_bytes()), "{host}");
        }
    }

    #[test]
    fn how_many_hosts_are_asked_for() {
        let table: [(&[&str], bool, bool); 5] = [
            (&[], false, true),
            (&["a"], true, true),
            (&["a", "a"], false, false),
            (&["a", "b"], false, false),
            (&[""], false, false),
        ];
        for (hosts, in_new, in_old) in table {
            let fields: Fields = hosts.iter().map(|host| (Field::Host, *host)).collect();
            assert_eq!(
                (is_told(Version::HTTP_11, &fields), is_told(Version::HTTP_10, &fields)),
                (in_new, in_old),
                "{hosts:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn hosts_of_sockets_are_valid(ip: std::net::IpAddr, port: u16) {
            prop_assert!(is_valid(std::net::SocketAddr::new(ip, port).to_string().as_bytes()));
        }
    }
}
