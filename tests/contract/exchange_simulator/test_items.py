"""Single items: written, read in every shape, found, and what Exchange makes of them by itself."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from chassis.clock import ManualClock
from simulators.exchange.domain.xml import Element, q
from simulators.frame.domain.traps import Armed
from simulators.frame.store import writing
from tests.contract.exchange_simulator.mailbox import (
    MARKER,
    EwsRefusal,
    Mailbox,
    deleting,
    extended,
    found,
    new_mailbox,
    setting,
    texts,
    times,
)

START, END = "2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z"
TIMES, ZONES = times(START, END)
GUEST = (
    "<t:Attendee><t:Mailbox><t:Name>{0}</t:Name><t:EmailAddress>{0}@other.test</t:EmailAddress></t:Mailbox>"
    "</t:Attendee>"
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))


@pytest.fixture
def mailbox(clock: ManualClock) -> Mailbox:
    return new_mailbox(clock)


def test_an_item_comes_back_as_it_was_written(mailbox: Mailbox) -> None:
    made = mailbox.create(
        "<t:Subject>Visit</t:Subject><t:Sensitivity>Private</t:Sensitivity>"
        "<t:Categories><t:String>CRM</t:String></t:Categories><t:Importance>High</t:Importance>"
        f"{TIMES}<t:LegacyFreeBusyStatus>OOF</t:LegacyFreeBusyStatus><t:Location>Room 1</t:Location>{ZONES}"
    )
    shown = mailbox.get(made)
    names = ("Subject", "Sensitivity", "Importance", "LegacyFreeBusyStatus", "Location", "Start", "End")
    assert texts(shown, *names) == ["Visit", "Private", "High", "OOF", "Room 1", START, END]
    assert texts(shown, "CalendarItemType", "IsRecurring", "IsMeeting") == ["Single", "false", "false"]
    assert shown.findtext(f"{q('t:Categories')}/{q('t:String')}") == "CRM"
    assert found(shown, "StartTimeZone").get("Id") == "W. Europe Standard Time"


def test_a_new_item_has_the_mailboxs_own_reminder_unless_the_client_says_otherwise(mailbox: Mailbox) -> None:
    names = ("ReminderIsSet", "ReminderMinutesBeforeStart")
    assert texts(mailbox.get(mailbox.create(f"{TIMES}{ZONES}")), *names) == ["true", "15"]
    off = "<t:ReminderIsSet>false</t:ReminderIsSet><t:ReminderMinutesBeforeStart>0</t:ReminderMinutesBeforeStart>"
    assert texts(mailbox.get(mailbox.create(f"{off}{TIMES}{ZONES}")), *names) == ["false", "0"]


def test_shapes_show_what_they_say(mailbox: Mailbox) -> None:
    made = mailbox.create(f"<t:Subject>a</t:Subject>{extended('7')}{TIMES}{ZONES}")
    only = mailbox.get(made, "IdOnly")
    assert [one.tag for one in only] == [q("t:ItemId")]
    more = mailbox.get(made, "IdOnly", extra=f'<t:FieldURI FieldURI="calendar:Start"/>{MARKER}')
    assert [one.tag for one in more] == [q(f"t:{name}") for name in ("ItemId", "ExtendedProperty", "Start")]
    assert found(more, "Value").text == "7"
    every = {one.tag for one in mailbox.get(made)}
    default = {one.tag for one in mailbox.get(made, "Default")}
    assert default < every
    assert q("t:ExtendedProperty") not in every


@pytest.mark.parametrize(
    ("written", "asked", "answered", "content"),
    [
        ("Text", "Text", "Text", "one < two\r\nthree"),
        ("Text", "Best", "Text", "one < two\r\nthree"),
        ("Text", "HTML", "HTML", None),
        ("HTML", "Text", "Text", "one < two\r\nthree"),
        ("HTML", "Best", "HTML", None),
    ],
)
def test_bodies_are_kept_as_html_and_answered_as_asked(
    mailbox: Mailbox, written: str, asked: str, answered: str, content: str | None
) -> None:
    given = {"Text": "one &lt; two\nthree", "HTML": "&lt;p&gt;one &amp;lt; two&lt;br&gt;three&lt;/p&gt;"}[written]
    made = mailbox.create(f'<t:Body BodyType="{written}">{given}</t:Body>{TIMES}{ZONES}')
    body = found(mailbox.get(made, body=asked), "Body")
    assert body.get("BodyType") == answered
    if content is not None:
        assert body.text == content
    else:
        assert str(body.text).startswith("<html><head>")


def test_a_client_may_give_the_uid_and_find_it_by_the_global_object_id(mailbox: Mailbox) -> None:
    path = '<t:ExtendedFieldURI DistinguishedPropertySetId="Meeting" PropertyId="3" PropertyType="Binary"/>'
    mailbox.create(f"{TIMES}{ZONES}")
    made = mailbox.create(f"<t:UID>crm-17@example.com</t:UID>{TIMES}{ZONES}")
    shown = mailbox.get(made, extra=path)
    assert shown.findtext(q("t:UID")) == "crm-17@example.com"
    value = found(shown, "Value").text
    constant = f'<t:FieldURIOrConstant><t:Constant Value="{value}"/></t:FieldURIOrConstant>'
    equal = f"<m:Restriction><t:IsEqualTo>{path}{constant}</t:IsEqualTo></m:Restriction>"
    assert [found(one, "ItemId").get("Id") for one in mailbox.find(equal)] == [made.get("Id")]


def test_the_marker_is_found_by_restriction_set_and_taken_off(mailbox: Mailbox) -> None:
    made = mailbox.create(f"{extended('crm-1')}{TIMES}{ZONES}")
    mailbox.create(f"{extended('crm-2')}{TIMES}{ZONES}")

    def search(value: str) -> list[str | None]:
        constant = f'<t:FieldURIOrConstant><t:Constant Value="{value}"/></t:FieldURIOrConstant>'
        equal = f"<m:Restriction><t:IsEqualTo>{MARKER}{constant}</t:IsEqualTo></m:Restriction>"
        return [found(one, "ItemId").get("Id") for one in mailbox.find(equal)]

    assert search("crm-1") == [made.get("Id")]
    mailbox.update(made, setting(MARKER, extended("crm-3")))
    assert (search("crm-1"), search("crm-3")) == ([], [made.get("Id")])
    mailbox.update(made, deleting(MARKER))
    assert search("crm-3") == []
    assert list(mailbox.get(made, "IdOnly", extra=MARKER).iter(q("t:ExtendedProperty"))) == []


def test_every_write_moves_the_change_key_and_so_does_exchange_seconds_after_creating(
    mailbox: Mailbox, clock: ManualClock
) -> None:
    made = mailbox.create(f"{TIMES}{ZONES}")
    clock.advance(timedelta(seconds=3))
    writing.tick(mailbox.world, clock.now())
    later = found(mailbox.get(made, "IdOnly"), "ItemId")
    assert (later.get("Id"), later.get("ChangeKey") != made.get("ChangeKey")) == (made.get("Id"), True)
    changed = mailbox.update(later, setting("item:Subject", "<t:Subject>b</t:Subject>"))
    assert changed.get("ChangeKey") not in {made.get("ChangeKey"), later.get("ChangeKey")}


@pytest.mark.parametrize("conflict", ["AutoResolve", "AlwaysOverwrite"])
def test_an_old_change_key_is_a_conflict_only_for_never_overwrite(mailbox: Mailbox, conflict: str) -> None:
    made = mailbox.create(f"{TIMES}{ZONES}")
    mailbox.update(made, setting("item:Subject", "<t:Subject>theirs</t:Subject>"))
    mine = setting("item:Subject", "<t:Subject>mine</t:Subject>")
    with pytest.raises(EwsRefusal, match="ErrorIrresolvableConflict"):
        mailbox.update(made, mine, conflict="NeverOverwrite")
    mailbox.update(made, mine, conflict=conflict)
    assert mailbox.get(made).findtext(q("t:Subject")) == "mine"


@pytest.mark.parametrize("conflict", ["NeverOverwrite", "AutoResolve"])
def test_only_always_overwrite_needs_no_change_key(mailbox: Mailbox, conflict: str) -> None:
    made = mailbox.create(f"{TIMES}{ZONES}")
    bare, new = f'<t:ItemId Id="{made.get("Id")}"/>', setting("item:Subject", "<t:Subject>b</t:Subject>")
    with pytest.raises(EwsRefusal, match="ErrorChangeKeyRequiredForWriteOperations"):
        mailbox.update(bare, new, conflict=conflict)
    mailbox.update(bare, new, conflict="AlwaysOverwrite")
    broken = f'<t:ItemId Id="{made.get("Id")}" ChangeKey="x"/>'
    with pytest.raises(EwsRefusal, match="ErrorInvalidChangeKey"):
        mailbox.update(broken, new, conflict=conflict)


def test_one_bad_id_spoils_only_its_own_part(mailbox: Mailbox) -> None:
    first, second = (mailbox.create(f"<t:Subject>{name}</t:Subject>{TIMES}{ZONES}") for name in "ab")
    mailbox.delete(first)
    asked = "".join(f'<t:ItemId Id="{one.get("Id")}"/>' for one in (first, second)) + '<t:ItemId Id="nonsense"/>'
    shape = "<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
    messages = mailbox.ask(f"<m:GetItem>{shape}<m:ItemIds>{asked}</m:ItemIds></m:GetItem>")
    codes = [one.findtext(q("m:ResponseCode")) for one in messages]
    assert codes == ["ErrorItemNotFound", "NoError", "ErrorInvalidIdMalformed"]


def test_an_unknown_zone_is_refused_and_so_is_an_ianas(mailbox: Mailbox) -> None:
    for zone in ("Mars Standard Time", "Europe/Berlin", ""):
        first = f"<t:Start>{START}</t:Start><t:End>{END}</t:End>"
        with pytest.raises(EwsRefusal, match="ErrorTimeZone"):
            mailbox.create(f'{first}<t:StartTimeZone Id="{zone}"/>')


def test_a_start_without_a_zone_keeps_the_items_zone_and_converts(mailbox: Mailbox) -> None:
    made = mailbox.create(f"{TIMES}{ZONES}")
    new = setting("calendar:Start", "<t:Start>2026-12-01T03:30:00-05:00</t:Start>")
    mailbox.update(made, new)
    shown = mailbox.get(made)
    assert texts(shown, "Start", "StartWallClock") == ["2026-12-01T08:30:00Z", "2026-12-01T09:30:00+01:00"]
    assert found(shown, "StartTimeZone").get("Id") == "W. Europe Standard Time"
    zone = setting("calendar:StartTimeZone", '<t:StartTimeZone Id="Tokyo Standard Time"/>')
    mailbox.update(made, zone)
    shown = mailbox.get(made)
    assert texts(shown, "Start", "StartWallClock") == ["2026-12-01T08:30:00Z", "2026-12-01T17:30:00+09:00"]


def test_times_without_offset_are_the_zones_own(mailbox: Mailbox) -> None:
    mailbox.zone = "Tokyo Standard Time"
    made = mailbox.create("<t:Start>2026-12-01T09:00:00</t:Start><t:End>2026-12-01T10:00:00</t:End>")
    assert mailbox.get(made).findtext(q("t:Start")) == "2026-12-01T09:00:00+09:00"


def test_times_are_answered_in_the_zone_that_the_request_names(mailbox: Mailbox) -> None:
    """MS-OXWSCORE 3.1.4.4.1.1: "All times that are returned from the server will be converted"."""
    made = mailbox.create(f"{TIMES}{ZONES}")
    mailbox.zone = "Eastern Standard Time"
    names = ("Start", "End", "StartWallClock")
    assert texts(mailbox.get(made), *names) == [
        "2026-12-01T04:00:00-05:00",
        "2026-12-01T05:00:00-05:00",
        "2026-12-01T10:00:00+01:00",
    ]
    mailbox.zone = "Mars Standard Time"
    with pytest.raises(EwsRefusal, match="ErrorTimeZone"):
        mailbox.get(made)


@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [
        ("W. Europe Standard Time", "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z"),
        ("Eastern Standard Time", "2027-03-14T05:00:00Z", "2027-03-15T04:00:00Z"),
        ("GMT Standard Time", "2027-10-30T23:00:00Z", "2027-11-01T00:00:00Z"),
    ],
)
def test_an_all_day_item_lasts_from_midnight_to_midnight_of_its_zone_on_the_days_the_clocks_change(
    mailbox: Mailbox, zone: str, start: str, end: str
) -> None:
    first, zones = times(start, end, zone, all_day=True)
    shown = mailbox.get(mailbox.create(f"{first}{zones}"))
    assert texts(shown, "Start", "End", "IsAllDayEvent") == [start, end, "true"]


def test_an_all_day_item_is_stretched_to_whole_days(mailbox: Mailbox) -> None:
    first, zones = times("2026-06-06T11:00:00Z", "2026-06-07T11:00:00Z", all_day=True)
    shown = mailbox.get(mailbox.create(f"{first}{zones}"))
    assert texts(shown, "Start", "End") == ["2026-06-05T22:00:00Z", "2026-06-07T22:00:00Z"]


def test_an_item_lasts_five_years_at_the_most(mailbox: Mailbox) -> None:
    first, zones = times(START, "2032-01-01T00:00:00Z")
    with pytest.raises(EwsRefusal, match="ErrorCalendarDurationIsTooLong"):
        mailbox.create(f"{first}{zones}")


def test_the_end_may_not_come_before_the_start(mailbox: Mailbox) -> None:
    first, zones = times(END, START)
    with pytest.raises(EwsRefusal, match="ErrorCalendarEndDateIsEarlierThanStartDate"):
        mailbox.create(f"{first}{zones}")


def _attendees(kind: str, *names: str) -> str:
    return f"<t:{kind}>{''.join(GUEST.format(name) for name in names)}</t:{kind}>"


@pytest.mark.parametrize(("how", "told"), [("SendToNone", []), ("SendToAllAndSaveCopy", ["bob@other.test"])])
def test_invitations_go_out_only_where_the_client_says_so(mailbox: Mailbox, how: str, told: list[str]) -> None:
    made = mailbox.create(f"{TIMES}{_attendees('RequiredAttendees', 'bob')}{ZONES}", invitations=how)
    assert [mail["to"] for mail in mailbox.world.mails] == ([told] if told else [])
    assert texts(mailbox.get(made), "IsMeeting", "MeetingRequestWasSent") == ["true", str(bool(told)).lower()]
    mailbox.delete(made, how)
    assert [mail["what"] for mail in mailbox.world.mails] == (["create", "delete"] if told else [])


def test_only_changed_guests_may_be_told(mailbox: Mailbox) -> None:
    made = mailbox.create(f"{TIMES}{_attendees('RequiredAttendees', 'bob')}{ZONES}")
    both = setting("calendar:RequiredAttendees", _attendees("RequiredAttendees", "bob", "eve"))
    mailbox.update(made, both, invitations="SendToChangedAndSaveCopy")
    assert [mail["to"] for mail in mailbox.world.mails] == [["eve@other.test"]]


def test_each_sort_of_attendees_is_set_by_itself(mailbox: Mailbox) -> None:
    given = _attendees("RequiredAttendees", "bob") + _attendees("OptionalAttendees", "eve")
    made = mailbox.create(f"{TIMES}{given}{ZONES}")
    mailbox.update(made, setting("calendar:OptionalAttendees", _attendees("OptionalAttendees", "joe")))
    shown = mailbox.get(made)

    def names(kind: str) -> list[str | None]:
        return [one.text for one in found(shown, kind).iter(q("t:EmailAddress"))]

    assert (names("RequiredAttendees"), names("OptionalAttendees")) == (["bob@other.test"], ["joe@other.test"])
    mailbox.update(made, deleting("calendar:RequiredAttendees"))
    assert mailbox.get(made).find(q("t:RequiredAttendees")) is None


def test_a_write_must_say_who_hears_of_it(mailbox: Mailbox) -> None:
    items = f"<m:Items><t:CalendarItem>{TIMES}</t:CalendarItem></m:Items>"
    with pytest.raises(EwsRefusal, match="ErrorSendMeetingInvitationsRequired"):
        mailbox.one(f"<m:CreateItem>{items}</m:CreateItem>")


def test_what_a_client_cannot_set_is_refused(mailbox: Mailbox) -> None:
    made = mailbox.create(f"{TIMES}{ZONES}")
    with pytest.raises(EwsRefusal, match="ErrorInvalidPropertySet"):
        mailbox.update(made, setting("calendar:IsCancelled", "<t:IsCancelled>true</t:IsCancelled>"))
    with pytest.raises(EwsRefusal, match="ErrorInvalidPropertyDelete"):
        mailbox.update(made, deleting("calendar:Start"))
    with pytest.raises(EwsRefusal, match="ErrorIncorrectUpdatePropertyCount"):
        mailbox.update(made, setting("item:Subject", "<t:Subject>x</t:Subject><t:Location>x</t:Location>"))
    with pytest.raises(EwsRefusal, match="ErrorObjectTypeChanged"):
        mailbox.create(f"<t:ItemClass>IPM.Note</t:ItemClass>{TIMES}{ZONES}")
    with pytest.raises(EwsRefusal, match="ErrorUpdatePropertyMismatch"):
        mailbox.update(made, setting("item:Subject", "<t:Location>x</t:Location>"))


def test_items_of_another_folder_lie_there(mailbox: Mailbox) -> None:
    made = mailbox.create(f"{TIMES}{ZONES}", folder=mailbox.folder("Projects"))
    parent = found(mailbox.get(made), "ParentFolderId").get("Id")
    assert f'<t:FolderId Id="{parent}"/>' == mailbox.folder("Projects")


def test_find_item_pages_and_leaves_out_what_only_get_item_has(mailbox: Mailbox) -> None:
    for name in "abc":
        mailbox.create(f'<t:Subject>{name}</t:Subject><t:Body BodyType="Text">x</t:Body>{TIMES}{ZONES}')
    page = '<m:IndexedPageItemView MaxEntriesReturned="2" Offset="{}" BasePoint="Beginning"/>'
    path = '<t:FieldURI FieldURI="item:Subject"/>'
    order = f'<m:SortOrder><t:FieldOrder Order="Descending">{path}</t:FieldOrder></m:SortOrder>'
    every = "<t:BaseShape>AllProperties</t:BaseShape>"
    first, second = (mailbox.find(page.format(at) + order, every) for at in (0, 2))
    assert [one.findtext(q("t:Subject")) for one in first + second] == ["c", "b", "a"]
    assert first[0].find(q("t:Body")) is None
    body = '<t:AdditionalProperties><t:FieldURI FieldURI="item:Body"/></t:AdditionalProperties>'
    with pytest.raises(EwsRefusal, match="ErrorInvalidPropertyRequest"):
        mailbox.find("", f"<t:BaseShape>IdOnly</t:BaseShape>{body}")


def test_find_item_compares_joins_and_negates(mailbox: Mailbox) -> None:
    for name in "abc":
        mailbox.create(f"<t:Subject>{name}</t:Subject>{TIMES}{ZONES}")

    def compared(kind: str, value: str) -> str:
        constant = f'<t:FieldURIOrConstant><t:Constant Value="{value}"/></t:FieldURIOrConstant>'
        return f'<t:{kind}><t:FieldURI FieldURI="item:Subject"/>{constant}</t:{kind}>'

    def search(rule: str) -> list[str]:
        found_items = mailbox.find(f"<m:Restriction>{rule}</m:Restriction>", "<t:BaseShape>Default</t:BaseShape>")
        return sorted(str(one.findtext(q("t:Subject"))) for one in found_items)

    assert search(f"<t:Not>{compared('IsEqualTo', 'b')}</t:Not>") == ["a", "c"]
    assert search(f"<t:Or>{compared('IsEqualTo', 'a')}{compared('IsGreaterThan', 'b')}</t:Or>") == ["a", "c"]
    assert search(f"<t:And>{compared('IsGreaterThan', 'a')}{compared('IsLessThan', 'c')}</t:And>") == ["b"]
    within = '<t:FieldURI FieldURI="item:Subject"/><t:Constant Value="B"/>'
    assert search(f'<t:Contains ContainmentMode="Substring">{within}</t:Contains>') == ["b"]


def test_a_person_may_have_named_a_zone_as_no_list_does(mailbox: Mailbox) -> None:
    made = mailbox.create(f"{TIMES}{ZONES}")
    mailbox.world.traps.armed.append(Armed("zone.odd_name", parameters={"name": "tzone://Microsoft/Custom"}))
    assert found(mailbox.get(made), "StartTimeZone").get("Id") == "tzone://Microsoft/Custom"
    assert found(mailbox.get(made), "StartTimeZone").get("Id") == "W. Europe Standard Time"


def test_an_item_may_be_gone_between_the_notification_and_the_read(mailbox: Mailbox) -> None:
    made = mailbox.create(f"{TIMES}{ZONES}")
    mailbox.world.traps.armed.append(Armed("item.gone"))
    with pytest.raises(EwsRefusal, match="ErrorItemNotFound"):
        mailbox.get(made)
    mailbox.get(made)


def test_exchange_may_save_an_item_again_at_once(mailbox: Mailbox) -> None:
    mailbox.world.traps.armed.append(Armed("item.saved_again"))
    made = mailbox.create(f"{TIMES}{ZONES}")
    assert found(mailbox.get(made, "IdOnly"), "ItemId").get("ChangeKey") != made.get("ChangeKey")


def test_a_conflict_may_come_although_the_change_key_is_right(mailbox: Mailbox) -> None:
    made = mailbox.create(f"{TIMES}{ZONES}")
    mailbox.world.traps.armed.append(Armed("fault.conflict"))
    with pytest.raises(EwsRefusal, match="ErrorIrresolvableConflict"):
        mailbox.update(made, setting("item:Subject", "<t:Subject>b</t:Subject>"), conflict="NeverOverwrite")
    mailbox.update(made, setting("item:Subject", "<t:Subject>b</t:Subject>"), conflict="NeverOverwrite")


def test_the_free_busy_status_may_be_no_data(mailbox: Mailbox) -> None:
    made = mailbox.create(f"{TIMES}{ZONES}")
    mailbox.world.traps.armed.append(Armed("event.no_data"))
    assert texts(mailbox.get(made), "LegacyFreeBusyStatus") == ["NoData"]


def test_texts_are_appended_to_bodies_and_attendees(mailbox: Mailbox) -> None:
    made = mailbox.create(f'<t:Body BodyType="Text">one</t:Body>{TIMES}{_attendees("RequiredAttendees", "bob")}{ZONES}')
    body = '<t:CalendarItem><t:Body BodyType="Text">&lt;two&gt;</t:Body></t:CalendarItem>'
    guests = f"<t:CalendarItem>{_attendees('RequiredAttendees', 'eve')}</t:CalendarItem>"
    appended = "<t:AppendToItemField>{}{}</t:AppendToItemField>"
    mailbox.update(made, appended.format('<t:FieldURI FieldURI="item:Body"/>', body))
    mailbox.update(made, appended.format('<t:FieldURI FieldURI="calendar:RequiredAttendees"/>', guests))
    shown = mailbox.get(made, body="Text")
    assert found(shown, "Body").text == "one\r\n<two>"
    addresses = [one.text for one in found(shown, "RequiredAttendees").iter(q("t:EmailAddress"))]
    assert addresses == ["bob@other.test", "eve@other.test"]
    subject = "<t:CalendarItem><t:Subject>x</t:Subject></t:CalendarItem>"
    with pytest.raises(EwsRefusal, match="ErrorInvalidPropertyAppend"):
        mailbox.update(made, appended.format('<t:FieldURI FieldURI="item:Subject"/>', subject))


def _hidden(mailbox: Mailbox, item_class: str) -> list[Element]:
    constant = f'<t:FieldURIOrConstant><t:Constant Value="{item_class}"/></t:FieldURIOrConstant>'
    equal = f'<t:IsEqualTo><t:FieldURI FieldURI="item:ItemClass"/>{constant}</t:IsEqualTo>'
    asked = f"<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:Restriction>{equal}</m:Restriction>"
    folders = '<m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds>'
    message = mailbox.one(f'<m:FindItem Traversal="Associated">{asked}{folders}</m:FindItem>')
    return list(message.iter(q("t:ItemId")))


def test_the_mailboxs_zone_is_in_its_hidden_working_hours(mailbox: Mailbox) -> None:
    (named,) = _hidden(mailbox, "IPM.Configuration.WorkHours")
    path = '<t:ExtendedFieldURI PropertyTag="0x7C08" PropertyType="Binary"/>'
    shape = f"<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>{path}</t:AdditionalProperties>"
    ids = f'<m:ItemIds><t:ItemId Id="{named.get("Id")}"/></m:ItemIds>'
    stream = found(mailbox.one(f"<m:GetItem>{shape}</m:ItemShape>{ids}</m:GetItem>"), "Value").text or ""
    hours = etree.fromstring(base64.b64decode(stream))
    assert hours.findtext(".//{*}TimeZone/{*}Name") == "W. Europe Standard Time"
    assert _hidden(mailbox, "IPM.Configuration.Calendar") == []
    mailbox.world.traps.armed.append(Armed("mailbox.never_opened"))
    assert _hidden(mailbox, "IPM.Configuration.WorkHours") == []


def test_an_item_leads_to_its_page(mailbox: Mailbox) -> None:
    made = mailbox.create(f"{TIMES}{ZONES}")
    link = mailbox.get(made).findtext(q("t:WebClientReadFormQueryString")) or ""
    assert parse_qs(urlsplit(link).query)["ItemID"] == [made.get("Id")]


def test_an_item_that_cannot_be_read_spoils_only_its_own_part(mailbox: Mailbox) -> None:
    made = [mailbox.create(f"{TIMES}{ZONES}") for _ in range(3)]
    mailbox.world.traps.armed.append(Armed("item.corrupt"))
    asked = "".join(f'<t:ItemId Id="{one.get("Id")}"/>' for one in made)
    shape = "<m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape>"
    messages = mailbox.ask(f"<m:GetItem>{shape}<m:ItemIds>{asked}</m:ItemIds></m:GetItem>")
    assert [one.findtext(q("m:ResponseCode")) for one in messages] == ["ErrorCorruptData", "NoError", "NoError"]


def test_one_odd_zone_is_enough_for_an_answer(mailbox: Mailbox) -> None:
    made = [mailbox.create(f"{TIMES}{ZONES}") for _ in range(3)]
    mailbox.world.traps.armed.append(Armed("zone.odd_name", count=None, parameters={"name": "Mine"}))
    asked = "".join(f'<t:ItemId Id="{one.get("Id")}"/>' for one in made)
    shape = "<m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape>"
    messages = mailbox.ask(f"<m:GetItem>{shape}<m:ItemIds>{asked}</m:ItemIds></m:GetItem>")
    zones = [found(one, "StartTimeZone").get("Id") for one in messages]
    assert zones == ["Mine", "W. Europe Standard Time", "W. Europe Standard Time"]


def test_other_clients_ask_by_mapis_names(mailbox: Mailbox) -> None:
    for name, hour in (("later", 15), ("sooner", 9)):
        first, zones = times(f"2026-12-01T{hour:02}:00:00Z", f"2026-12-01T{hour + 1:02}:00:00Z")
        mailbox.create(f"<t:Subject>{name}</t:Subject>{first}{zones}")
    start = (
        '<t:ExtendedFieldURI DistinguishedPropertySetId="Appointment" PropertyId="33293" PropertyType="SystemTime"/>'
    )
    constant = '<t:FieldURIOrConstant><t:Constant Value="2026-12-01T13:00:00.000Z"/></t:FieldURIOrConstant>'
    rule = f"<m:Restriction><t:IsLessThan>{start}{constant}</t:IsLessThan></m:Restriction>"
    order = f'<m:SortOrder><t:FieldOrder Order="Ascending">{start}</t:FieldOrder></m:SortOrder>'
    shape = f"<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>{start}</t:AdditionalProperties>"
    assert [found(one, "Value").text for one in mailbox.find(rule, shape)] == ["2026-12-01T09:00:00Z"]
    assert [found(one, "Value").text for one in mailbox.find(order, shape)] == [
        "2026-12-01T09:00:00Z",
        "2026-12-01T15:00:00Z",
    ]
    with pytest.raises(EwsRefusal, match="ErrorInvalidRestriction"):
        mailbox.find(rule.replace("2026-12-01T13:00:00.000Z", "soon"), shape)
