//! What a page is to the articles that are known. Links are believed as far as what pages say does
//! not speak against them.

use std::sync::Arc;

use url::Url;

use super::address::{Addresses, Mark, is_front, is_like, keys, says_both, says_the_same};
use super::owner::{by_item, by_path, is_away, link_to, links, living, owner};
use crate::crawl::Error;
use crate::crawl::frontier::is_dead;
use crate::crawl::ledger::Ledger;
use crate::domain::{Article, Link, LinkState, Record, Site};
use crate::normalize::{twin, url::key};

/// A page that was read as an article.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    pub site: &'a Site,
    /// The link that led to it.
    pub link: &'a Link,
    pub addresses: &'a Addresses,
    pub article: &'a Article,
}

impl Page<'_> {
    /// The keys by which it may be known.
    pub fn looked_up(&self) -> Vec<String> {
        let met = [key(&self.addresses.asked), key(&self.addresses.answered)];
        let claimed = self.addresses.claimed().map(key);
        let claims: Vec<String> =
            claimed.iter().chain(&met).map(|key| Mark::claim(key).key().to_owned()).collect();
        let says = Mark::says(self.article).map(|mark| mark.key().to_owned());
        let link = &self.link.key;
        let hosted =
            [twin::path(link), twin::path_mark(link)].into_iter().chain(met).chain(claimed);
        hosted.flat_map(|key| [twin::other_host(&key), key]).chain(claims).chain(says).collect()
    }
}

/// What it is.
pub enum Verdict {
    /// An article that is not known; whether its canonical link may be believed.
    New(bool),
    /// A known one, and others that turn out to be the same.
    Same(Arc<Record>, Vec<Arc<Record>>),
    /// What it is, and not the known one that it was taken for.
    Parted(Arc<Record>, Box<Verdict>),
    /// Another rendering of a known one, whose own page says what it is.
    Shown(Arc<Record>),
    /// Something else than the article of its link: the portal sends on to it.
    SentOn,
    /// It cannot be told before the links of that article are read again.
    Doubt(Arc<Record>),
}

/// What a canonical link that was not met says.
enum Claim {
    None,
    Believed,
    Disbelieved,
    Names(Verdict),
}

/// Which article a page is. `sure`: the links of those that it may be were read just now.
pub async fn decide(ledger: &Ledger<'_>, page: Page<'_>, sure: bool) -> Result<Verdict, Error> {
    let addresses = page.addresses;
    let linked = match page.link.state {
        LinkState::Article(id) => living(ledger, id).await?,
        _ => owner(ledger, &key(&addresses.asked)).await?,
    };
    let redirect = addresses.is_redirect();
    let there = if redirect { owner(ledger, &key(&addresses.answered)).await? } else { None };
    match (linked, there) {
        (Some(linked), Some(there)) if linked.article.id != there.article.id => {
            let dated = linked.article.published == there.article.published;
            let one = dated && (is_like(&linked, page.article) || is_like(&linked, &there.article));
            Ok(if one { Verdict::Same(there, vec![linked]) } else { Verdict::SentOn })
        }
        (Some(_), _) if redirect && is_front(page.site, &addresses.answered) => Ok(Verdict::SentOn),
        (Some(linked), None) if redirect && is_anothers(ledger, page, &linked).await? => {
            Ok(Verdict::SentOn)
        }
        (Some(known), _) | (None, Some(known)) => self::known(ledger, page, known, sure).await,
        (None, None) => unknown(ledger, page, sure).await,
    }
}

/// Whether a page that a known article's address leads to, and that is nothing like it, is another
/// article's.
async fn is_anothers(ledger: &Ledger<'_>, page: Page<'_>, linked: &Record) -> Result<bool, Error> {
    if is_like(linked, page.article) {
        return Ok(false);
    }
    Ok(is_of_another_item(linked, page.article) || !same_as(ledger, page, linked).await?.is_empty())
}

/// The page of a link or address of a known article.
async fn known(
    ledger: &Ledger<'_>,
    page: Page<'_>,
    known: Arc<Record>,
    sure: bool,
) -> Result<Verdict, Error> {
    let another = !page.addresses.is_redirect() && !is_like(&known, page.article);
    if another && has_other_link(ledger, &known, page.link).await? {
        if !sure {
            return Ok(Verdict::Doubt(known));
        }
        if !is_first(&known, page.addresses) {
            let is = unknown(ledger, page, sure).await?;
            return Ok(Verdict::Parted(known, Box::new(is)));
        }
    }
    if is_rendering(ledger, &known, page.addresses).await? {
        return Ok(Verdict::Shown(known));
    }
    let joins = same_as(ledger, page, &known).await?;
    Ok(Verdict::Same(known, joins))
}

