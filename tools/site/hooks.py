"""Links that MkDocs does not make by itself: links from docs/ to files of the repository beside it."""

import logging
import posixpath
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOG = logging.getLogger("mkdocs.hooks.site")
LINK = re.compile(r"\]\((?P<path>(?:\.\./)+[^)#\s]*)(?P<anchor>#[^)\s]*)?\)")


def on_page_markdown(markdown, page, config, files):
    """Sends a link that leaves docs/ to the forge, and warns of one that leads nowhere."""
    folder = posixpath.join("docs", posixpath.dirname(page.file.src_uri))

    def on_forge(link):
        path = posixpath.normpath(posixpath.join(folder, link["path"]))
        if path.startswith("docs/"):
            return link[0]
        if not (ROOT / path).exists():
            LOG.warning("%s links to %s, which is not in the repository", page.file.src_uri, path)
        kind = "tree" if (ROOT / path).is_dir() else "blob"
        return f"]({config.repo_url.rstrip('/')}/{kind}/main/{path}{link['anchor'] or ''})"

    return LINK.sub(on_forge, markdown)
