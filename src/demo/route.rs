//! A request to the answer it gets when nothing is wrong.

use super::data::{Pager, data, piece, word};
use super::dice::Dice;
use super::listing::{self, Stretch};
use super::page::{self, Sheet};
use super::paging;
use super::story::{Story, Withdrawal};
use super::wire::{Reply, Request, http_date};
use super::world::{World, key};
use super::{article, asset, postback};

/// The answer.
pub fn answer(world: &mut World, request: &Request) -> Reply {
    world.served += 1;
    if !matches!(request.method.as_str(), "GET" | "HEAD" | "POST") {
        return Reply::page(405, String::new()).with("Allow", "GET, HEAD, POST");
    }
    let reply = resource(world, request);
    let reply = conditional(request, reply);
    let page = reply
        .headers
        .iter()
        .any(|(name, value)| *name == "Content-Type" && value.starts_with("text/html"));
    let wanted = request.header("accept-encoding").is_some_and(|codings| codings.contains("gzip"));
    // Some pages only, and each always alike.
    let some = request.target.bytes().map(usize::from).sum::<usize>() % 2 == 0;
    if world.options.gzip && page && wanted && some && !reply.body.is_empty() {
        reply.zipped()
    } else {
        reply
    }
}

fn resource(world: &mut World, request: &Request) -> Reply {
    let path = request.path();
    if path == "/robots.txt" {
        return world.robots.clone().map_or_else(
            || Reply::new(404, "text/plain", ""),
            |text| Reply::new(200, "text/plain", text),
        );
    }
    if let Some((kind, bytes)) = asset::of(path) {
        return Reply::new(200, kind, bytes);
    }
    if path == "/" {
        return Reply::redirect(302, "/Pages/default.aspx");
    }
    if path == "/Pages/default.aspx" {
        return shown(world, &page::home(world));
    }
    if let Some(stretch) = listing::find(world, request) {
        return list(world, request, stretch);
    }
    if let Some((_, to)) = world.moved.get(&key(&request.target)) {
        return Reply::redirect(301, to);
    }
    if let Some(story) = world.find(&request.target).cloned() {
        *world.views.entry(story.number).or_default() += 1;
        return one(world, request, &story);
    }
    furniture(world, request)
}

fn shown(world: &World, sheet: &Sheet) -> Reply {
    Reply::page(200, page::html(world, sheet)).with("Cache-Control", "private, max-age=0")
}

/// Pages that menus lead to, and what does not exist.
fn furniture(world: &World, request: &Request) -> Reply {
    let path = request.path();
    let menu = path
        .strip_prefix("/Pages/muc-")
        .and_then(|rest| rest.strip_suffix(".aspx"))
        .and_then(|n| n.parse::<usize>().ok());
    let title = match menu {
        Some(n) => data().site.menu.get(n).map(String::as_str),
        None if path == "/Pages/van-ban.aspx" => Some(word("documents")),
        None if path == "/Pages/tim-kiem.aspx" => Some(word("search")),
        None => None,
    };
    match title {
        Some(title) => shown(world, &page::text(title, word("about"), &request.target)),
        None => missing(world, request, 404),
    }
}

fn missing(world: &World, request: &Request, status: u16) -> Reply {
    Reply::page(
        status,
        page::html(world, &page::text(word("missing"), word("missing_text"), &request.target)),
    )
}

fn one(world: &World, request: &Request, story: &Story) -> Reply {
    match story.withdrawn {
        Some(Withdrawal::NotFound) => return missing(world, request, 404),
        Some(Withdrawal::Gone) => return missing(world, request, 410),
        Some(Withdrawal::Soft) => return missing(world, request, 200),
        None => {}
    }
    let reply = shown(world, &article::sheet(world, story, &request.target));
    match story.number % 3 {
        0 if world.options.validators => {
            reply.with("ETag", format!("\"{}-{}\"", story.number, story.revision))
        }
        1 if world.options.validators => reply.with("Last-Modified", http_date(story.changed)),
        _ => reply,
    }
}

fn list(world: &World, request: &Request, stretch: Stretch) -> Reply {
    let Some(section) = data().site.sections.get(stretch.section) else {
        return missing(world, request, 404);
    };
    if section.pager == Pager::Postback {
        return by_post(world, request, stretch);
    }
    let Some(sheet) = listing::sheet(world, stretch, None) else {
        return missing(world, request, 404);
    };
    let reply = shown(world, &sheet);
    let Some(shelf) = world.shelves.get(stretch.section) else { return reply };
    match section.pager {
        Pager::Query if world.options.validators => {
            reply.with("ETag", format!("W/\"{}-{}-{}\"", section.id, stretch.start, shelf.revision))
        }
        Pager::Path if world.options.validators => {
            reply.with("Last-Modified", http_date(shelf.changed))
        }
        _ => reply,
    }
}

fn by_post(world: &World, request: &Request, mut stretch: Stretch) -> Reply {
    let seed = world.options.seed;
    let given = postback::session(request).map(str::to_owned);
    let session = given
        .clone()
        .unwrap_or_else(|| Dice::of(seed, &format!("session {}", world.served)).hex(24));
    if request.method == "POST" {
        let section = data().site.sections.get(stretch.section).cloned().unwrap_or_default();
        let pages = paging::pages(&section, world.shown(stretch.section).len());
        let Some(page) = postback::turn(request, &world.options, stretch.section, pages) else {
            return Reply::page(500, piece("error").to_owned());
        };
        stretch = Stretch { page, start: (page - 1) * section.per_page, ..stretch };
    }
    let Some(sheet) = listing::sheet(world, stretch, Some(&session)) else {
        return missing(world, request, 404);
    };
    let reply = shown(world, &sheet);
    if given.is_some() {
        reply
    } else {
        reply.with("Set-Cookie", format!("{}={session}; path=/; HttpOnly", postback::COOKIE))
    }
}

/// 304 where the request's validator is the answer's.
fn conditional(request: &Request, reply: Reply) -> Reply {
    let value = |name: &str| {
        reply.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    };
    let weak = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let same = match (request.header("if-none-match"), value("ETag")) {
        (Some(asked), Some(tag)) => asked.split(',').any(|one| weak(one) == weak(tag)),
        (Some(_), None) => false,
        (None, _) => request
            .header("if-modified-since")
            .is_some_and(|asked| value("Last-Modified") == Some(asked)),
    };
    if !same || reply.status != 200 || request.method == "POST" {
        return reply;
    }
    let headers = reply.headers.into_iter().filter(|(name, _)| *name != "Content-Type").collect();
    Reply { status: 304, headers, body: Vec::new() }
}
