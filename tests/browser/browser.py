"""A person at Chromium: opens pages, presses what they read, and remembers all that was to be seen."""

import json
import os
from dataclasses import dataclass

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_S = 20
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
    "--no-proxy-server", "--window-size=1000,760",
]
PRESSABLE = "//*[self::a or self::button][normalize-space()='{}']"
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}


def chromium(profile):
    """Debian's Chromium with its driver; nothing is looked for or downloaded."""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    return webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))


class Browser:
    """One person's browser; cookies and history are theirs alone."""

    def __init__(self, driver, pictures):
        self.driver, self.pictures = driver, pictures
        self.sources, self.bars, self.events, self.console = [], set(), [], []
        driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        driver.switch_to.new_window("tab")
        for tab in driver.window_handles[:-1]:
            driver.switch_to.window(tab)
            driver.close()
        driver.switch_to.window(driver.window_handles[0])
        for log in ("performance", "browser"):
            driver.get_log(log)

    # ---- what a person does

    def open(self, url):
        self.driver.get(url)
        self.look()

    def is_refused(self, url):
        """Whether nobody listens there."""
        try:
            self.driver.get(url)
        except WebDriverException as error:
            return "ERR_CONNECTION_REFUSED" in str(error)
        return False

    def press(self, words, answers=True):
        self.driver.execute_script("window.isLeft = true")
        self.driver.find_element(By.XPATH, PRESSABLE.format(words)).click()
        self.wait(lambda driver: driver.execute_script("return !window.isLeft"))
        if answers:
            self.look()

    def type(self, text, field="user_code"):
        """Types into a field, whatever stood in it."""
        element = self.driver.find_element(By.NAME, field)
        element.clear()
        element.send_keys(text)

    def back(self):
        self.driver.back()
        self.look()

    def reload(self):
        self.driver.refresh()
        self.look()

    def new_tab(self):
        self.driver.switch_to.new_window("tab")
        return self.driver.current_window_handle

    def turn_to(self, tab):
        self.driver.switch_to.window(tab)

    def cookie(self, name):
        return self.driver.get_cookie(name)

    def keep_cookie(self, cookie):
        self.driver.add_cookie(cookie)

    # ---- what a person sees

    @property
    def tab(self):
        return self.driver.current_window_handle

    @property
    def url(self):
        return self.driver.current_url

    @property
    def text(self):
        return self.driver.find_element(By.TAG_NAME, "body").text

    def offers(self, words):
        return bool(self.driver.find_elements(By.XPATH, PRESSABLE.format(words)))

    def wait(self, condition):
        # While one page gives way to the next, Chromium's driver fails in ways of its own.
        waiting = WebDriverWait(self.driver, PATIENCE_S, 0.02, ignored_exceptions=[WebDriverException])
        return waiting.until(condition)

    def look(self):
        """Remembers this page, once it has come."""
        self.wait(lambda driver: driver.execute_script("return document.readyState") == "complete")
        self.sources.append(self.driver.page_source)
        history = self.driver.execute_cdp_cmd("Page.getNavigationHistory", {})
        self.bars |= {self.url, *(entry["url"] for entry in history["entries"])}

    # ---- what is left

    def picture(self, name):
        """Keeps what a page looks like: on a desk, in the dark, and on a phone."""
        if (self.pictures / f"{name}.png").exists():
            return
        tell = self.driver.execute_cdp_cmd
        self.driver.save_screenshot(self.pictures / f"{name}.png")
        dark = [{"name": "prefers-color-scheme", "value": "dark"}]
        tell("Emulation.setEmulatedMedia", {"features": dark})
        self.driver.save_screenshot(self.pictures / f"{name}-dark.png")
        tell("Emulation.setEmulatedMedia", {"features": []})
        tell("Emulation.setDeviceMetricsOverride", PHONE)
        self.driver.save_screenshot(self.pictures / f"{name}-phone.png")
        width = "return document.documentElement.scrollWidth"
        assert self.driver.execute_script(width) <= PHONE["width"], f"{name} is too wide for a phone"
        tell("Emulation.clearDeviceMetricsOverride", {})

    def remains(self):
        """All that was seen or written down so far: sources, addresses, what went over the net, the console."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        self.events += [it for it in messages if it["method"].startswith(("Network.", "Page."))]
        self.console += self.driver.get_log("browser")
        return Remains(self.sources, self.bars, self.events, self.console)


@dataclass
class Remains:
    sources: list[str]
    bars: set[str]
    events: list[dict]
    console: list[dict]

    def everything(self):
        return "\n".join([*self.sources, *self.bars, json.dumps(self.events), json.dumps(self.console)])

    def addresses(self):
        """Every address that was asked for, redirects included."""
        asked = (event["params"] for event in self.events if event["method"] == "Network.requestWillBeSent")
        return [each["request"]["url"] for each in asked]
