"""`/operator`: how the connections stand that somebody is in charge of, and what to do about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request, Response

from chassis.observability.census import Census, Count
from chassis.observability.metrics import DEAD_LETTERS
from chassis.pages.rendering import Pages
from chassis.web.auth import CurrentIdentity, Identity
from chassis.web.operators import audit, company_in_charge
from connector.application.rate_limiter import RateLimiter
from connector.entrypoints.http.pages.overview import overview_of
from connector.entrypoints.http.services import Services
from connector.entrypoints.http.views import overseen_view

PAGE = "/operator"
MOST = 2000
"""Connections that a page looks at: above, the dashboards have the whole."""

router = APIRouter(prefix=PAGE, include_in_schema=False)


@dataclass(frozen=True)
class OperatorPage:
    """The page of one connector. `letters`: what sets the gauges of dead letters, when the census has it due."""

    services: Services
    pages: Pages
    limiter: RateLimiter
    census: Census
    letters: Sequence[Count]

    async def answer(self, request: Request, identity: Identity, template: str) -> Response:
        """Show the connections of the caller's company; an operator sees all companies'."""
        company = company_in_charge(identity, None)
        where = {} if company is None else {"company_id": company}
        services, now = self.services, self.services.clock.now()
        found = await services.connections.all_of(where, MOST + 1, None)
        views = [overseen_view(one, now, services.policy) for one in found[:MOST]]
        return self.pages.answer(
            request,
            template,
            identity=identity,
            overview=overview_of(views, now),
            more=len(found) > MOST,
            across=company is None,
            slow=self.limiter.held_back(),
            letters=await self._dead_letters(),
            again=self.pages.address(f"{PAGE}/overview"),
        )

    async def _dead_letters(self) -> Mapping[str, int] | None:
        """Return the dead letters of the topics that this service reads, None where they are not known now."""
        await self.census.refresh()
        if not self.census.knows(self.letters):
            return None
        samples = [sample for metric in DEAD_LETTERS.collect() for sample in metric.samples]
        return {sample.labels["topic"]: int(sample.value) for sample in samples}


async def operator_page_of(request: Request) -> OperatorPage:
    """Return the app's page; a FastAPI dependency."""
    return cast("OperatorPage", request.app.state.operator_page)


InjectedOperatorPage = Annotated[OperatorPage, Depends(operator_page_of)]


@router.get("")
async def operator(request: Request, page: InjectedOperatorPage, identity: CurrentIdentity) -> Response:
    """Show the page; 403 for who is in charge of nothing."""
    answer = await page.answer(request, identity, "operator.html")
    audit(identity, "operator_page")
    return answer


@router.get("/overview")
async def overview(request: Request, page: InjectedOperatorPage, identity: CurrentIdentity) -> Response:
    """Show the part that looks again by itself."""
    return await page.answer(request, identity, "overview.html")
