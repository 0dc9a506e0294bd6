"""The way in: a nickname, a password where one is needed, a pass for as long as the tab is open."""

from __future__ import annotations

from playwright.sync_api import Browser, Route, expect

from tests.page.conftest import Enter
from tests.page.house import Person, Server


def test_a_nickname_is_enough_where_there_is_no_password(enter: Enter) -> None:
    alice = enter("alice")
    expect(alice.page.locator("#me")).to_contain_text("alice")
    expect(alice.page.locator("#text")).to_be_focused()


def test_the_password_is_asked_for_where_there_is_one(server: Server, browser: Browser) -> None:
    server.adduser("erin", "correct horse")
    server.stop()
    server.start()
    erin = Person(browser, server.url, "erin")
    erin.page.fill("#nickname", "erin")
    erin.page.click("#login button")
    expect(erin.page.locator("#password")).to_be_focused()
    erin.page.keyboard.type("wrong")
    erin.page.keyboard.press("Enter")
    expect(erin.page.get_by_role("alert")).to_contain_text("wrong password")
    expect(erin.page.locator("#password")).to_be_focused()
    erin.page.keyboard.type("correct horse")  # in the place of the wrong one
    erin.page.keyboard.press("Enter")
    expect(erin.page.locator("#app")).to_be_visible()
    expect(erin.page.locator("#password")).to_have_value("")
    erin.context.close()


def test_a_name_that_cannot_be_one_is_explained_and_tried_again(server: Server, browser: Browser) -> None:
    person = Person(browser, server.url, "a b")
    person.page.fill("#nickname", "a b")
    person.page.click("#login button")
    expect(person.page.get_by_role("alert")).to_contain_text("nickname")
    person.nickname = "alice"
    person.logs_in()
    person.context.close()


def test_a_reload_needs_no_login(enter: Enter) -> None:
    alice = enter("alice")
    alice.page.reload()
    expect(alice.page.locator("#app")).to_be_visible()
    expect(alice.page.locator("#welcome")).to_be_hidden()


def test_who_logs_out_is_asked_again(enter: Enter) -> None:
    alice = enter("alice")
    alice.page.click("#me")
    alice.presses("Log out")
    expect(alice.page.locator("#login")).to_be_visible()
    alice.page.reload()
    expect(alice.page.locator("#nickname")).to_be_focused()


def test_a_pass_that_is_no_good_any_more_leads_to_the_form(enter: Enter) -> None:
    alice = enter("alice")
    alice.page.evaluate("sessionStorage.pass = 'made up'")
    alice.page.reload()
    expect(alice.page.get_by_role("alert")).to_have_text("Please log in again.")
    expect(alice.page.locator("#nickname")).to_have_value("alice")
    alice.logs_in()


def test_without_a_server_the_form_says_so(server: Server, browser: Browser) -> None:
    alice = Person(browser, server.url, "alice")
    server.kill()
    alice.page.fill("#nickname", "alice")
    alice.page.click("#login button")
    expect(alice.page.get_by_role("alert")).to_contain_text("cannot be reached")
    server.start()
    alice.logs_in()
    alice.context.close()


def test_a_password_manager_may_fill_in_the_password_first(server: Server, browser: Browser) -> None:
    server.adduser("erin", "correct horse")
    server.stop()
    server.start()
    erin = Person(browser, server.url, "erin")
    expect(erin.page.locator("#nickname")).to_have_attribute("autocomplete", "username")
    expect(erin.page.locator("#password")).to_have_attribute("autocomplete", "current-password")
    erin.page.fill("#password", "correct horse")
    erin.page.fill("#nickname", "eri")
    erin.page.locator("#nickname").press_sequentially("n")
    expect(erin.page.locator("#password")).to_have_value("correct horse")
    erin.page.keyboard.press("Enter")
    expect(erin.page.locator("#app")).to_be_visible()
    erin.context.close()


def test_what_is_filled_in_before_the_script_is_there_stays(server: Server, browser: Browser) -> None:
    person = Person(browser, server.url, "bob")
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    person.page.route("**/app.js", hold)
    person.page.evaluate("sessionStorage.nickname = 'alice'")
    person.page.reload(wait_until="commit")
    for field, text in (("#password", "of bob"), ("#nickname", "bob")):
        person.page.locator(field).evaluate("(field, text) => { field.value = text }", text)
    expect(person.page.locator("#loading")).to_be_attached()
    waiting[0].continue_()
    expect(person.page.locator("#login")).to_be_visible()
    expect(person.page.locator("#nickname")).to_have_value("bob")
    expect(person.page.locator("#password")).to_have_value("of bob")
    person.page.click("#login button")
    expect(person.page.locator("#me")).to_contain_text("bob")
    person.context.close()