/// Whether a known article was read by another link than this, which still stands.
async fn has_other_link(ledger: &Ledger<'_>, known: &Record, link: &Link) -> Result<bool, Error> {
    let own = known
        .listed
        .as_ref()
        .and_then(|listed| Url::parse(&listed.url).ok())
        .is_some_and(|url| key(&url) == link.key);
    Ok(!own && links(ledger, known, &link.key).await?.iter().any(|other| !is_dead(other)))
}

/// Whether an article is called by one of these addresses.
fn is_first(known: &Record, addresses: &Addresses) -> bool {
    keys(known)
        .first()
        .is_some_and(|first| addresses.met().iter().any(|url| twin::alike(&key(url), first)))
}

/// Whether the page names as its canonical address the one of a known article, which is asked by a
/// link of its own.
async fn is_rendering(
    ledger: &Ledger<'_>,
    known: &Record,
    addresses: &Addresses,
) -> Result<bool, Error> {
    let url = Url::parse(&known.article.url).ok().map(|url| key(&url));
    match (addresses.claimed().map(key), url) {
        (Some(claimed), Some(url)) if twin::alike(&claimed, &url) => {
            has_link(ledger, known, &url).await
        }
        _ => Ok(false),
    }
}

/// Whether an address of an article is asked by a link, and answers.
async fn has_link(ledger: &Ledger<'_>, known: &Record, key: &str) -> Result<bool, Error> {
    Ok(link_to(ledger, known, key)
        .await?
        .is_some_and(|link| link.left.is_none() && !is_dead(&link)))
}

/// Other articles that a known one turns out to be.
async fn same_as(
    ledger: &Ledger<'_>,
    page: Page<'_>,
    known: &Record,
) -> Result<Vec<Arc<Record>>, Error> {
    let mut found: Vec<Arc<Record>> = Vec::new();
    if let Some(claimed) = page.addresses.claimed().map(key)
        && let Some(named) = named_by(ledger, &claimed).await?
        && says_both(&named, page.article)
    {
        found.push(named);
    }
    if let Some(item) = &page.article.item {
        found.extend(
            by_item(ledger, item).await?.into_iter().filter(|other| says_both(other, page.article)),
        );
    }
    if let Some(other) = saying(ledger, page.article).await? {
        let left = page.link.left.is_some() || page.addresses.is_redirect();
        if left || is_out(ledger, page.site, &other).await? {
            found.push(other);
        }
    }
    let mut once = vec![known.article.id];
    found.retain(|other| {
        !once.contains(&other.article.id) && !is_of_another_item(other, page.article) && {
            once.push(other.article.id);
            true
        }
    });
    Ok(found)
}

/// The page of an address that is no article's.
async fn unknown(ledger: &Ledger<'_>, page: Page<'_>, sure: bool) -> Result<Verdict, Error> {
    let same = match &page.article.item {
        Some(item) => same_item(ledger, page, item).await?,
        None => None,
    };
    if let Some(same) = same {
        return Ok(Verdict::Same(same, Vec::new()));
    }
    if let Some(verdict) = claimed(ledger, page, sure).await? {
        return Ok(verdict);
    }
    let believed = match claim(ledger, page, sure).await? {
        Claim::Names(verdict) => return Ok(verdict),
        Claim::None | Claim::Believed => true,
        Claim::Disbelieved => false,
    };
    let same = if page.article.item.is_none() { same_path(ledger, page).await? } else { None };
    let same = match same {
        None => same_text(ledger, page).await?,
        same => same,
    };
    Ok(match same {
        Some(same) => Verdict::Same(same, Vec::new()),
        None => Verdict::New(believed),
    })
}

/// What an article says whose page names this one's address as its canonical one.
async fn claimed(
    ledger: &Ledger<'_>,
    page: Page<'_>,
    sure: bool,
) -> Result<Option<Verdict>, Error> {
    for url in page.addresses.met() {
        let Some(id) = ledger.find(Mark::claim(&key(&url)).key()).await?.filter(|id| !id.is_nil())
        else {
            continue;
        };
        match living(ledger, id).await?.filter(|known| !is_of_another_item(known, page.article)) {
            Some(known) if says_both(&known, page.article) => {
                return Ok(Some(Verdict::Same(known, Vec::new())));
            }
            Some(known) if !sure && is_like(&known, page.article) => {
                return Ok(Some(Verdict::Doubt(known)));
            }
            _ => {}
        }
    }
    Ok(None)
}

