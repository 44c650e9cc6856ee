//! What a visit does, as people watch it: a bar a site on a terminal, log lines elsewhere.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::crawl::{Event, Listener};
use crate::domain::SiteId;

/// One site's line.
#[derive(Default)]
struct Line {
    bar: Option<ProgressBar>,
    links: usize,
    read: u64,
    new: u64,
    edited: u64,
}

/// A listener that shows progress.
pub fn listener(terminal: bool) -> Listener {
    let bars = terminal.then(MultiProgress::new);
    let lines: Mutex<HashMap<SiteId, Line>> = Mutex::default();
    Arc::new(move |site, event| {
        let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        let line = lines.entry(site.clone()).or_default();
        take(line, &event);
        match &bars {
            Some(bars) => draw(line, bars, site, &event),
            None => say(line, site, &event),
        }
    })
}

fn take(line: &mut Line, event: &Event) {
    match event {
        Event::Began => *line = Line { bar: line.bar.take(), ..Line::default() },
        Event::Listed { new, .. } => line.links += new,
        Event::Found { .. } => line.new += 1,
        Event::Edited { .. } => line.edited += 1,
        Event::Read => line.read += 1,
        Event::Ended => {}
    }
}

fn draw(line: &mut Line, bars: &MultiProgress, site: &SiteId, event: &Event) {
    let bar = line.bar.get_or_insert_with(|| {
        let bar = bars.add(ProgressBar::no_length());
        bar.set_style(
            ProgressStyle::with_template("{spinner} {prefix:20} {wide_bar} {pos}/{len} {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.set_prefix(site.to_string());
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    });
    bar.set_length((line.links as u64).max(line.read));
    bar.set_position(line.read);
    match event {
        Event::Listed { section, page, .. } => {
            bar.set_message(format!("{section}, page {page}: {} new", line.new))
        }
        Event::Found { .. } | Event::Edited { .. } => {
            bar.set_message(format!("{} new, {} edited", line.new, line.edited))
        }
        Event::Ended => {
            bar.finish_with_message(format!("{} new, {} edited", line.new, line.edited))
        }
        Event::Began | Event::Read => {}
    }
}

fn say(line: &Line, site: &SiteId, event: &Event) {
    match event {
        Event::Listed { section, page, links, new, abroad } => {
            tracing::info!(
                site.id = %site,
                section.id = %section,
                page,
                links,
                new,
                abroad,
                "listing read"
            );
        }
        Event::Read if line.read.is_multiple_of(100) => {
            tracing::info!(site.id = %site, read = line.read, new = line.new, "reading articles");
        }
        _ => {}
    }
}
