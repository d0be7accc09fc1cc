"""Every periodic job, on one page: what runs by itself, and when (times in UTC)."""

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from guichet.api import jobs as api
from guichet.channels import jobs as channels
from guichet.connectors import jobs as connectors
from guichet.knowledge import jobs as knowledge
from guichet.lib import outbox
from guichet.lib.jobs import STALLED_SECONDS, every
from guichet.notifications import jobs as notifications
from guichet.portal import jobs as portal
from guichet.routing import jobs as routing
from guichet.search import jobs as search
from guichet.suggestions import jobs as suggestions
from guichet.tickets import jobs as tickets
from guichet.training import jobs as training
from guichet.walkup import jobs as walkup
from guichet.watchdog import jobs as watchdog

KEEP_FINISHED_HOURS = 72


@app.periodic(cron="* * * * *")
@app.task(name="jobs.recover_stalled", queueing_lock="jobs.recover_stalled", pass_context=True)
async def recover_stalled(context: JobContext, timestamp: int) -> None:
    """A job whose worker was killed is taken up again by another."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        try:
            await manager.retry_job(stalled)
        except UniqueViolation:
            # Of those that wait singly the next one waits already, and does the work of both.
            await manager.finish_job(stalled, status=Status.ABORTED, delete_job=False)


@app.periodic(cron="17 3 * * *")
@app.task(name="jobs.delete_finished", queueing_lock="jobs.delete_finished", pass_context=True)
async def delete_finished(context: JobContext, timestamp: int) -> None:
    """Jobs that succeeded long ago are of no use; failed ones are kept for a person to see."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_FINISHED_HOURS)


every(cron="* * * * *", task=tickets.wake_due)
every(cron="*/5 * * * *", task=tickets.close_silent)
every(cron="*/30 * * * *", task=tickets.tidy)
every(cron="27 2 * * *", task=tickets.rebuild_clocks)
every(cron="* * * * *", task=tickets.tell_of_fixes)
every(cron="*/5 * * * *", task=tickets.remind_workarounds)
every(cron="* * * * *", task=tickets.alert_late_news)
every(cron="7 5 * * *", task=knowledge.remind_reviews)
every(cron="* * * * *", task=portal.write_status)
every(cron="* * * * *", task=channels.sweep)
every(cron="* * * * *", task=channels.fetch)
every(cron="10 4 * * *", task=channels.reconcile)
every(cron="* * * * *", task=outbox.due)
every(cron="* * * * *", task=notifications.warn)
every(cron="37 3 * * *", task=notifications.forget_sent)
every(cron="33 3 * * *", task=connectors.forget)
every(cron="* * * * *", task=routing.foretell)
every(cron="53 2 * * *", task=routing.learn)
every(cron="57 2 * * *", task=routing.learn_teams)
every(cron="*/5 * * * *", task=suggestions.read)
every(cron="12 2 * * *", task=suggestions.learn)
every(cron="*/10 * * * *", task=suggestions.settle)
every(cron="* * * * *", task=search.learn_words)
every(cron="*/5 * * * *", task=training.remind)
every(cron="47 2 * * *", task=training.look)
every(cron="43 * * * *", task=api.forget_answers)
every(cron="*/5 * * * *", task=walkup.remind)
every(cron="*/5 * * * *", task=walkup.mark_no_shows)
every(cron="* * * * *", task=walkup.foretell)
every(cron="17 * * * *", task=walkup.clear)
every(cron="23 2 * * *", task=walkup.learn)
every(cron="41 2 * * *", task=walkup.advise)
every(cron="*/10 * * * *", task=watchdog.look)
every(cron="5 3 * * *", task=watchdog.look_at_all)
every(cron="*/5 * * * *", task=watchdog.write)
