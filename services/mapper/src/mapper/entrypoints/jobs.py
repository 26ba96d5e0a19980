"""What the mapper's timers start."""

from datetime import timedelta

from chassis.runtime.background import Periodic
from mapper.application.use_cases import UseCases

_AT_REST = timedelta(seconds=30)
"""What these look for is left by messages, which wake them; at rest only a replica that died can have left any."""


def jobs(use_cases: UseCases) -> tuple[Periodic, ...]:
    """Return the periodic work of the mapper; each job may run on every replica."""

    async def guard() -> bool:
        left = [await use_cases.judge.judge_passes(), await use_cases.answers.review()]
        return any(left)

    return (
        Periodic("passes", timedelta(milliseconds=200), use_cases.reevaluation.run, _AT_REST),
        Periodic("mass_delete_guard", timedelta(milliseconds=500), guard, _AT_REST),
        Periodic("progress", timedelta(milliseconds=500), use_cases.progress.publish_busy, _AT_REST),
        Periodic("progress_of_idle", timedelta(seconds=3), use_cases.progress.publish_idle, _AT_REST),
        Periodic("parked", timedelta(milliseconds=500), use_cases.parking.take_up, _AT_REST),
        Periodic("resend", timedelta(seconds=2), use_cases.resending.resend_overdue, timedelta(seconds=10)),
    )
