"""Compares a screenshot with the reference that is kept beside the tests."""

from base64 import b64encode
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

REFERENCES = Path(__file__).parent / "references"
SEEN = 48
"""A channel that differs by less is smoothing of an edge."""
ALLOWED_SHARE = 0.004
"""So much of a picture may differ: letters of another version of the browser."""

# In a page without a policy, for ours allows no picture from elsewhere.
_COMPARE = """
async ([one, two, seen]) => {
  const read = async (data) => {
    const picture = new Image();
    picture.src = `data:image/png;base64,${data}`;
    await picture.decode();
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    return context.getImageData(0, 0, picture.width, picture.height);
  };
  const [a, b] = [await read(one), await read(two)];
  if (a.width !== b.width || a.height !== b.height) {
    return { sizes: [[a.width, a.height], [b.width, b.height]], share: 1 };
  }
  let differing = 0;
  for (let at = 0; at < a.data.length; at += 4) {
    const gap = (by) => Math.abs(a.data[at + by] - b.data[at + by]);
    if (Math.max(gap(0), gap(1), gap(2)) > seen) differing += 1;
  }
  return { sizes: [], share: differing / (a.width * a.height) };
}
"""


def assert_like_reference(
    browser: Browser, name: str, picture: bytes, *, renew: bool
) -> None:
    """Fail where a picture differs from its reference; or make it the reference."""
    path = REFERENCES / f"{name}.png"
    if renew:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(picture)
        return
    page = browser.new_page()
    both = [b64encode(data).decode() for data in (path.read_bytes(), picture)]
    found: dict[str, Any] = page.evaluate(_COMPARE, [*both, SEEN])
    page.close()

    assert found["sizes"] == []
    assert found["share"] <= ALLOWED_SHARE, f"{name}: {found['share']:.2%} differ"
