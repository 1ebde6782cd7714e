"""The checks that every page goes through find what they are for, and nothing in good HTML."""

import pytest

from tests.support.validity import html_faults

GOOD = """<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><main id="main"><h1 id="a">x</h1>
<section aria-labelledby="a"><p>x</p></section><label for="b">x</label><input id="b" required maxlength="3">
<a href="#main">x</a>
</main></body></html>"""


def test_a_good_page_has_no_faults() -> None:
    assert html_faults(GOOD) == []


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ("<p><div>x</div></p>", "unexpected-end-tag"),
        ("<b id=q></b><b id=q></b>", "'q' is there 2 times"),
        ("<b id='q r'></b>", "is no name"),
        ("<label for=nothing>x</label>", "for leads to #nothing"),
        ("<p aria-describedby='nothing'>x</p>", "aria-describedby leads to #nothing"),
        ("<a href='#nothing'>x</a>", "href leads to #nothing"),
        ("<span><details><summary>x</summary></details></span>", "details inside span"),
        ("<button type=button><a href='/'>x</a></button>", "a inside button"),
        ("<input required='True'>", 'required="True"'),
        ("<input type=date maxlength=9>", "maxlength on date"),
        ("<select><option value=''></option></select>", "an option without words"),
        ("<img src=x>", "without alt"),
        ("<pre aria-label=x>x</pre>", "a name on an element"),
    ],
)
def test_a_fault_is_named(part: str, fault: str) -> None:
    assert any(fault in said for said in html_faults(part))
