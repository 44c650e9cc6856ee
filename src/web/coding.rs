//! What a client accepts: the coding of an answer, and whether it is a browser (RFC 9110 §12.5).

use super::request::{Field, Fields};
use crate::publish::cache::Coding;

/// What a client accepts, each in thousandths; `None`: not mentioned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Accepted {
    identity: Option<u16>,
    gzip: Option<u16>,
    brotli: Option<u16>,
    zstd: Option<u16>,
    any: Option<u16>,
}

/// The coding with the highest weight; among equals the one that costs least to make anew. Failing
/// all, none: an answer is better than 406.
pub(super) fn choose(fields: &Fields<'_>) -> Coding {
    let accepted = Accepted::read(fields);
    let mut best = (accepted.weight(Coding::Identity), Coding::Identity);
    for coding in [Coding::Brotli, Coding::Zstd, Coding::Gzip] {
        let weight = accepted.weight(coding);
        if weight > 0 && weight >= best.0 {
            best = (weight, coding);
        }
    }
    best.1
}

/// Whether pages are asked for: `Accept` names `text/html`, by this name.
pub(super) fn wants_page(fields: &Fields<'_>) -> bool {
    let mut named = fields.all(Field::Accept).flat_map(|value| value.split(|byte| *byte == b','));
    named.any(|range| {
        let mut parameters = range.split(|byte| *byte == b';');
        let name = parameters.next().unwrap_or_default().trim_ascii();
        name.eq_ignore_ascii_case(b"text/html")
            && parameters
                .filter_map(|parameter| weight(parameter.trim_ascii()))
                .all(|weight| weight > 0)
    })
}

impl Accepted {
    fn read(fields: &Fields<'_>) -> Self {
        let mut accepted = Accepted::default();
        let parts =
            fields.all(Field::AcceptEncoding).flat_map(|value| value.split(|byte| *byte == b','));
        parts.for_each(|part| accepted.take(part));
        accepted
    }

    /// One member of the list; what cannot be read says nothing.
    fn take(&mut self, part: &[u8]) {
        let mut parameters = part.split(|byte| *byte == b';');
        let name = parameters.next().unwrap_or_default().trim_ascii();
        let Some(weight) =
            parameters.next().map_or(Some(1000), |parameter| weight(parameter.trim_ascii()))
        else {
            return;
        };
        let slot = match name {
            name if name.eq_ignore_ascii_case(b"gzip") || name.eq_ignore_ascii_case(b"x-gzip") => {
                &mut self.gzip
            }
            name if name.eq_ignore_ascii_case(b"br") => &mut self.brotli,
            name if name.eq_ignore_ascii_case(b"zstd") => &mut self.zstd,
            name if name.eq_ignore_ascii_case(b"identity") => &mut self.identity,
            b"*" => &mut self.any,
            _ => return,
        };
        *slot = Some(weight);
    }

    /// The weight of a coding; an identity that is not mentioned comes after everything that is.
    fn weight(&self, coding: Coding) -> u16 {
        match coding {
            Coding::Identity => self.identity.or(self.any.map(|any| any.min(1))).unwrap_or(1),
            // `*` is sent by simple clients that open gzip at best.
            Coding::Gzip => self.gzip.or(self.any).unwrap_or(0),
            Coding::Brotli => self.brotli.unwrap_or(0),
            Coding::Zstd => self.zstd.unwrap_or(0),
        }
    }
}

/// `q=0.5` as 500.
fn weight(parameter: &[u8]) -> Option<u16> {
    let value = parameter.strip_prefix(b"q=").or_else(|| parameter.strip_prefix(b"Q="))?;
    let (whole, fraction) = match value {
        [whole] => (whole, &[][..]),
        [whole, b'.', fraction @ ..] if fraction.len() <= 3 => (whole, fraction),
        _ => return None,
    };
    let mut thousandths = match whole {
        b'0' => 0,
        b'1' => 1000,
        _ => return None,
    };
    let mut place = 100;
    for digit in fraction {
        thousandths += u16::from(digit.is_ascii_digit().then_some(digit - b'0')?) * place;
        place /= 10;
    }
    (thousandths <= 1000).then_some(thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_by_what_they_name() {
        let table: [(&[&str], bool); 12] = [
            (
                &["text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,\
                     */*;q=0.8"],
                true,
            ),
            (&["text/html"], true),
            (&["application/xml", "Text/HTML ; charset=utf-8 ;q=0.1"], true),
            (&["application/rss+xml, text/html;q=0.2"], true),
            (&["text/html;q=x"], true),
            (&["text/html;q=0"], false),
            (&["text/html ; Q=0.000"], false),
            (&["text/html-not, */*"], false),
            (&["text/*"], false),
            (&["application/atom+xml"], false),
            (&[""], false),
            (&[], false),
        ];
        for (given, want) in table {
            let fields: Fields = given.iter().map(|value| (Field::Accept, *value)).collect();
            assert_eq!(wants_page(&fields), want, "{given:?}");
        }
    }

    #[test]
    fn the_heaviest_then_the_cheapest() {
        let table: [(&[&str], &str); 21] = [
            (&[], "identity"),
            (&[""], "identity"),
            (&["gzip"], "gzip"),
            (&["GZip"], "gzip"),
            (&["x-gzip"], "gzip"),
            (&["br"], "br"),
            (&["zstd"], "zstd"),
            (&["deflate"], "identity"),
            (&["gzip, deflate, br, zstd"], "gzip"),
            (&["br", "zstd"], "zstd"),
            (&["gzip;q=1.0, br;q=0.9"], "gzip"),
            (&["gzip;q=0.5 , zstd ; q=0.7"], "zstd"),
            (&["gzip;q=0, br;q=0, zstd;q=0"], "identity"),
            (&["gzip;q=0.2, identity;q=0.8"], "identity"),
            (&["gzip, identity"], "gzip"),
            (&["*"], "gzip"),
            (&["*, gzip;q=0"], "identity"),
            (&["*;q=0"], "identity"),
            (&["gzip;q=2"], "identity"),
            (&["gzip;q=0.0001, br;q=0.x"], "identity"),
            (&["gzip;q=0.001"], "gzip"),
        ];
        for (given, want) in table {
            let fields: Fields =
                given.iter().map(|value| (Field::AcceptEncoding, *value)).collect();
            assert_eq!(choose(&fields).token(), want, "{given:?}");
        }
    }
}
