"""Pages in a real Chromium: nothing fails, nothing comes from elsewhere, nothing runs over; axe finds no fault in them.

Needs Debian's chromium and chromium-driver, and axe-core from `npm ci` in tests/clients. Where they are not installed
these tests are skipped; in CI they fail.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from app.settings import Settings
from tests.clients.serving import PROJECT, process
from tests.pages.conftest import KINDS

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
AXE = PROJECT / "tests" / "clients" / "node_modules" / "axe-core" / "axe.min.js"
ABSENT = [
    *(["chromium (apt-get install chromium)"] if CHROMIUM is None else []),
    *(["chromedriver (apt-get install chromium-driver)"] if DRIVER is None else []),
    *(["axe-core (npm ci in tests/clients)"] if not AXE.exists() else []),
]
IN_CI = bool(os.environ.get("CI"))
pytestmark = pytest.mark.skipif(bool(ABSENT) and not IN_CI, reason=f"not installed: {', '.join(ABSENT)}")

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
WIDTHS = (360, 1280)
SCHEMES = ("light", "dark")
# What WCAG 2.2 asks at levels A and AA.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Where pictures of all pages go, for people to look at; none are taken without it.
PICTURES = os.environ.get("PAGE_PICTURES")


@pytest.fixture(scope="module")
def address(loaded: Settings) -> Iterator[str]:
    """The address of a server process on the invented data."""
    environment = {"GONGKAI_DATA": str(loaded.data), "DATABASE_URL": loaded.database_url or ""}
    with process(environment) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    """A Chromium without a past."""
    if ABSENT:
        pytest.fail(f"the pages are tested in a browser, and in CI it has to be there; install {', '.join(ABSENT)}")
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for option in (*OPTIONS, f"--user-data-dir={profile}"):
            options.add_argument(option)
        started = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
        started.set_page_load_timeout(30)
        # axe is put into pages whose policy lets no script run; the pages themselves keep to it, as their tests say.
        started.execute_cdp_cmd("Page.enable", {})
        try:
            yield started
        finally:
            started.quit()


def show(browser: webdriver.Chrome, address: str, *, width: int, scheme: str = "light") -> None:
    """Open a page at a width and in a scheme of colours, the logs emptied before."""
    browser.get_log("browser")
    browser.get_log("performance")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature("prefers-color-scheme", scheme)]})
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    browser.get(address)


def feature(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}


def events(browser: webdriver.Chrome) -> list[dict[str, Any]]:
    """What the network did since the page was opened."""
    return [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("kind", [*KINDS, "missing"])
def test_page_loads_whole_from_here_alone_and_fits_phone_and_desk(
    kind: str, language: str, address: str, pages: dict[str, str], browser: webdriver.Chrome
) -> None:
    joint = "&" if "?" in pages[kind] else "?"
    path = pages[kind] + (f"{joint}lang=en" if language == "en" else "")
    for width in WIDTHS:
        for scheme in SCHEMES:
            show(browser, address + path, width=width, scheme=scheme)
            name = f"{kind} {language} {width} {scheme}"
            picture(browser, name)
            assert_nothing_failed(browser, address, missing=kind == "missing")
            # A page as a whole never scrolls sideways; what is wider scrolls in a box of its own.
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width, name
            assert browser.execute_script(WIDER_THAN_ITS_BOX) == [], name
            assert faults(browser, all_judged=width == max(WIDTHS)) == [], name
    assert len(browser.find_elements(By.TAG_NAME, "h1")) == 1
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == language
    for table in browser.find_elements(By.TAG_NAME, "table"):
        assert table.find_element(By.TAG_NAME, "caption").text.strip()
    for drawn in browser.find_elements(By.CSS_SELECTOR, "svg, img"):
        assert drawn.get_attribute("aria-hidden") == "true" or drawn.get_attribute("aria-label")


# Elements that stick out of the window, unless a box that scrolls holds them or only readers aloud are meant.
WIDER_THAN_ITS_BOX = """
    const held = element => element.closest('.wide, .aside, .skip') !== null;
    return [...document.body.querySelectorAll('*')]
        .filter(element => !held(element) && element.getBoundingClientRect().right > window.innerWidth + 1)
        .map(element => element.outerHTML.slice(0, 100));
