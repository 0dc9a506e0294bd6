"""Whatever goes wrong in showing it: what came is shown, and nothing is acknowledged that was not taken in."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.page.conftest import AtNative, Enter
from tests.page.house import Person, Wire

LINES = [f"line {number}" for number in range(30)]

# As Chrome on Android has it: there is a constructor, and it throws.
THROWS = """
    Notification = class {
        static permission = 'granted';
        constructor() { throw new TypeError("Failed to construct 'Notification': Illegal constructor."); }
    };
    document.hasFocus = () => false;
"""
NO_PLACE = "Object.defineProperty(document.getElementById('%s'), 'kept', {get() { throw new Error('no place') }})"
BREAKS = {
    "the title": "Object.defineProperty(document, 'title', {set() { throw new Error('no title') }})",
    "who listens": "document.getElementById('told').prepend = () => { throw new Error('nobody listens') }",
    "the head": NO_PLACE % "head",
    "the list": NO_PLACE % "talks",
    "one row": """
        const make = document.createTextNode;
        document.createTextNode = (text) => {
            if (text === 'line 3') throw new Error('no row');
            return make.call(document, text);
        };
    """,
}


def complaints(person: Person) -> list[str]:
    """What the page complained of, which was meant to be."""
    found, person.troubles[:] = [*person.troubles], []
    return found


def test_a_notice_that_cannot_be_shown_loses_no_line(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    alice.page.add_init_script(THROWS)
    wire = Wire(alice.page)
    bob.says("/chat alice")
    expect(alice.page.locator("#hint")).to_contain_text("cannot show notifications")
    alice.presses("Accept bob")
    bob.hears("start_chat .*")
    bob.says(*(f":{line}" for line in LINES))
    alice.reads(*LINES)
    (chat,) = alice.keeps("chats")
    wire.has_sent("ping", received=len(LINES), stream=chat)
    expect(alice.page.locator("#trouble")).to_be_hidden()
    alice.page.click("#me")
    expect(alice.page.get_by_role("dialog")).to_contain_text("cannot show notifications")


@pytest.mark.parametrize(
    "how",
    [
        "static get permission() { throw new Error('not even asked for') }",
        "static permission = 'default'; static requestPermission() { throw new Error('nobody may ask') }",
        "static permission = 'default'; static requestPermission() { return Promise.reject(new Error('no')) }",
    ],
    ids=["is forbidden to ask about", "throws", "is refused"],
)
def test_a_permission_that_cannot_be_asked_for_takes_nothing_else_away(
    enter: Enter, native: AtNative, how: str
) -> None:
    alice, bob = enter("alice"), native("bob")
    alice.page.add_init_script(f"Notification = class {{ {how} }}; document.hasFocus = () => false;")
    alice.page.reload()
    bob.says("/msg alice AAAAAAAAAAAA 1 :hello")
    alice.page.click("#me")
    if "static permission" in how:
        alice.presses("Notify me when I am elsewhere")
        expect(alice.page.locator("#hint")).to_contain_text("cannot show notifications")
        expect(alice.page.get_by_role("dialog")).to_be_hidden()
        alice.page.click("#me")
    expect(alice.page.get_by_role("button", name="Log out")).to_be_visible()
    alice.page.keyboard.press("Escape")
    alice.goes_to("bob")
    alice.reads("hello")
    expect(alice.page.locator("#trouble")).to_be_hidden()


def test_what_goes_wrong_behind_a_button_is_told(enter: Enter) -> None:
    alice = enter("alice")
    alice.page.evaluate(
        "Node.prototype.replaceChildren = Element.prototype.replaceChildren = () => { throw Error('no') }; undefined"
    )
    alice.page.click("#me")
    expect(alice.page.locator("#trouble")).to_be_visible()
    assert complaints(alice)


@pytest.mark.parametrize("what", BREAKS)
def test_a_view_that_fails_hides_nothing_else(enter: Enter, native: AtNative, what: str) -> None:
    alice, bob = enter("alice"), native("bob")
    wire = Wire(alice.page)
    alice.goes_to("bob")
    alice.page.evaluate(f"() => {{ {BREAKS[what]} }}")
    bob.says(*(f"/msg alice AAAAAAAAAA{number:02} 1 :{line}" for number, line in enumerate(LINES)))
    expect(alice.page.locator("#rows")).to_contain_text(LINES[-1])
    for number, line in enumerate(LINES):
        expect(alice.page.locator("#rows")).to_contain_text(line)
        wire.has_sent("ping", received=1, stream=f"AAAAAAAAAA{number:02}")
    expect(alice.page.locator("#trouble")).to_be_visible()
    assert complaints(alice)


def test_what_could_not_be_taken_in_is_not_acknowledged(enter: Enter, native: AtNative) -> None:
    """Nor is what follows it in its stream: the server would take that as received, too."""
    alice, bob = enter("alice"), native("bob")
    wire = Wire(alice.page)
    bob.says("/chat alice")
    alice.presses("Accept bob")
    bob.hears("start_chat .*")
    bob.says(":one")
    alice.reads("one")
    (chat,) = alice.keeps("chats")
    wire.has_sent("ping", received=1, stream=chat)
    alice.page.evaluate(
        """async () => {
            const {Timeline} = await import('./timeline.js');
            const {add} = Timeline.prototype;
            Timeline.prototype.add = function (item) {
                if (item.text === 'two') throw new Error('no place for it');
                return add.call(this, item);
            };
        }"""
    )
    bob.says(":two", ":three")
    alice.reads("one", "three")
    bob.says("/msg alice AAAAAAAAAAAA 1 :a letter")
    wire.has_sent("ping", received=1, stream="AAAAAAAAAAAA")
    assert alice.keeps("received")[f"bob {chat}"] == 1
    assert not [ping for ping in wire.find("ping", stream=chat) if ping["received"] > 1]
    expect(alice.page.locator("#trouble")).to_be_visible()
    assert complaints(alice)
    alice.page.reload()
    alice.goes_to("bob")
    alice.reads("one", "two", "three", "a letter")
    wire.has_sent("ping", received=3, stream=chat)


def test_a_line_of_the_past_that_is_damaged_keeps_nobody_from_reading(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    alice.page.evaluate(
        """() => {
            localStorage['duologue/alice/d1/chats'] = '{"x": {"id": "x", "partner": "bob"}}';
            localStorage['duologue/alice/d1/received'] = '{"bob"';
            localStorage['duologue/alice/d1/letters'] = '{"x": null}';
        }"""
    )
    alice.page.reload()
    bob.says("/msg alice AAAAAAAAAAAA 1 :hello")
    alice.goes_to("bob")
    alice.reads("hello")
    bob.answers("PONG 1 1 AAAAAAAAAAAA")
    complaints(alice)
