"""A person who has a keyboard and nothing else."""

from __future__ import annotations

from playwright.sync_api import Page

_MANY = 140
# The focused element, or what stands for it (a card for its radio), carries a ring or a coloured edge.
_VISIBLE = """() => {
  let node = document.activeElement;
  if (!node || node === document.body) return "nothing is focused";
  const outlined = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  for (let step = 0; node && step < 5; step += 1, node = node.parentElement) {
    const style = getComputedStyle(node);
    if (outlined(style) || style.boxShadow !== "none") return "";
  }
  return document.activeElement.outerHTML.slice(0, 200);
}"""
_HERE = "wanted => document.activeElement.matches(wanted)"


def focused(page: Page, attribute: str = "outerHTML") -> str:
    return str(page.evaluate(f"String(document.activeElement.{attribute} ?? '')"))[:300]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def type_(page: Page, text: str) -> None:
    page.keyboard.type(text)


def walk_to(page: Page, wanted: str, *, key: str = "Tab") -> None:
    """Press Tab until the focus is there, and see that it shows."""
    passed = []
    for _step in range(_MANY):
        if page.evaluate(_HERE, wanted):
            unseen = page.evaluate(_VISIBLE)
            assert unseen == "", f"the focus does not show: {unseen}"
            return
        passed.append(focused(page)[:60])
        page.keyboard.press(key)
    raise AssertionError(f"{wanted} is not reached by {key}; passed {passed[-6:]}")


def choose(page: Page, wanted: str) -> None:
    """Walk to the group of radio buttons that has this one, and choose it with the arrows."""
    name = page.locator(wanted).first.get_attribute("name")
    walk_to(page, f"[name='{name}']")
    for _step in range(30):
        if page.evaluate(_HERE, wanted):
            press(page, "Space")
            assert page.locator(wanted).first.is_checked()
            return
        press(page, "ArrowDown")
    raise AssertionError(f"{wanted} is not reached with the arrows")


def follow(page: Page, key: str = "Enter") -> None:
    """Press the key and wait for the page that it leads to."""
    with page.expect_navigation():
        press(page, key)


def trapped(page: Page, dialog: str) -> None:
    """Tab does not leave an open dialog for the page behind it."""
    for _step in range(40):
        press(page, "Tab")
        inside = page.evaluate(
            """id => document.activeElement === document.body
                || document.querySelector(id).contains(document.activeElement)""",
            dialog,
        )
        assert inside, f"the focus left {dialog} for {focused(page)}"