"""


def assert_nothing_failed(browser: webdriver.Chrome, address: str, *, missing: bool) -> None:
    """No message of the console, no request that failed, none to another host."""
    said = [entry["message"] for entry in browser.get_log("browser")]
    # Chromium itself says in the console that a page answered 404.
    assert [message for message in said if not (missing and "404" in message)] == []
    seen = events(browser)
    requests = [e["params"]["request"]["url"] for e in seen if e["method"] == "Network.requestWillBeSent"]
    assert requests
    assert {urlsplit(url).netloc for url in requests} == {urlsplit(address).netloc}
    assert [e["params"] for e in seen if e["method"] == "Network.loadingFailed"] == []
    bad = [
        (e["params"]["response"]["url"], e["params"]["response"]["status"])
        for e in seen
        if e["method"] == "Network.responseReceived" and e["params"]["response"]["status"] >= 400
    ]
    assert [url for url, _ in bad[1 if missing else 0 :]] == []


# Shades behind a wide table hide from axe which colour its text stands on: they are taken away for it. Nor can it judge
# a cell that is scrolled out of its box, in part or whole; those beside it are of the same colours.
LOOK_FOR_FAULTS = """
    const [rules, all, done] = arguments;
    document.querySelectorAll('.wide').forEach(box => { box.style.background = 'none'; });
    const away = node => {
        const element = document.querySelector(node.target[0]), box = element && element.closest('.wide');
        return box && element.getBoundingClientRect().right > box.getBoundingClientRect().right;
    };
    const unjudged = found => found.incomplete
        .filter(one => all && one.id === 'color-contrast')
        .map(one => ({...one, nodes: one.nodes.filter(node => !away(node))}))
        .filter(one => one.nodes.length);
    axe.run({runOnly: rules}).then(
        found => done([...found.violations, ...unjudged(found)]), error => done(String(error)));
"""


def faults(browser: webdriver.Chrome, *, all_judged: bool) -> list[str]:
    """What axe finds against WCAG, with the element that it is found at.

    `all_judged`: a contrast that axe cannot judge is a fault too. On a phone it cannot where a cell is scrolled away.
    """
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script(LOOK_FOR_FAULTS, RULES, all_judged)
    assert isinstance(found, list), found
    return [
        f"{fault['id']}: {node['html'][:150]} {node['failureSummary']}" for fault in found for node in fault["nodes"]
    ]


def picture(browser: webdriver.Chrome, name: str) -> None:
    """The whole page as PNG, where pictures are wanted."""
    if PICTURES:
        options = {"captureBeyondViewport": True, "format": "png"}
        data = browser.execute_cdp_cmd("Page.captureScreenshot", options)["data"]
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        (Path(PICTURES) / f"{name.replace(' ', '-')}.png").write_bytes(base64.b64decode(data))


def arrive(browser: webdriver.Chrome, path: str, *, query: str = "") -> None:
    """Wait until the page at this path is there, whole."""
    WebDriverWait(browser, 20).until(
        lambda b: (
            urlsplit(b.current_url).path.startswith(path)
            and query in b.current_url
            and b.execute_script("return document.readyState") == "complete"
        )
    )


def test_reader_finds_a_department_by_searching_and_follows_a_figure_to_its_printed_cell(
    address: str, browser: webdriver.Chrome
) -> None:
    show(browser, f"{address}/", width=1280)
    browser.find_element(By.NAME, "q").send_keys("开平区虚构\n")
    arrive(browser, "/search")
    browser.find_element(By.LINK_TEXT, "开平区虚构事务局").click()
    arrive(browser, "/departments/")
    browser.find_element(By.PARTIAL_LINK_TEXT, "2024").click()
    arrive(browser, "/disclosures/")
    figure = browser.find_element(By.CSS_SELECTOR, ".figures > div")
    assert "100.00" in figure.text
    figure.find_element(By.LINK_TEXT, "原表").click()
    arrive(browser, "/statements/")
    row = browser.find_element(By.CSS_SELECTOR, "tr:target")
    assert "收入总计" in row.text
    assert "100.00" in row.text


def test_reader_without_a_mouse_skips_to_the_content_and_changes_the_language(
    address: str, pages: dict[str, str], browser: webdriver.Chrome
) -> None:
    show(browser, address + pages["department"], width=1280)
    browser.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyDown", "key": "Tab", "windowsVirtualKeyCode": 9})
    skip = browser.switch_to.active_element
    assert skip.text == "跳到正文"
    assert skip.rect["x"] >= 0
    skip.send_keys("\n")
    assert browser.switch_to.active_element.get_attribute("id") == "main"
    browser.find_element(By.LINK_TEXT, "English").click()
    arrive(browser, pages["department"], query="lang=en")
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "en"
    assert urlsplit(browser.current_url).path == pages["department"]


def test_page_prints_without_what_is_only_for_the_screen(
    address: str, pages: dict[str, str], browser: webdriver.Chrome
) -> None:
    show(browser, address + pages["disclosure"], width=1280)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not browser.find_element(By.CSS_SELECTOR, ".top nav").is_displayed()
        assert browser.find_element(By.CSS_SELECTOR, ".figures").is_displayed()
        assert browser.execute_script("return getComputedStyle(document.querySelector('.wide')).overflowX") == "visible"
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
