"""What the mapper's timers start."""

from datetime import timedelta

from chassis.runtime.background import Periodic
from mapper.application.use_cases import UseCases


def jobs(use_cases: UseCases) -> tuple[Periodic, ...]:
    """Return the periodic work of the mapper; each job may run on every replica."""

    async def guard() -> None:
        await use_cases.judge.judge_passes()
        await use_cases.answers.review()

    return (
        Periodic("passes", timedelta(milliseconds=200), use_cases.reevaluation.run),
        Periodic("mass_delete_guard", timedelta(milliseconds=500), guard),
        Periodic("progress", timedelta(milliseconds=500), use_cases.progress.publish_busy),
        Periodic("progress_of_idle", timedelta(seconds=3), use_cases.progress.publish_idle),
        Periodic("parked", timedelta(milliseconds=500), use_cases.parking.take_up),
        Periodic("resend", timedelta(seconds=2), use_cases.resending.resend_overdue),
    )
