//! Every document in turn, for whoever writes a static tree.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::domain::SiteId;
use crate::domain::feed::Scope;
use crate::domain::state::chain;
use crate::publish::asked::{Asked, archive_path, feed_paths};
use crate::publish::cache::{Digest, hex};
use crate::publish::sheet::digest;
use crate::publish::{Error, Held, Renderer, SITES};
use crate::render;

/// What a publication says of a path.
pub enum Given {
    /// Here is its document.
    Document {
        /// Its path.
        path: String,
        /// Its tag.
        tag: String,
        /// Its bytes.
        bytes: Bytes,
    },
    /// Its document is the one that is held.
    Same(String),
    /// What stands there or below it stays: whether it is gone cannot be told now.
    Kept(String),
}

/// Gives every document with its path, a site at a time, but of those that are held the path alone;
/// ends early if nobody takes them.
///
/// # Errors
///
/// When the store is being rebuilt, the store or the archive fails, or final documents cannot be
/// read: all others are given then.
pub async fn documents(
    renderer: &Renderer,
    held: &Held,
    out: mpsc::Sender<Given>,
) -> Result<(), Error> {
    if renderer.rebuilding.load(Ordering::Acquire) {
        return Err(Error::Rebuilding);
    }
    if renderer.is_withheld() {
        // What is missing now may come back.
        give(&out, Given::Kept("feeds".to_owned())).await;
    } else {
        renderer.follow_public_url().await?;
    }
    renderer.fold_changes().await?;
    // What was folded here is to be served too.
    renderer.changed.notify_waiters();
    let mut unread = 0;
    for site in renderer.sites() {
        if out.is_closed() {
            return Ok(());
        }
        for path in renderer.site_paths(&site).await? {
            document(renderer, held, &out, &path).await?;
        }
        for n in 1..=renderer.store.feed_state(&site.id).await?.finals {
            unread += usize::from(!final_document(renderer, held, &out, &site.id, n).await?);
        }
        renderer.save_many_sheets().await?;
    }
    let lists = feed_paths(&Scope::All).into_iter().chain([SITES.to_owned()]);
    for path in lists {
        document(renderer, held, &out, &path).await?;
    }
    give(&out, style(held)).await;
    renderer.save_sheets().await?;
    if unread > 0 { Err(Error::Unread(unread)) } else { Ok(()) }
}

/// Gives the document at a path; whether there is one.
async fn document(
    renderer: &Renderer,
    held: &Held,
    out: &mpsc::Sender<Given>,
    path: &str,
) -> Result<bool, Error> {
    let Some(asked) = Asked::read(path) else { return Ok(false) };
    let known = |digest: &Digest| held.has(path, &hex(digest));
    let Some((digest, bytes)) = renderer.document(path, &asked, known).await? else {
        return Ok(false);
    };
    let path = path.to_owned();
    let given = match bytes {
        Some(bytes) => Given::Document { path, tag: hex(&digest), bytes },
        None => Given::Same(path),
    };
    give(out, given).await;
    Ok(true)
}

/// Gives a final document; whether it reads.
async fn final_document(
    renderer: &Renderer,
    held: &Held,
    out: &mpsc::Sender<Given>,
    site: &SiteId,
    n: u32,
) -> Result<bool, Error> {
    let path = archive_path(site, n);
    match document(renderer, held, out, &path).await {
        Ok(true) => Ok(true),
        // Its record is missing.
        Ok(false) => {
            give(out, Given::Kept(path)).await;
            Ok(true)
        }
        Err(error @ Error::Archive(_)) => {
            tracing::error!(
                site.id = %site,
                feed.document = n,
                error = %chain(&error),
                "a final document cannot be read: it is left out"
            );
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// The style sheet of feeds.
fn style(held: &Held) -> Given {
    let (path, bytes) =
        (render::STYLE_PATH.to_owned(), Bytes::from_static(render::STYLE.as_bytes()));
    let tag = hex(&digest(&bytes));
    if held.has(&path, &tag) { Given::Same(path) } else { Given::Document { path, tag, bytes } }
}

async fn give(out: &mpsc::Sender<Given>, given: Given) {
    // Who takes no more says why.
    out.send(given).await.ok();
}
