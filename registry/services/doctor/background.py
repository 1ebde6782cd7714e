"""What should happen without anybody asking: background work, the nightly comparison, mail, backups, the trail."""

from datetime import timedelta

from sqlalchemy import func
from sqlmodel import col, select

from registry import clock
from registry.db import reading
from registry.errors import Text
from registry.models import AuditEvent, IndexOutbox, Job, Mail
from registry.services.audit import verify_chain
from registry.services.doctor.finding import Finding, Patient
from registry.services.drift import last_drift
from registry.services.jobs import ATTEMPTS_MAX
from registry.services.signs import BACKUP, last_beat, last_sign
from registry.vocabulary import JobState

LAG_TOLERATED = timedelta(minutes=2)
"""A change older than this that the index has not seen means that no worker is running."""
SILENCE_TOLERATED = timedelta(minutes=5)
"""A worker that works says so every half minute."""
DRIFT_TOLERATED = timedelta(days=2)
START = Text("请启动 registry serve 或 registry worker。", "Start registry serve or registry worker.")


def worker(patient: Patient) -> Finding:
    """Changes reach the index, and a worker says that it works."""
    with reading(patient.engine) as session:
        waiting, oldest = session.exec(select(func.count(), func.min(IndexOutbox.queued_at))).one()
        beat = last_beat(session)
    now = clock.now()
    if waiting and oldest is not None and now - oldest > LAG_TOLERATED:
        minutes = int((now - oldest).total_seconds() // 60)
        said = Text(
            f"{waiting} 处改动等待进入索引，最早的已等 {minutes} 分钟。",
            f"{waiting} changes wait for the index, the oldest for {minutes} minutes.",
        )
        return Finding("worker", False, said, START)
    if beat is not None and now - beat > SILENCE_TOLERATED:
        minutes = int((now - beat).total_seconds() // 60)
        said = Text(f"后台进程已 {minutes} 分钟没有动静。", f"No worker was seen for {minutes} minutes.")
        return Finding("worker", False, said, START)
    said = Text(f"{waiting} 处改动等待进入索引。", f"{waiting} changes wait for the index.")
    return Finding("worker", True, said)


def jobs(patient: Patient) -> Finding:
    """No background work has been set aside."""
    with reading(patient.engine) as session:
        failed = session.exec(select(Job).where(Job.state == JobState.FAILED).order_by(col(Job.id).desc())).all()
    if not failed:
        return Finding("jobs", True, Text("没有失败的后台任务。", "No background job has failed."))
    poisoned, newest = sum(job.attempts >= ATTEMPTS_MAX for job in failed), failed[0]
    said = Text(
        f"{len(failed)} 项后台任务失败，其中 {poisoned} 项试过 {ATTEMPTS_MAX} 次；"
        f"最近：{newest.id} {newest.kind}：{newest.error or ''}。",
        f"{len(failed)} background jobs failed, {poisoned} of them {ATTEMPTS_MAX} times; "
        f"the latest: {newest.id} {newest.kind}: {newest.error or ''}.",
    )
    mend = Text(
        "请用 registry jobs list 查看，排除原因后用 registry jobs retry 重试，或用 registry jobs drop 放弃。",
        "See registry jobs list; mend the cause and run registry jobs retry, or registry jobs drop.",
    )
    return Finding("jobs", False, said, mend)


def drift(patient: Patient) -> Finding:
    """The night has compared index and database."""
    with reading(patient.engine) as session:
        found = last_drift(session)
    if found is None:
        return Finding("drift", True, Text("还没有夜间核对过索引。", "No nightly comparison of the index yet."))
    differing = found.missing + found.extra + found.different
    said = Text(
        f"{found.at:%Y-%m-%d} 夜间核对索引 {found.compared} 条，改正 {differing} 条。",
        f"Nightly comparison of {found.at:%Y-%m-%d}: {found.compared} entries, {differing} mended.",
    )
    if patient.settings.nightly_at.strip() and clock.now() - found.at > DRIFT_TOLERATED:
        mend = Text(
            "夜间核对已停：请查看 registry jobs list 和后台进程；现在可运行 registry index check --repair。",
            "It has stopped since: see registry jobs list and the worker; run registry index check --repair now.",
        )
        return Finding("drift", False, said, mend)
    return Finding("drift", True, said)


def backup(patient: Patient) -> Finding | None:
    """A backup was taken lately. A demo needs none, nor where the setting says that it is done otherwise."""
    days = patient.settings.backup_days
    if patient.settings.demo or not days:
        return None
    tolerated = timedelta(days=days)
    with reading(patient.engine) as session:
        taken = last_sign(session, BACKUP)
        first_act = session.exec(select(func.min(AuditEvent.at))).one()
    now = clock.now()
    mend = Text(
        "请每晚运行 registry backup（见 docs/operating.md）；另有备份办法时设 REGISTRY_BACKUP_DAYS=0。",
        "Run registry backup every night (docs/operating.md), or set REGISTRY_BACKUP_DAYS=0 if you do otherwise.",
    )
    if taken is None:
        late = first_act is not None and now - first_act > tolerated
        said = Text("还没有做过备份。", "No backup was ever taken.")
        return Finding("backup", not late, said, mend)
    age = (now - taken).days
    said = Text(
        f"最近一次备份在 {taken:%Y-%m-%d}（{age} 天前）。", f"The last backup was {taken:%Y-%m-%d}, {age} days ago."
    )
    late = now - taken > tolerated
    return Finding("backup", False, said, mend) if late else Finding("backup", True, said)


def mail(patient: Patient) -> Finding:
    """Mail is set up as a whole or not at all, and none was given up."""
    settings = patient.settings
    with reading(patient.engine) as session:
        given_up, error = session.exec(
            select(func.count(), func.max(Mail.error)).where(col(Mail.due_at).is_(None))
        ).one()
    missing = [
        f"REGISTRY_{name.upper()}" for name in ("smtp_host", "mail_from", "public_url") if not getattr(settings, name)
    ]
    if settings.smtp_host and missing and not settings.demo:
        names = "、".join(missing)
        said = Text("邮件没有配置完整，不会发出。", "Mail is set up in part only and is not sent.")
        return Finding("mail", False, said, Text(f"请设置 {names}。", f"Set {', '.join(missing)}."))
    if given_up:
        said = Text(
            f"{given_up} 封邮件多次没能发出（{error}）。",
            f"{given_up} mails could not be sent and were given up ({error}).",
        )
        mend = Text(
            "请检查 REGISTRY_SMTP_HOST 等设置，让收件人重新申请链接。",
            "Check REGISTRY_SMTP_HOST and its neighbours; have the recipients ask for their links again.",
        )
        return Finding("mail", False, said, mend)
    if settings.sends_mail:
        return Finding("mail", True, Text("邮件已配置。", "Mail is set up."))
    said = Text("没有配置邮件：不能自行注册或重置密码。", "No mail: nobody can register or reset a password alone.")
    return Finding("mail", True, said)


def audit_trail(patient: Patient) -> Finding:
    """Nobody has changed the record of official acts."""
    with reading(patient.engine) as session:
        count, broken = verify_chain(session)
    if broken is None:
        return Finding("audit", True, Text(f"操作记录完整，共 {count} 条。", f"The audit trail holds: {count} events."))
    said = Text(
        f"操作记录从第 {broken.event_id} 条起不再完整。",
        f"The audit trail no longer holds from event {broken.event_id} on.",
    )
    mend = Text(
        "请运行 registry audit verify，并按 docs/runbooks.md 与最近的备份比对。",
        "Run registry audit verify and compare with the latest backup as docs/runbooks.md says.",
    )
    return Finding("audit", False, said, mend)
