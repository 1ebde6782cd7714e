"""The way of a submission through the levels: which places review it, and beginning the stay at one of them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from registry import clock
from registry.identity.regions import city_of, region
from registry.models import Enterprise, ReviewStep, Submission
from registry.services.inbox.items import open_item
from registry.services.submitting.plans import Step
from registry.vocabulary import WorkKind


def steps_for(enterprise: Enterprise, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """The steps of review of a firm of this place: ``{level, region_code, days}``.

    A place that is not known goes to the province; a city without counties has one step for both, with the days of
    the city.
    """
    place = enterprise.region_code or enterprise.city_code or ""
    if not place or region(place) is None:
        return [{"level": "province", "region_code": "", "days": steps[-1].days}]
    province = f"{place[:2]}0000"
    codes = {"county": place, "city": city_of(place) or province, "province": province}
    found: dict[str, dict[str, Any]] = {}
    for step in steps:
        code = codes[step.level]
        level = "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"
        found[code] = {"level": level, "region_code": code, "days": step.days}
    return list(found.values())


def enter_step(session: Session, submission: Submission) -> ReviewStep:
    """Begin the stay at the present step: its row with its times, its due day, its place in the inbox of that level."""
    step = submission.steps[submission.step]
    submission.due_on = clock.today() + timedelta(days=step["days"])
    row = ReviewStep(
        submission_id=submission.id,
        revision=submission.revision,
        step=submission.step,
        level=step["level"],
        region_code=step["region_code"],
    )
    session.add(row)
    session.flush()
    open_item(
        session,
        kind=WorkKind.SUBMISSION,
        subject_id=submission.id,
        title=session.get_one(Enterprise, submission.enterprise_id).name_zh,
        region_code=step["region_code"],
        directory_code=submission.directory_code,
        enterprise_id=submission.enterprise_id,
        due_on=submission.due_on,
    )
    return row
