"""Chromium, driven as a person would use it; it records every page, URL and network event."""

import json
import os
from dataclasses import dataclass

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

TIMEOUT_S = 20
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
    "--no-proxy-server", "--window-size=1000,760",
]
CLICKABLE = "//*[self::a or self::button][normalize-space()='{}']"
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}


def chromium(profile):
    """Starts Debian's Chromium with its driver. Selenium does not search for or download another one."""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    return webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))


class Browser:
    """A browser with cookies and tabs of its own. A test gets a new one."""

    def __init__(self, driver, screenshots):
        self.driver, self.screenshots = driver, screenshots
        self.sources, self.urls, self.events, self.console = [], set(), [], []
        driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        driver.switch_to.new_window("tab")
        for tab in driver.window_handles[:-1]:
            driver.switch_to.window(tab)
            driver.close()
        driver.switch_to.window(driver.window_handles[0])
        for log in ("performance", "browser"):
            driver.get_log(log)

    # ---- actions

    def open(self, url):
        self.driver.get(url)
        self.record()

    def is_refused(self, url):
        """Whether a connection to this URL is refused."""
        try:
            self.driver.get(url)
        except WebDriverException as error:
            return "ERR_CONNECTION_REFUSED" in str(error)
        return False

    def press(self, text, answers=True):
        """Clicks the link or button with this text. Pass `answers=False` if the next page may fail to load."""
        self.driver.execute_script("window.isOldPage = true")
        self.driver.find_element(By.XPATH, CLICKABLE.format(text)).click()
        self.wait(lambda driver: driver.execute_script("return !window.isOldPage"))
        if answers:
            self.record()

    def type(self, text, field="user_code"):
        """Replaces the text of a field."""
        element = self.driver.find_element(By.NAME, field)
        element.clear()
        element.send_keys(text)

    def back(self):
        self.driver.back()
        self.record()

    def reload(self):
        self.driver.refresh()
        self.record()

    def new_tab(self):
        self.driver.switch_to.new_window("tab")
        return self.driver.current_window_handle

    def switch_to(self, tab):
        self.driver.switch_to.window(tab)

    def cookie(self, name):
        return self.driver.get_cookie(name)

    def set_cookie(self, cookie):
        self.driver.add_cookie(cookie)

    # ---- the current page

    @property
    def tab(self):
        return self.driver.current_window_handle

    @property
    def url(self):
        return self.driver.current_url

    @property
    def text(self):
        return self.driver.find_element(By.TAG_NAME, "body").text

    def offers(self, text):
        """Whether the page has a link or button with this text."""
        return bool(self.driver.find_elements(By.XPATH, CLICKABLE.format(text)))

    def wait(self, condition):
        # Chromium's driver raises various exceptions while a page is being replaced.
        waiting = WebDriverWait(self.driver, TIMEOUT_S, 0.02, ignored_exceptions=[WebDriverException])
        return waiting.until(condition)

    def record(self):
        """Waits until the page is loaded, and records its source and URLs."""
        self.wait(lambda driver: driver.execute_script("return document.readyState") == "complete")
        self.sources.append(self.driver.page_source)
        history = self.driver.execute_cdp_cmd("Page.getNavigationHistory", {})
        self.urls |= {self.url, *(entry["url"] for entry in history["entries"])}

    # ---- records

    def screenshot(self, name):
        """Saves the page as on a desktop, in dark mode and on a phone."""
        if (self.screenshots / f"{name}.png").exists():
            return
        execute = self.driver.execute_cdp_cmd
        self.driver.save_screenshot(self.screenshots / f"{name}.png")
        dark = [{"name": "prefers-color-scheme", "value": "dark"}]
        execute("Emulation.setEmulatedMedia", {"features": dark})
        self.driver.save_screenshot(self.screenshots / f"{name}-dark.png")
        execute("Emulation.setEmulatedMedia", {"features": []})
        execute("Emulation.setDeviceMetricsOverride", PHONE)
        self.driver.save_screenshot(self.screenshots / f"{name}-phone.png")
        width = "return document.documentElement.scrollWidth"
        assert self.driver.execute_script(width) <= PHONE["width"], f"{name} is too wide for a phone"
        execute("Emulation.clearDeviceMetricsOverride", {})

    def recording(self):
        """Everything that was recorded so far: page sources, URLs, network events and the console."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        self.events += [it for it in messages if it["method"].startswith(("Network.", "Page."))]
        self.console += self.driver.get_log("browser")
        return Recording(self.sources, self.urls, self.events, self.console)


@dataclass
class Recording:
    """The recorded page sources, URLs in the address bar and history, network events and console messages."""

    sources: list[str]
    urls: set[str]
    events: list[dict]
    console: list[dict]

    def text(self):
        """The whole recording as one text."""
        return "\n".join([*self.sources, *self.urls, json.dumps(self.events), json.dumps(self.console)])

    def requested_urls(self):
        """Every requested URL, redirects included."""
        requests = (event["params"] for event in self.events if event["method"] == "Network.requestWillBeSent")
        return [each["request"]["url"] for each in requests]
