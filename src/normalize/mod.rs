//! A draft becomes an article: NFC text, safe HTML with absolute addresses, identity, dates with an
//! offset, digests.
//!
//! Never reads a page, a clock or the network, and never fails: what does not fit is absent.

mod body;
mod context;
mod cut;
mod digest;
mod field;
mod identity;
mod markup;
mod parameters;
mod sanitizer;
mod size;
mod speech;
mod tags;
pub mod text;
pub mod twin;
pub mod url;

pub use context::Context;
pub use identity::canonical;
pub use sanitizer::Sanitizer;

use ::url::Url;

use crate::domain::draft::Embedded;
use crate::domain::settings::Lengths;
use crate::domain::{Article, BlockName, Bound, Draft, Part, Teaser};
use cut::Cuts;

/// The article that a draft describes, its fields no longer than is usual.
pub fn article(draft: &Draft, context: &Context<'_>) -> Article {
    article_within(draft, context, Lengths::default()).0
}

/// The article that a draft describes, and which of the lengths cut something off.
pub fn article_within(
    draft: &Draft,
    context: &Context<'_>,
    lengths: Lengths,
) -> (Article, Vec<Bound>) {
    let mut cuts = Cuts::new(lengths);
    let article = made(draft, context, &mut cuts);
    (article, cuts.hit)
}

fn made(draft: &Draft, context: &Context<'_>, cuts: &mut Cuts) -> Article {
    let base = draft
        .base
        .as_deref()
        .and_then(|base| url::absolute(context.url, base))
        .or_else(|| context.url.cloned());
    let base = base.as_ref();
    let parts = size::bounded(&draft.body, cuts.lengths.content);
    if parts.len() < draft.body.len() {
        cuts.hit(Bound::Content);
    }
    let cleaned: Vec<_> = parts.iter().map(|part| body::cleaned(part, base)).collect();
    let texts = body::texts(&cleaned);
    let language = context.language.or(draft.language.as_deref()).and_then(field::language);
    let own = speech::Own { leftward: draft.leftward, language: language.as_deref() };
    let (content_html, pictures) = body::html((parts, &cleaned), own, base, context.sanitizer);
    let address = identity::address(draft, context);
    let title = draft
        .title
        .as_deref()
        .map_or(String::new(), |title| cuts.line(title, cuts.lengths.title, Bound::Title));
    let content_text = body::text(parts, &cleaned);
    let block = |(name, role): &(String, _)| BlockName { name: text::clean(name), role: *role };
    let mut article = Article {
        id: identity::id(context.site, address.as_ref(), &title, &content_text),
        url: address.as_ref().map_or(String::new(), |address| url::clean(address).into()),
        lead: draft
            .lead
            .as_deref()
            .map(|lead| cuts.line(lead, cuts.lengths.lead, Bound::Lead))
            .filter(|lead| !lead.is_empty()),
        title,
        content_html,
        content_text,
        published: field::published(draft, context),
        authors: field::authors(&draft.authors, cuts),
        image: image(draft, &pictures, base),
        attachments: field::attachments(attached(draft), base, context.sanitizer, cuts),
        language,
        captions: texts.iter().filter(|(is, _)| *is).map(|(_, text)| (*text).into()).collect(),
        portal: draft.portal.clone(),
        engine: draft.engine.clone(),
        blocks: draft.blocks.iter().map(block).collect(),
        item: draft.item.clone(),
        letters: draft.letters.clone(),
        digest: [0; 32],
        body_digest: [0; 32],
    };
    article.digest = digest::version(&article, &texts, &body::marks(parts, &cleaned), &pictures);
    article.body_digest = digest::body(&article.title, &texts);
    article
}

/// Attached documents as written, those that the page shows in its text too: address, title and
/// media type.
fn attached(draft: &Draft) -> impl Iterator<Item = (&str, &str, &str)> {
    let shown = draft.body.iter().filter_map(|part| match part {
        Part::Embedded(Embedded { to, title, file: Some(kind), .. }) => {
            Some((to.as_str(), title.as_str(), kind.as_str()))
        }
        _ => None,
    });
    draft.attachments.iter().map(|(to, title)| (to.as_str(), title.as_str(), "")).chain(shown)
}

/// The article's picture: the first of its body that has a whole address, else the page's.
fn image(draft: &Draft, pictures: &[String], base: Option<&Url>) -> Option<String> {
    let whole = pictures.iter().find(|picture| picture.contains("://")).cloned();
    whole.or_else(|| field::address(base, draft.image.as_deref()?))
}

/// The id of an article of a site that is called by this address.
pub fn id(site: &str, address: &::url::Url) -> uuid::Uuid {
    identity::id(site, Some(address), "", "")
}

/// What a page that answered at this address says of an article, as a number that changes when
/// anything of it does.
pub fn said(article: &Article, answered: &Url) -> u128 {
    digest::said(article, answered)
}

/// What a listing says of the article whose link has this key, as a number that changes when it
/// does; 0 is none, since it stands for what is not known.
pub fn teaser_digest(teaser: &Teaser, key: &str) -> u64 {
    digest::teaser(teaser, key).max(1)
}

#[cfg(test)]
mod tests;
