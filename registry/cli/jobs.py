"""Commands about background work: jobs list, jobs retry, jobs drop."""

from typing import TYPE_CHECKING, Annotated

import typer

from registry.cli.speech import say, say_json
from registry.errors import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

    from registry.models import Job

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")]
Number = Annotated[int, typer.Argument(help="任务编号 / Number of the job", min=1)]


def mount(app: typer.Typer) -> None:
    """Add the group ``jobs``."""
    group = typer.Typer(help="后台任务 / Background jobs", no_args_is_help=True, rich_markup_mode=None)
    group.command("list")(list_command)
    group.command("retry")(retry_command)
    group.command("drop")(drop_command)
    app.add_typer(group, name="jobs")


def list_command(
    everything: Annotated[bool, typer.Option("--all", help="也列出已完成和已取消的 / Ended ones, too")] = False,
    as_json: JsonOption = False,
) -> None:
    """等待、进行中和失败的任务，最新的在前。 / Jobs that wait, run or failed, newest first."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.services.job_care import list_jobs
    from registry.vocabulary import JobState

    ended = (JobState.DONE, JobState.CANCELLED)
    states = [state for state in JobState if everything or state not in ended]
    with reading(open_engine(read_settings())) as session:
        found = [_facts(job) for job in list_jobs(session, states=states)]
    if as_json:
        say_json(found)
        return
    for job in found:
        words = "{id}\t{kind}\t{key}\t{state}\t{attempts}\t{error}".format(**{**job, "error": job["error"] or ""})
        say(Text(words, words))
    if not found:
        say(Text("没有这样的任务。", "There are no such jobs."))


def retry_command(number: Number) -> None:
    """把失败的任务重新排队。 / Queue a job that failed again."""
    from registry.services.job_care import retry_job

    _act(lambda session, by: retry_job(session, job_id=number, by=by))
    say(Text(f"任务 {number} 已重新排队。", f"Job {number} is queued again."))


def drop_command(number: Number) -> None:
    """放弃失败的任务，不再提示。 / Give up a job that failed: it is no longer told."""
    from registry.services.job_care import drop_job

    _act(lambda session, by: drop_job(session, job_id=number, by=by))
    say(Text(f"任务 {number} 已放弃。", f"Job {number} is dropped."))


def _act(act: "Callable[[Session, str], Job]") -> None:
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor

    with transaction(open_engine(read_settings())) as session:
        act(session, Actor.command_line().label)


def _facts(job: "Job") -> dict[str, object]:
    return {
        "id": job.id,
        "kind": job.kind,
        "key": job.key,
        "state": job.state.value,
        "attempts": job.attempts,
        "queued_at": job.queued_at,
        "run_at": job.run_at,
        "error": job.error,
    }
