"""Prepares a page of the site for its Markdown twin: the labels of tabs stay, as bold lines."""

from bs4 import Tag
from mkdocs_llmstxt import autoclean


def preprocess(soup, output):
    for tabs in soup.find_all("div", class_="tabbed-set"):
        labels = [label.get_text() for label in tabs.select(":scope > .tabbed-labels > label")]
        blocks = tabs.select(":scope > .tabbed-content > .tabbed-block")
        for label, block in zip(labels, blocks, strict=True):
            block.insert(0, bold(soup, label))
    autoclean(soup)


def bold(soup, text) -> Tag:
    paragraph, strong = soup.new_tag("p"), soup.new_tag("strong")
    strong.string = text
    paragraph.append(strong)
    return paragraph
