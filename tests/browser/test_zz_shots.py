import pytest
from .test_person_pages import *  # noqa
from .test_person_pages import PAGES, house, enter  # noqa
import os
@pytest.mark.parametrize(("width","theme"),[(WIDE,"light"),(NARROW,"low-light")])
def test_shots(open_page, house, width, theme, axe):
    page = open_page("/sign-in/", viewport=width, cookies={"darwin_theme": theme}, may_fail=True)
    Account.objects.update(theme=theme)
    os.makedirs("/tmp/shots", exist_ok=True)
    now=None; found=[]
    for n,(role,address) in enumerate(PAGES):
        if role!=now:
            enter(page,role); now=role
        page.goto(address.format(**house))
        page.screenshot(path=f"/tmp/shots/{n:02}-{width['width']}.png", full_page=True)
        found += [f"{role} {address}: {line}" for line in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            found.append(f"{role} {address} is wider than the screen")
    print("\n".join(found)); assert found==[]
