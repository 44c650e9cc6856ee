//! The state machine of ASP.NET forms: a post turns a listing only with the state that its own page
//! gave to its own session.

use url::form_urlencoded;

use super::data::piece;
use super::dice::Dice;
use super::options::Options;
use super::paging;
use super::wire::Request;

/// The cookie that names a session.
pub const COOKIE: &str = "ASP.NET_SessionId";
/// What a view state begins with.
const START: &str = "/wEPDwUK";
/// Characters that tell section, page and nonce.
const TOLD: usize = 14;

/// What a form's hidden inputs stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The section's place; 255 on other pages.
    pub section: usize,
    /// The page shown.
    pub page: usize,
    /// Differs in every answer.
    pub nonce: u64,
    /// The session that was given it.
    pub session: String,
}

impl State {
    fn told(&self) -> String {
        format!(
            "{:02x}{:04x}{:08x}",
            self.section & 0xff,
            self.page & 0xffff,
            self.nonce & 0xffff_ffff
        )
    }
    fn dice(&self, seed: u64, use_: &str) -> Dice {
        Dice::of(seed, &format!("{use_} {} {}", self.told(), self.session))
    }
    /// `__VIEWSTATE`: 24 to 44 thousand characters at the usual weight.
    pub fn view(&self, options: &Options) -> String {
        let mut dice = self.dice(options.seed, "view");
        let length = (6_000 + dice.below(5_000)) * options.weight / 100 * 4;
        format!("{START}{}{}==", self.told(), dice.base64(length))
    }
    /// `__EVENTVALIDATION`.
    pub fn validation(&self, seed: u64) -> String {
        format!("/wEW{}", self.dice(seed, "validation").base64(300))
    }
    /// `__VIEWSTATEGENERATOR`: the same for every page of a kind.
    pub fn generator(&self, seed: u64) -> String {
        Dice::of(seed, &format!("generator {}", self.section)).hex(8).to_uppercase()
    }
    /// `__REQUESTDIGEST`.
    pub fn digest(&self, seed: u64) -> String {
        format!(
            "0x{},24 Nov 2026 00:00:00 -0000",
            self.dice(seed, "digest").hex(128).to_uppercase()
        )
    }
    /// The state that a view state stands for, if the portal gave it to this session.
    pub fn read(view: &str, options: &Options, session: &str) -> Option<State> {
        let told = view.strip_prefix(START)?.get(..TOLD)?;
        let state = State {
            section: usize::from_str_radix(told.get(..2)?, 16).ok()?,
            page: usize::from_str_radix(told.get(2..6)?, 16).ok()?,
            nonce: u64::from_str_radix(told.get(6..)?, 16).ok()?,
            session: session.to_owned(),
        };
        (state.view(options) == view).then_some(state)
    }
}

/// The session that a request names.
pub fn session(request: &Request) -> Option<&str> {
    let cookies = request.header("cookie")?;
    cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}

/// The page that a post turns a listing to; `None` if any of its inputs is broken.
pub fn turn(request: &Request, options: &Options, section: usize, pages: usize) -> Option<usize> {
    let fields: Vec<(String, String)> =
        form_urlencoded::parse(&request.body).into_owned().collect();
    let field =
        |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let state = State::read(field("__VIEWSTATE")?, options, session(request)?)
        .filter(|state| state.section == section)?;
    let seed = options.seed;
    let whole = field("__EVENTVALIDATION")? == state.validation(seed)
        && field("__VIEWSTATEGENERATOR")? == state.generator(seed)
        && field("__REQUESTDIGEST")? == state.digest(seed)
        && field("MSOWebPartPage_PostbackSource").is_some()
        && field("__EVENTTARGET")? == piece("grid");
    let page: usize = field("__EVENTARGUMENT")?.strip_prefix("Page$")?.parse().ok()?;
    (whole && page != state.page && paging::numbers(state.page, pages).contains(&page))
        .then_some(page)
}