/// What the canonical link says, where it names none of the addresses that were met.
async fn claim(ledger: &Ledger<'_>, page: Page<'_>, sure: bool) -> Result<Claim, Error> {
    let Some(claimed) = page.addresses.claimed().map(key) else { return Ok(Claim::None) };
    let is_shared = ledger.find(Mark::claim(&claimed).key()).await?.is_some_and(|id| id.is_nil());
    let Some(named) = named_by(ledger, &claimed).await? else {
        return Ok(if is_shared { Claim::Disbelieved } else { Claim::Believed });
    };
    let met = has_link(ledger, &named, &claimed).await?;
    let other_item = is_of_another_item(&named, page.article);
    if says_both(&named, page.article) && !other_item {
        return Ok(Claim::Names(if met {
            Verdict::Shown(named)
        } else {
            Verdict::Same(named, Vec::new())
        }));
    }
    let like = is_like(&named, page.article) && !other_item;
    Ok(match (like, met) {
        (true, _) if !sure => Claim::Names(Verdict::Doubt(named)),
        (true, true) if named.article.title == page.article.title => {
            Claim::Names(Verdict::Shown(named))
        }
        // It was edited where nobody saw it.
        (true, false) if is_out(ledger, page.site, &named).await? => {
            Claim::Names(Verdict::Same(named, Vec::new()))
        }
        _ => Claim::Disbelieved,
    })
}

/// The article that has an address, or whose page claims it alone.
async fn named_by(ledger: &Ledger<'_>, key: &str) -> Result<Option<Arc<Record>>, Error> {
    if let Some(owner) = owner(ledger, key).await? {
        return Ok(Some(owner));
    }
    match ledger.find(Mark::claim(key).key()).await?.filter(|id| !id.is_nil()) {
        Some(id) => living(ledger, id).await,
        None => Ok(None),
    }
}

/// The article of an item id that says the same; after an edit too, if its own address is gone.
async fn same_item(
    ledger: &Ledger<'_>,
    page: Page<'_>,
    item: &str,
) -> Result<Option<Arc<Record>>, Error> {
    for known in by_item(ledger, item).await? {
        if says_both(&known, page.article)
            || (is_like(&known, page.article) && is_out(ledger, page.site, &known).await?)
        {
            return Ok(Some(known));
        }
    }
    Ok(None)
}

/// Without item ids: the article of this path that says the same, if its own link left the list or
/// differs in nothing that counts.
async fn same_path(ledger: &Ledger<'_>, page: Page<'_>) -> Result<Option<Arc<Record>>, Error> {
    let Some(known) = by_path(ledger, &page.link.key).await? else { return Ok(None) };
    if known.article.item.is_some() || !says_the_same(&known, page.article) {
        return Ok(None);
    }
    let keys = keys(&known);
    let idle = super::differs_in(&keys, &page.link.key, &twin::idle(&keys, None));
    Ok((idle || is_out(ledger, page.site, &known).await?).then_some(known))
}

/// The article that says the same, if its own address is gone or the two differ in capitals alone.
async fn same_text(ledger: &Ledger<'_>, page: Page<'_>) -> Result<Option<Arc<Record>>, Error> {
    let Some(known) = saying(ledger, page.article).await? else { return Ok(None) };
    if is_of_another_item(&known, page.article) {
        return Ok(None);
    }
    let answered = key(&page.addresses.answered).to_lowercase();
    let capitals = keys(&known).iter().any(|key| twin::alike(&key.to_lowercase(), &answered));
    Ok((capitals || is_out(ledger, page.site, &known).await?).then_some(known))
}

/// The article that has this title, date and body.
async fn saying(ledger: &Ledger<'_>, article: &Article) -> Result<Option<Arc<Record>>, Error> {
    let Some(mark) = Mark::says(article) else { return Ok(None) };
    let Some(id) = ledger.find(mark.key()).await? else { return Ok(None) };
    Ok(living(ledger, id).await?.filter(|known| says_the_same(known, article)))
}

/// Another article that says what one says whose own address is dead.
pub async fn twin_of(ledger: &Ledger<'_>, known: &Record) -> Result<Option<Arc<Record>>, Error> {
    let other = saying(ledger, &known.article).await?;
    Ok(other.filter(|other| {
        other.article.id != known.article.id && !is_of_another_item(other, &known.article)
    }))
}

/// Whether an article no longer answers by itself or left the lists; on a host that is not the
/// site's any more it does not.
async fn is_out(ledger: &Ledger<'_>, site: &Site, known: &Record) -> Result<bool, Error> {
    let owned = Url::parse(&known.article.url).is_ok_and(|url| site.owns(&url));
    Ok(!owned || is_away(ledger, known).await?)
}

/// Whether both have item ids, and not the same.
fn is_of_another_item(known: &Record, article: &Article) -> bool {
    known.article.item.as_ref().zip(article.item.as_ref()).is_some_and(|(one, other)| one != other)
}
