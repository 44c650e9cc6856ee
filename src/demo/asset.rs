//! Pictures and documents: small, valid, different by path.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::dice::Dice;

const WIDTH: u32 = 320;
const HEIGHT: u32 = 200;

/// The bytes and media type behind an asset's path; `None` if it is no asset.
pub fn of(path: &str) -> Option<(&'static str, Vec<u8>)> {
    let ending = path.rsplit_once('.')?.1;
    Some(match ending {
        "png" | "ico" => ("image/png", png(path)),
        "pdf" => ("application/pdf", pdf(path)),
        "doc" => ("application/msword", rtf(path)),
        "xls" => {
            ("application/vnd.ms-excel", format!("n\tvalue\r\n1\t{}\r\n", path.len()).into_bytes())
        }
        "css" if path.starts_with("/Style") => ("text/css", super::data::STYLE.as_bytes().to_vec()),
        "css" => ("text/css", b"/* */\n".to_vec()),
        "js" => ("application/javascript", b"// \n".to_vec()),
        _ => return None,
    })
}

/// A picture of hills under a sky, coloured by its path.
fn png(path: &str) -> Vec<u8> {
    let mut dice = Dice::of(7, path);
    let tone = dice.below(90);
    let slope = if dice.chance(50) { 1 } else { 2 };
    let mut pixels = Vec::new();
    for y in 0..HEIGHT {
        pixels.push(0);
        for x in 0..WIDTH {
            let ridge = HEIGHT / 3 + (x * slope % 160).abs_diff(80) / 2 + (x % 70).abs_diff(35) / 3;
            let level = u8::try_from(tone + (y / 2) as usize % 100).unwrap_or(200);
            pixels.extend(if y < ridge {
                [120 + level / 3, 180, 230]
            } else {
                [level / 2, 90 + level / 2, 60]
            });
        }
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let packed = encoder.write_all(&pixels).and_then(|()| encoder.finish()).unwrap_or_default();
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let head = [&WIDTH.to_be_bytes()[..], &HEIGHT.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    for (kind, content) in [(b"IHDR", head), (b"IDAT", packed), (b"IEND", Vec::new())] {
        let body = [&kind[..], &content].concat();
        out.extend(u32::try_from(content.len()).unwrap_or(0).to_be_bytes());
        out.extend(&body);
        out.extend(crc32fast::hash(&body).to_be_bytes());
    }
    out
}

fn pdf(path: &str) -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>".to_owned(),
    ];
    let mut out = format!("%PDF-1.4\n% {path}\n");
    let mut places = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.push_str(&format!("{} 0 obj {object} endobj\n", n + 1));
    }
    let start = out.len();
    out.push_str("xref\n0 4\n0000000000 65535 f \n");
    for place in places {
        out.push_str(&format!("{place:010} 00000 n \n"));
    }
    out.push_str(&format!("trailer << /Size 4 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"));
    out.into_bytes()
}

fn rtf(path: &str) -> Vec<u8> {
    format!("{{\\rtf1\\ansi {path}\\par}}\n").into_bytes()
}
