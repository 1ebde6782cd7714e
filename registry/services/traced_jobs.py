"""Jobs of the worker as spans: each begins a trace of its own, with its kind and number and nothing it works on."""

from typing import Any

from opentelemetry.trace import Tracer

from registry.services.working import JOB_KINDS, JobContext, JobHandler
from registry.tracing import root_span


def traced_kinds(tracer: Tracer | None) -> dict[str, JobHandler]:
    """What runs each kind of job; the same as ever without a tracer."""
    if tracer is None:
        return JOB_KINDS
    return {kind: _traced(tracer, kind, handler) for kind, handler in JOB_KINDS.items()}


def _traced(tracer: Tracer, kind: str, handler: JobHandler) -> JobHandler:
    def run(context: JobContext) -> dict[str, Any] | None:
        with root_span(tracer, f"job {kind}", job_kind=kind, job_id=context.job_id):
            return handler(context)

    return run
