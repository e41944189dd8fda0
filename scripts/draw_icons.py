"""
Draw the icons of the installed app from the mark: `python scripts/draw_icons.py`.

A maskable icon is cut to any shape, so its mark keeps to the middle four fifths.
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

PUBLIC = Path(__file__).resolve().parent.parent / "frontend" / "public"
CHROMIUM = "/usr/bin/chromium"
GROUND = "#111419"
"""The pages' own surface, `--surface` of `tokens.css`."""


def main() -> None:
    """Write every icon beside the mark."""
    mark = (PUBLIC / "mark.svg").read_text(encoding="utf-8")
    maskable = maskable_svg(mark)
    (PUBLIC / "mark-maskable.svg").write_text(maskable, encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        for size in (192, 512):
            for name, picture in (("icon", mark), ("icon-maskable", maskable)):
                page = browser.new_page(viewport={"width": size, "height": size})
                page.set_content(
                    "<style>*{margin:0}svg{display:block;width:100vw}</style>" + picture
                )
                path = PUBLIC / f"{name}-{size}.png"
                page.screenshot(path=path, omit_background=True)
                page.close()
        browser.close()


def maskable_svg(mark: str) -> str:
    """Return the mark on a ground that fills the square, within its safe middle."""
    inner = mark.replace("<svg ", '<svg x="5.6" y="5.6" width="16.8" height="16.8" ')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28">'
        f'<rect width="28" height="28" fill="{GROUND}"/>{inner.strip()}</svg>\n'
    )


if __name__ == "__main__":
    main()
