//! Mail addresses that a page protects from those who gather them, opened where it holds them.

use crate::extract::html::dom::Node;
use crate::extract::lines::embedded::Special;
use crate::extract::rules::profile::Profile;
use crate::text::blank;

/// Bytes of an address as it is protected; longer ones are none.
const LONGEST: usize = 2_000;

/// The address that an element stands for, or that it links to.
pub(crate) fn opened(node: Node<'_>, profile: &Profile) -> Option<Special> {
    let rules = &profile.data.mails;
    let keyed = rules.keyed.iter().find_map(|name| node.attr(name)).and_then(unkeyed);
    if let Some(address) = keyed.or_else(|| joined(node, profile)) {
        return Some(Special::Mail(address));
    }
    let (start, hex) = node.attr("href").filter(|_| node.is(&["a"]))?.split_once('#')?;
    let known = rules.keyed_links.iter().any(|link| start.trim().ends_with(link.as_str()));
    let to = unkeyed(hex).filter(|_| known)?;
    let text: String = node.descendants().filter_map(|n| n.text()).take(9).collect();
    let text = blank::settle(&text);
    let address = to.split('?').next().unwrap_or_default();
    Some(match rules.stand_ins.iter().any(|known| known.eq_ignore_ascii_case(&text)) {
        true => Special::Mail(address.to_owned()),
        false => Special::Link(format!("mailto:{to}")),
    })
}

/// An address in hexadecimal bytes, each but the first combined with that by exclusive or.
fn unkeyed(hex: &str) -> Option<String> {
    let hex = hex.trim();
    if hex.len() > LONGEST || !hex.len().is_multiple_of(2) {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect::<Option<_>>()?;
    let (key, rest) = bytes.split_first()?;
    mail(String::from_utf8(rest.iter().map(|b| b ^ key).collect()).ok()?)
}

/// An address whose halves stand in two attributes.
fn joined(node: Node<'_>, profile: &Profile) -> Option<String> {
    node.name().filter(|name| name.contains('-'))?;
    let pairs = profile.data.mails.halves.iter().filter_map(|pair| pair.split_once(' '));
    let mut pairs = pairs.filter_map(|(first, last)| Some((node.attr(first)?, node.attr(last)?)));
    let (first, last) = pairs.next()?;
    mail(format!("{}@{}", unpacked(first)?, unpacked(last)?))
}

/// Text in base 64.
fn unpacked(packed: &str) -> Option<String> {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let packed = packed.trim().trim_end_matches('=');
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for sign in packed.bytes().take(LONGEST) {
        let value = SIGNS.iter().position(|known| *known == sign)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
        bits &= 0xff;
    }
    String::from_utf8(bytes).ok()
}

/// A text that is a mail address, with what a link may say behind it.
fn mail(text: String) -> Option<String> {
    let address = text.split('?').next().unwrap_or_default();
    let (name, host) = address.split_once('@')?;
    let sound = |c: char| !c.is_whitespace() && !c.is_control() && !"<>\"\\@:/".contains(c);
    let is_one = !name.is_empty()
        && !host.is_empty()
        && (name.chars().chain(host.chars())).all(sound)
        && !text.contains(|c: char| c.is_control());
    is_one.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protected_addresses_are_opened() {
        for (hex, address) in [
            ("2a4b684b04585d", Some("aBa.rw")),
            ("5a3b1a38742c34", Some("a@b.vn")),
            ("5a3b1a38742c3", None),
            ("5a3b", None),
            ("zz", None),
            ("", None),
            ("005cc3", None),
        ] {
            let wanted = address.filter(|address| address.contains('@'));
            assert_eq!(unkeyed(hex).as_deref(), wanted, "{hex}");
        }
        for (packed, text) in
            [("aW5mbw==", Some("info")), ("ZXhhbXBsZS5jb20=", Some("example.com")), ("*", None)]
        {
            assert_eq!(unpacked(packed).as_deref(), text);
        }
    }
}
