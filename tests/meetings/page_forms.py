"""Forms of pages, as a browser sends them."""

import re
from html import unescape


def form_of(html: str, **typed: str) -> dict[str, str]:
    """Return the hidden fields of a page with what is typed."""
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html)
    return {name: unescape(value) for name, value in hidden} | typed
