"""The page in a real browser: it draws, it answers, it sends nothing, and nothing of a table runs."""

import shutil
import time

import pytest

from tabgan.reporting.page.html import notebook_html, render_page
from tabgan.reporting.wording import shorten
from tests.reporting.sample_report import HOSTILE, make_hostile_page, make_page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [  # Debian's chromium looks for updates by itself otherwise
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
CALM = {"viewport": {"width": 1200, "height": 700}, "color_scheme": "light", "reduced_motion": "reduce"}
COLUMNS = 11
PHONE = {"width": 360, "height": 780}
PATIENCE = 40  # seconds


@pytest.fixture(scope="module")
def browser():
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """Where the pages lie."""
    folder = tmp_path_factory.mktemp("pages")
    texts = {
        "sample": render_page(make_page(COLUMNS)),
        "small": render_page(make_page(3)),
        "hostile": render_page(make_hostile_page()),
        "empty": render_page({}),
    }
    texts["notebook"] = f"<!doctype html><title>notebook</title>{notebook_html(texts['small'])}"
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in texts}


class Opened:
    """A page, and what it did that no page should."""

    def __init__(self, context, address):
        self.page, self.address = context.new_page(), address
        self.complaints, self.requests = [], []
        self.page.on("console", lambda told: self.complaints.append(f"{told.type}: {told.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.complaints.append("dialog"), dialog.dismiss()))
        self.page.on("popup", lambda _: self.complaints.append("popup"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(address)

    def until(self, expression):
        """Wait for a condition; the page's policy keeps playwright's own waiting from being evaluated."""
        end = time.monotonic() + PATIENCE
        while not self.page.evaluate(expression):
            assert time.monotonic() < end, f"still not: {expression}"
            self.page.wait_for_timeout(20)

    def drawn(self, selector):
        """Come to each plot below the selector and wait until paths or images are in its drawing."""
        undrawn = "canvas => canvas.querySelector('.main-svg :is(.trace, .barlayer, .hm) :is(path, image)') === null"
        plots = self.page.locator(f"{selector} .canvas").all()
        for plot in plots:
            plot.evaluate("canvas => canvas.scrollIntoView({behavior: 'instant', block: 'center'})")
            end = time.monotonic() + PATIENCE
            while plot.evaluate(undrawn):
                assert time.monotonic() < end, f"not drawn: {plot.get_attribute('aria-label')}"
                self.page.wait_for_timeout(20)
        return len(plots)

    def colours(self):
        """Of the page, and of what plotly draws on it."""
        tick = "document.querySelector('.column .main-svg :is(.xtick, .ytick) text').style.fill"
        body = "getComputedStyle(document.body)"
        return self.page.evaluate(f"[{body}.color, {body}.backgroundColor, {tick}]")

    def behaved(self):
        assert not self.complaints
        assert [url for url in self.requests if not url.startswith((self.address, "data:", "blob:"))] == []


@pytest.fixture
def open_page(browser, addresses):
    contexts = []

    def opened(name, **settings):
        contexts.append(browser.new_context(**{**CALM, **settings}))
        return Opened(contexts[-1], addresses[name])

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def sample(browser, addresses):
    """One page for the tests that use it as a reader would, one thing after the other."""
    context = browser.new_context(**CALM)
    yield Opened(context, addresses["sample"])
    context.close()


def test_each_section_unfolds_and_is_drawn(sample):
    folds = sample.page.locator("details.fold").all()
    assert len(folds) >= 10
    n_drawn = 0
    for fold in folds:
        if fold.get_attribute("open") is None:
            fold.locator("summary").click()
        assert fold.locator(".inside").is_visible()
        n_drawn += sample.drawn(f"#{fold.get_attribute('id')}")
    assert n_drawn == sample.page.locator(".canvas").count() > 25
    sample.page.click("#open-all")  # all are open: it closes them
    assert sample.page.locator("details.fold[open]").count() == 0
    sample.page.click("#open-all")
    assert sample.page.locator("details.fold:not([open])").count() == 0
    sample.behaved()


def test_columns_are_found_and_put_in_order(sample):
    page = sample.page
    page.fill("#find-column", "AGE")
    assert page.locator(".column:visible h4").all_inner_texts() == ["age"]
    page.fill("#find-column", "no such")
    assert page.locator("#no-column").is_visible()
    page.fill("#find-column", "")
    page.select_option("#order-columns", "place")
    names = page.locator(".column h4").all_inner_texts()
    assert names == [column["name"] for column in make_page(COLUMNS)["details"]["columns"]]


def test_a_tooltip_tells_the_shares_of_a_bin(sample):
    sample.drawn(".column:nth-child(1)")
    sample.page.hover(".column:nth-child(1) .canvas", position={"x": 150, "y": 50})
    sample.until("document.querySelector('.hovertext') !== null")
    told = sample.page.locator(".hovertext").first.text_content()
    assert "real" in told
    assert "synthetic" in told


def test_the_theme_follows_the_system_and_the_button(sample):
    sample.drawn(".column:nth-child(1)")
    light = sample.colours()
    sample.page.emulate_media(color_scheme="dark")
    sample.until("document.querySelector('#theme').textContent === 'Light'")
    dark = sample.colours()
    assert all(first != second for first, second in zip(light, dark, strict=True))
    sample.page.click("#theme")
    assert sample.colours() == light
    sample.behaved()


def test_guesses_are_counted(sample):
    page, is_real = sample.page, make_page(COLUMNS)["rows"]["is_real"]
    for row in range(3):  # the first two right, the third wrong
        guess = int(is_real[row]) if row < 2 else 1 - int(is_real[row])
        page.click(f"#quiz tbody tr:nth-child({row + 1}) [data-guess='{guess}']")
    assert page.inner_text("#tally") == "3 of 40 rows guessed."
    assert not page.locator(".truth").first.is_visible()
    page.click("#reveal")
    assert page.inner_text("#tally").startswith("2 of 3 guesses right.")
    truths = page.locator("#quiz .truth").all_inner_texts()
    assert [text.endswith("real") for text in truths] == is_real
    page.click("#again")
    assert page.inner_text("#tally") == "No row guessed yet."
    sample.behaved()


@pytest.mark.parametrize("name", ["sample", "hostile"])
def test_a_phone_needs_no_scrolling_sideways(open_page, name):
    opened = open_page(name, viewport=PHONE, is_mobile=True, has_touch=True)
    opened.page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    opened.drawn("#columns .column:nth-child(1)")
    opened.drawn("#targets")
    assert opened.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert opened.page.evaluate("innerWidth") == PHONE["width"]  # a phone zooms out when something is wider
    opened.behaved()


def test_printed_all_is_unfolded_and_drawn(open_page):
    opened = open_page("small", color_scheme="dark")
    opened.drawn(".column:nth-child(1)")
    before, folded = opened.colours(), opened.page.locator("details.fold:not([open])").count()
    assert opened.page.locator(".canvas:not(:has(.main-svg))").count() > 10
    opened.page.emulate_media(media="print")
    opened.until("document.documentElement.classList.contains('printing')")
    assert opened.page.locator("details.fold:not([open])").count() == 0
    assert opened.page.locator(".canvas:not(:has(.main-svg))").count() == 0
    assert not opened.page.locator("#print").is_visible()
    assert opened.colours()[1] == "rgb(255, 255, 255)"
    opened.page.emulate_media(media="screen")
    opened.until("!document.documentElement.classList.contains('printing')")
    assert opened.page.locator("details.fold:not([open])").count() == folded > 0
    assert opened.colours() == before
    opened.behaved()


def test_nothing_of_a_table_runs_and_all_is_shown(open_page):
    opened = open_page("hostile")
    opened.page.click("#open-all")
    opened.drawn("#columns .column:nth-child(-n + 6)")
    opened.drawn("#pairs .pair:nth-of-type(1)")
    for plot in range(3):
        opened.page.locator("#columns .canvas").nth(plot).hover(position={"x": 150, "y": 50})
    assert opened.page.evaluate("window.pwned === undefined")
    assert opened.page.locator("main :is(img, i, iframe, a:not([href^='#']))").count() == 0
    names = set(opened.page.locator(".column h4").all_text_contents())
    assert {shorten(text, 80) for text in HOSTILE} == names
    assert "<script>" in opened.page.locator(".main-svg text").evaluate_all(
        "all => all.map(e => e.textContent).join()"
    )
    assert opened.page.locator(".main-svg a").count() == 0
    opened.behaved()


def test_the_policy_stops_what_could_slip_through(open_page):
    opened = open_page("empty")
    opened.page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.pwned = 1";
        document.body.append(script);
        const markup = document.createElement("div");
        markup.innerHTML = '<img src=x onerror="window.pwned = 2"><img src="http://127.0.0.1:9/x">';
        document.body.append(markup);
    }""")
    opened.page.wait_for_timeout(100)
    assert opened.page.evaluate("window.pwned === undefined")
    assert opened.complaints  # the browser tells what it refused


def test_without_scripts_each_plot_is_told_in_words(open_page):
    opened = open_page("small", java_script_enabled=False)
    told = opened.page.locator(".column .fallback")
    assert told.count() == 3
    assert all("Furthest apart at" in text for text in told.all_inner_texts())
    assert not opened.page.locator("#theme").is_visible()
    opened.behaved()


def test_without_decompression_each_plot_is_told_in_words(open_page, addresses):
    opened = open_page("small")
    opened.page.add_init_script("delete window.DecompressionStream")
    opened.page.reload()
    opened.until("document.documentElement.classList.contains('no-plots')")
    assert opened.page.locator(".column .fallback").first.is_visible()
    assert opened.page.locator(".column .fallback").first.evaluate("e => getComputedStyle(e).opacity") == "1"
    assert [told.split(":")[0] for told in opened.complaints] == ["warning"]


def test_a_page_of_nothing_opens(open_page):
    opened = open_page("empty")
    assert "Not judged" in opened.page.inner_text(".verdicts")
    opened.behaved()


def test_a_notebook_shows_the_page(open_page):
    opened = open_page("notebook")
    frame = opened.page.frame_locator("iframe")
    frame.locator(".side a[href='#useful']").click()
    frame.locator("#targets .canvas").first.scroll_into_view_if_needed()
    frame.locator("#targets .main-svg").first.wait_for(timeout=PATIENCE * 1_000)
    frame.locator("#theme").click()
    assert not frame.locator("#print").is_visible()
    assert len(opened.page.frames) == 2
    assert opened.page.frames[1].url == "about:srcdoc"
