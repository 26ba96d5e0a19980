"""The routes of `/calendar-sync`. Every form works without scripts: it is taken, and leads back to the page."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from chassis.web.auth import CurrentIdentity, optional_identity
from chassis.web.forms import first, read_form
from chassis.web.problems import Problem, not_found, unauthorized
from connector.adapters.oauth import BEGIN_PATH
from connector.application.connections.sign_in_states import SignInFailed
from connector.entrypoints.http.pages.connecting import ConnectingRefused, connect, sign_in_anew, typed
from connector.entrypoints.http.pages.fields import FieldRefused, SettingName, setting_named, written
from connector.entrypoints.http.pages.saving import chosen_in, save
from connector.entrypoints.http.pages.showing import PAGE, PROVIDERS, InjectedPage, PreferencesPage
from connector.entrypoints.http.pages.view import AS_IT_STANDS, FieldState
from contracts.connections import Provider, Remove

router = APIRouter(prefix=PAGE, include_in_schema=False)

Text = Annotated[str | None, Query(max_length=4096)]
_CODE = re.compile(r"[a-z_]{1,40}")
_REMOVALS: tuple[Remove, ...] = ("none", "activities", "events")


@router.get("")
async def preferences(
    request: Request, page: InjectedPage, connection: Text = None, problem: Text = None, saved: Text = None
) -> Response:
    """Show the connection with its settings, or how to add one; and how a sign-in ended that led here."""
    identity = await optional_identity(request)
    code = problem if problem is None or _CODE.fullmatch(problem) else "sign_in_refused"
    connected = connection is not None and problem is None
    if identity is None:
        if connection is None and problem is None:
            raise unauthorized("sign in first")
        return page.pages.answer(request, "signed_out.html", connected=connected, problem=code)
    return await page.whole(request, identity, connected=connected, problem=code, said=setting_named(saved or ""))


@router.get("/status")
async def status(request: Request, page: InjectedPage, identity: CurrentIdentity) -> Response:
    """Show how the connection stands."""
    return await page.part(request, identity, "status.html")


@router.get("/help")
async def user_guide(request: Request, page: InjectedPage, identity: CurrentIdentity) -> Response:
    """Show the user guide, to which each status and each "why?" leads."""
    return page.pages.answer(request, "help.html", identity=identity)


@router.get("/add/{provider}")
async def add_form(request: Request, page: InjectedPage, identity: CurrentIdentity, provider: str) -> Response:
    """Ask for the account."""
    return _account_form(request, page, identity, _known(provider), values={}, refused=None, status=200)


@router.post("/add/{provider}")
async def add(request: Request, page: InjectedPage, identity: CurrentIdentity, provider: str) -> Response:
    """Connect the account."""
    form = await read_form(request)
    try:
        return await connect(page, identity, _known(provider), form)
    except ConnectingRefused as refused:
        return _account_form(request, page, identity, _known(provider), values=typed(form), refused=refused, status=422)


@router.get("/sign-in")
async def sign_in(request: Request, page: InjectedPage, identity: CurrentIdentity, state: Text = None) -> Response:
    """Show the link to the provider: a plain one, since no form of ours may lead to another site."""
    services = page.services
    try:
        begun = await services.states.pending(state)
        services.states.check_caller(begun, identity, None)
        connection = await services.sign_in.connection(begun)
    except SignInFailed:
        return page.home(problem="invalid_state")
    link = f"{page.pages.address(BEGIN_PATH)}?state={begun.id}"
    return page.pages.answer(request, "sign_in.html", identity=identity, connection=connection, link=link)


@router.get("/reconnect")
async def reconnect_form(request: Request, page: InjectedPage, identity: CurrentIdentity) -> Response:
    """Ask for the password anew."""
    connection = await page.live(identity)
    return page.pages.answer(
        request, "reconnect.html", identity=identity, connection=connection, values={}, refused=None
    )


@router.post("/reconnect")
async def reconnect(request: Request, page: InjectedPage, identity: CurrentIdentity) -> Response:
    """Sign in anew."""
    connection, form = await page.live(identity), await read_form(request)
    try:
        return await sign_in_anew(page, identity, connection, form)
    except ConnectingRefused as refused:
        return page.pages.answer(
            request,
            "reconnect.html",
            identity=identity,
            status=422,
            connection=connection,
            values=typed(form),
            refused=refused,
        )


@router.get("/settings/{name}")
async def setting(request: Request, page: InjectedPage, identity: CurrentIdentity, name: str) -> Response:
    """Show a setting as it stands."""
    return await page.setting(request, identity, _setting(name), AS_IT_STANDS)


@router.patch("/settings/{name}")
@router.post("/settings/{name}")
async def change_setting(request: Request, page: InjectedPage, identity: CurrentIdentity, name: str) -> Response:
    """Save a setting (C4)."""
    setting, form = _setting(name), await read_form(request)
    chosen = frozenset(chosen_in(form, setting))
    try:
        removal = await save(page, request, identity, setting, form)
    except FieldRefused as refused:
        return await page.setting(request, identity, setting, FieldState(refused=refused.code), 422)
    if removal:
        return await page.setting(request, identity, setting, FieldState(removal=removal, chosen=chosen))
    return await _saved(request, page, identity, setting, asked=first(form, "confirmed") == "yes")


async def _saved(
    request: Request, page: PreferencesPage, identity: CurrentIdentity, name: SettingName, *, asked: bool
) -> Response:
    if "hx-request" not in request.headers:
        return page.home(f"setting-{name}", saved=name)
    connection = await page.live(identity)
    shown = await page.preferences(connection)
    return page.pages.answer(
        request,
        "saved.html",
        identity=identity,
        page=shown,
        name=name,
        asked=asked,
        state=AS_IT_STANDS,
        seen={one: written(shown.view, one) for one in (name, "inbound_type")},
    )


@router.post("/sync")
async def sync_now(request: Request, page: InjectedPage, identity: CurrentIdentity) -> Response:
    """Read both sides anew (K4)."""
    await page.services.connections.resync(await page.live(identity))
    return await page.part(request, identity, "status.html")


@router.post("/confirm")
async def confirm(request: Request, page: InjectedPage, identity: CurrentIdentity) -> Response:
    """Answer the mass-delete guard (H4)."""
    form = await read_form(request)
    action = first(form, "action")
    if action not in {"delete", "restore"}:
        raise Problem(422, "validation_error", "action must be delete or restore")
    await page.services.connections.confirm(await page.live(identity), first(form, "brake_id"), action)
    return page.home("status")


@router.get("/stop")
async def stop_form(request: Request, page: InjectedPage, identity: CurrentIdentity) -> Response:
    """Ask what is to stay and what to go."""
    connection = await page.live(identity)
    counts = await page.removals.by_stopping(request, connection)
    return page.pages.answer(request, "stop.html", identity=identity, connection=connection, counts=counts)


@router.post("/stop")
async def stop(request: Request, page: InjectedPage, identity: CurrentIdentity) -> Response:
    """Stop the sync (K1)."""
    wanted = first(await read_form(request), "remove")
    remove = next((one for one in _REMOVALS if one == wanted), None)
    if remove is None:
        raise Problem(422, "validation_error", "remove must be none, activities or events")
    await page.services.connections.stop(await page.live(identity), remove)
    return page.home()


def _known(provider: str) -> Provider:
    """Return the provider; 404 for a name that is none."""
    for one in PROVIDERS:
        if one == provider:
            return one
    raise not_found("provider")


def _setting(name: str) -> SettingName:
    setting = setting_named(name)
    if setting is None:
        raise not_found("setting")
    return setting


def _account_form(
    request: Request,
    page: PreferencesPage,
    identity: CurrentIdentity,
    provider: Provider,
    *,
    values: dict[str, str],
    refused: ConnectingRefused | None,
    status: int,
) -> Response:
    return page.pages.answer(
        request,
        "account_form.html",
        identity=identity,
        status=status,
        provider=provider,
        offered=provider in page.services.connections.access.kits,
        values=values,
        refused=refused,
    )
