"""What holds for every page of the built site, as it lies in its files."""

from collections import Counter
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from built_site import find_site

GENERATED = {"search.html", "genindex.html", "py-modindex.html"}
LOADS = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src"}


class Page(HTMLParser):
    """Links, anchors, pictures and headings of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.ids, self.alts, self.levels = [], [], set(), [], []
        self.heads, self.in_head = [], False
        self.feed(text)

    def handle_data(self, data):
        if self.in_head:
            self.heads[-1] += data

    def handle_endtag(self, tag):
        if tag == "th":
            self.in_head = False

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.add(attributes.get("id"))
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        if tag in LOADS and attributes.get(LOADS[tag]):
            self.loads.append(attributes[LOADS[tag]])
        if tag == "th":
            self.heads.append("")
            self.in_head = True
        if tag == "img":
            self.alts.append(attributes.get("alt"))
        if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self.levels.append(int(tag[1]))


@pytest.fixture(scope="module")
def site():
    return find_site()


@cache
def read(path):
    return Page(path.read_text("utf-8"))


def pages(site):
    """Return the pages that Sphinx has made, not those of JupyterLite or of the theme."""
    return [
        path
        for path in site.rglob("*.html")
        if not {"lite", "_static"} & set(path.relative_to(site).parts)
    ]


def missing(site, page, link):
    """Tell whether a link within the site leads nowhere."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return False
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if target.is_dir():
        target = target / "index.html"
    if not target.exists():
        return True
    if parts.query.startswith("path="):
        return not (site / "lite" / "files" / parts.query.removeprefix("path=")).exists()
    return bool(parts.fragment) and parts.fragment not in read(target).ids


def test_no_link_within_the_site_is_broken(site):
    broken = [
        f"{page.relative_to(site)}: {link}"
        for page in pages(site)
        for link in [*read(page).links, *read(page).loads]
        if missing(site, page, link)
    ]
    assert broken == []


def test_a_broken_link_would_be_found(site):
    page = site / "index.html"
    assert missing(site, page, "lessons/no-such-page.html")
    assert missing(site, page, "mistakes.html#no-such-mistake")
    assert missing(site, page, "lite/notebooks/index.html?path=no-such-lesson.ipynb")
    assert not missing(site, page, "mistakes.html#mistake-elementwise")


def test_no_page_loads_anything_from_elsewhere(site):
    elsewhere = [
        (page.name, load) for page in pages(site) for load in read(page).loads if "//" in load
    ]
    assert elsewhere == []


def test_every_picture_says_what_it_shows(site):
    written = [page for page in pages(site) if page.name not in GENERATED]
    alts = [alt for page in written for alt in read(page).alts]
    assert len(alts) >= 12
    assert [alt for alt in alts if not alt or len(alt) < 20] == []


def test_every_page_has_one_title_and_no_heading_skips_a_level(site):
    for page in pages(site):
        levels = read(page).levels
        if page.name in GENERATED:
            continue
        assert Counter(levels)[1] == 1, page
        steps = [after - before for before, after in pairwise(levels)]
        assert max(steps, default=0) <= 1, (page, levels)


def test_no_heading_of_a_table_is_empty(site):
    heads = [head.strip() for page in pages(site) for head in read(page).heads]
    assert len(heads) > 100
    assert "" not in heads


def test_every_lesson_can_be_run_in_the_browser(site):
    for lesson in sorted(Path(__file__).parent.parent.glob("notebooks/*.ipynb")):
        page = read(site / "lessons" / f"{lesson.stem}.html")
        assert f"../lite/notebooks/index.html?path={lesson.name}" in page.links


def test_every_mistake_of_the_catalogue_has_an_anchor(site):
    from softmax_lessons.misconceptions import CLAIMS

    assert {f"mistake-{key}" for key in CLAIMS} <= read(site / "mistakes.html").ids
