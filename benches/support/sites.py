"""Many small sites as files, a host of 127/8 each, the nginx that serves them, and the configuration to read them."""
import datetime
import os
import pathlib
import random
import re
import shutil
import socket
import subprocess
import time
import tomllib

# The sample portal's words, so that texts pack as texts do.
WORDS = tomllib.loads((pathlib.Path(__file__).parents[2] / "src/demo/data/words.toml").read_text())
# Long ago, so that no article is read again for its age.
FIRST = datetime.datetime(2024, 1, 1, 7)
PARAGRAPHS = 9
SENTENCES = 4
# Paragraphs to choose from: so many that none stands on most of a site's pages and is taken for its furniture.
POOL = 3000

PAGE = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><meta name="GENERATOR" content="Microsoft SharePoint"><title>{title}</title>
<link rel="stylesheet" href="/_layouts/15/1066/styles/Themable/corev15.css"></head>
<body><form method="post" id="aspnetForm"><input type="hidden" name="MSOWebPartPage_PostbackSource" value="">
<div class="ms-webpart-zone ms-fullWidth">
{parts}
</div></form></body></html>
"""
PART = """<div id="MSOZoneCell_WebPartWPQ{n}" class="ms-webpartzone-cell"><div class="ms-webpart-chrome">
<div class="ms-webpart-chrome-title" id="WebPartWPQ{n}_ChromeTitle"><h2>PublishingPortal - Block_BanTin_{name}</h2></div>
<div WebPartID="{n:08}-0000-4000-8000-000000000000" id="WebPartWPQ{n}">{inner}</div></div></div>"""
SITE = """title = "{name}"
home = "{base}"
portal = "publishing-portal"
language = "vi"
timezone = "Asia/Ho_Chi_Minh"
every = "{every}"
[[sections]]
id = "tin-tuc"
title = "Tin tức"
url = "{base}Pages/tin-tuc.html"
"""
BANTIN = """feeds = "feeds"
[server]
listen = "127.0.0.1:{port}"
[store]
path = "run/store"
[archive]
path = "run/archive"
[fetch]
per_host_interval = "0s"
allow_private = true
"""
# No validators: an unchanged page comes whole.
NGINX = """daemon off; worker_processes 1; pid {dir}/nginx.pid; error_log {dir}/nginx.log; {user}
events {{ worker_connections 4096; }}
http {{ types {{ text/html html; }} charset utf-8; access_log off; etag off; if_modified_since off;
server {{ listen 0.0.0.0:{port}; root {dir}/www/$host; add_header Last-Modified ""; }} }}
"""


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Sites:
    """So many sites of so many articles in a folder; `with` serves them."""

    def __init__(self, folder, sites, articles, every):
        self.folder, self.articles = pathlib.Path(folder), articles
        self.names = [f"s{n:05}" for n in range(sites)]
        self.port, self.own = free_port(), free_port()
        self.dice = random.Random(1)
        self.pool = [self.paragraph() for _ in range(POOL)]
        (self.folder / "feeds").mkdir(parents=True)
        (self.folder / "bantin.toml").write_text(BANTIN.format(port=self.own))
        for name in self.names:
            self.pages(name).mkdir(parents=True)
            (self.folder / f"feeds/{name}.toml").write_text(SITE.format(name=name, base=self.base(name), every=every))
            for n in range(articles):
                self.write_article(name, n)
            self.write_listing(name, articles)

    def publish(self):
        """One new article on top of every site."""
        for name in self.names:
            self.write_article(name, self.articles)
            self.write_listing(name, self.articles + 1)
        self.articles += 1

    def listings(self):
        """The addresses of all listings."""
        return [f"{self.base(name)}Pages/tin-tuc.html" for name in self.names]

    def host(self, name):
        n = int(name[1:])
        return f"127.{1 + n // 250}.{n % 250}.1"

    def base(self, name):
        return f"http://{self.host(name)}:{self.port}/"

    def pages(self, name):
        return self.folder / "www" / self.host(name) / "Pages"

    def write_article(self, name, n):
        date = f"{FIRST + datetime.timedelta(hours=3 * n):%d/%m/%Y %H:%M}"
        toolbar = f"<div>{date}</div><h1>{self.title(name, n)}</h1><p>{self.pool[n % POOL]}</p>"
        text = "".join(f"<p>{paragraph}</p>" for paragraph in self.dice.choices(self.pool, k=PARAGRAPHS))
        write(self.pages(name) / f"bai-{n}.html", page(self.title(name, n), Toolbar=toolbar, ViewData=text))

    def write_listing(self, name, articles):
        links = (f'<li><a href="/Pages/bai-{n}.html">{self.title(name, n)}</a></li>' for n in reversed(range(articles)))
        write(self.pages(name) / "tin-tuc.html", page("Tin tức", DanhSach=f"<ul>{''.join(links)}</ul>"))

    def title(self, name, n):
        dice = random.Random(f"{name}/{n}")
        return f"{filled(dice, dice.choice(WORDS['forms']['title']))}, số {n}"

    def paragraph(self):
        return " ".join(filled(self.dice, form) for form in self.dice.choices(WORDS["forms"]["sentence"], k=SENTENCES))

    def __enter__(self):
        user = "user root;" if os.getuid() == 0 else ""
        conf = self.folder / "nginx.conf"
        conf.write_text(NGINX.format(dir=self.folder, port=self.port, user=user))
        self.nginx = subprocess.Popen(["nginx", "-c", conf, "-p", self.folder], stderr=subprocess.DEVNULL)
        until(lambda: connects(self.port), 10, "nginx does not answer")
        return self

    def __exit__(self, *_):
        # Told to terminate, the master ends its worker too.
        self.nginx.terminate()
        self.nginx.wait()
        shutil.rmtree(self.folder)


def filled(dice, form):
    """A form of the words with its names filled in, as `src/demo/story.rs` does it."""
    numbers = {"n": (11, 98), "k": (2, 9), "m": (20, 900)}

    def fill(match):
        name = match[1]
        if name in numbers:
            return str(dice.randint(*numbers[name]))
        if name == "person":
            return filled(dice, "{family} {middle} {given}")
        return filled(dice, dice.choice(WORDS["lists"][name]))

    return re.sub(r"\{(\w+)\}", fill, form)


def page(title, **blocks):
    parts = (PART.format(n=n, name=name, inner=inner) for n, (name, inner) in enumerate(blocks.items(), 2))
    return PAGE.format(title=title, parts="\n".join(parts))


def write(path, text):
    """Replaces a file at once, so that nobody is sent half of it."""
    beside = path.with_suffix(".new")
    beside.write_text(text)
    beside.replace(path)


def connects(port):
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def until(holds, seconds, otherwise, pause=0.02):
    """Waits until something holds; ends with what is said `otherwise` if it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise SystemExit(otherwise)
        time.sleep(pause)
