"""Who looks after connections that are not his own: operators those of all companies, administrators their company's.

The claim `operator` says that somebody runs the installation. It is never implied by a role, and nothing but the routes
that ask for it knows it: an operator sees no more of a company than what these routes show. Whatever is done by them
stands in the log, one line for each call (docs/decisions/operators-act-across-companies.md).
"""

import structlog

from chassis.web.auth import Identity
from chassis.web.problems import forbidden

log = structlog.get_logger()


def check_operator(caller: Identity) -> None:
    """Raise 403 unless the caller runs the installation."""
    if not caller.is_operator:
        raise forbidden("only an operator may do this")


def company_in_charge(caller: Identity, asked: str | None) -> str | None:
    """Return the company that a request is about, None for all; 403 where the caller is not in charge of it.

    `asked` is the company that the request names. An administrator is in charge of his own, and needs to name none.
    """
    if caller.is_operator:
        return asked
    if not caller.is_admin or asked not in {None, caller.company_id}:
        raise forbidden("only an operator, or an administrator of the company, may do this")
    return caller.company_id


def audit(caller: Identity, action: str, **about: str | None) -> None:
    """Write down who did what; ids alone, no content."""
    role = "operator" if caller.is_operator else caller.role
    log.info("operator_action", action=action, by=caller.user_id, by_company=caller.company_id, role=role, **about)
