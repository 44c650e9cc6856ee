//! Media RSS 1.5: what an article carries, told to readers that show pictures, play or offer files.

use std::collections::BTreeMap;

use rss::extension::{Extension, ExtensionMap};

use super::{shown, xml};
use crate::domain::{Article, Attachment, markup};

/// The prefix of its elements.
pub(super) const PREFIX: &str = "media";
/// Its namespace.
pub(super) const NAMESPACE: &str = "http://search.yahoo.com/mrss/";

/// `media:content` of each attachment and picture once, and `media:thumbnail` of the lead picture;
/// nothing where there is none.
pub(super) fn elements(article: &Article) -> ExtensionMap {
    let mut contents: Vec<Extension> = Vec::new();
    let mut put = |content: Option<Extension>| {
        contents.extend(content.filter(|content| {
            contents.iter().all(|known| known.attrs.get("url") != content.attrs.get("url"))
        }));
    };
    article.attachments.iter().for_each(|attachment| put(attached(attachment)));
    let lead = article.image.as_deref().map(Into::into);
    lead.into_iter()
        .chain(markup::pictures(&article.content_html))
        .for_each(|address| put(picture(&address)));
    let thumbnail = article
        .image
        .as_deref()
        .and_then(shown::file)
        .map(|url| element("thumbnail", [("url", url.into_owned())]));
    let named = [("content", contents), ("thumbnail", thumbnail.into_iter().collect())];
    let named: BTreeMap<_, _> = named
        .into_iter()
        .filter(|(_, all)| !all.is_empty())
        .map(|(name, all)| (name.to_owned(), all))
        .collect();
    if named.is_empty() { ExtensionMap::new() } else { [(PREFIX.to_owned(), named)].into() }
}

fn attached(attachment: &Attachment) -> Option<Extension> {
    let kind = &attachment.mime_type;
    let attrs = [
        ("url", shown::file(&attachment.url)?.into_owned()),
        ("type", kind.clone()),
        ("medium", medium(kind).to_owned()),
    ];
    let mut content = element("content", attrs);
    if let Some(title) = shown::seen(&attachment.title) {
        let (kind, value) = if shown::like_markup(title) {
            ("html", xml::escape(title))
        } else {
            ("plain", title.to_owned())
        };
        let title =
            Extension { value: Some(value), ..element("title", [("type", kind.to_owned())]) };
        content.children.insert("title".to_owned(), vec![title]);
    }
    Some(content)
}

fn picture(address: &str) -> Option<Extension> {
    Some(element(
        "content",
        [("url", shown::file(address)?.into_owned()), ("medium", "image".to_owned())],
    ))
}

/// What kind of thing a media type is, in Media RSS's words; nothing for a page, which may be a
/// player of anything.
fn medium(mime_type: &str) -> &'static str {
    match mime_type.split('/').next().unwrap_or_default() {
        "image" => "image",
        "audio" => "audio",
        "video" => "video",
        _ if mime_type.is_empty() || mime_type == "text/html" => "",
        _ => "document",
    }
}

/// An element with those of its attributes that say something.
fn element<const N: usize>(name: &str, attrs: [(&str, String); N]) -> Extension {
    let attrs = attrs
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value));
    Extension { name: format!("{PREFIX}:{name}"), attrs: attrs.collect(), ..Extension::default() }
}
