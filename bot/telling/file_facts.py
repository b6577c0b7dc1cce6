"""What may be told of a file, as it is by now."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import roster
from bot.ledger import files, history
from bot.ledger.tables import File
from bot.notices import FileFacts, Notice
from bot.rules import retention
from bot.rules.authority import Sight
from bot.rules.lifecycle import Act, Status
from bot.rules.somebody import Somebody
from bot.settings import Settings


def facts(file: File, settings: Settings) -> FileFacts:
    """What may be told of a file to those who may see it."""
    return FileFacts(
        reference=file.reference,
        name=file.name,
        given="" if file.given == file.name else file.given,
        status=file.status,
        school=file.school or "",
        school_name=file.establishment.name if file.establishment else "",
        service=file.service or "",
        service_name=service_name(settings, file.service),
        size=file.size,
        sha256=file.sha256,
        sent_at=file.sent_at,
        sent_by=file.sender.name,
        comment=file.comment,
        tag=file.tag,
        received_by=file.receiver.name if file.receiver else "",
        received_at=file.received_at,
        rejected_by=file.rejecter.name if file.rejecter else "",
        rejected_at=file.rejected_at,
        reason=file.reason,
        recalled_by=file.recaller.name if file.recaller else "",
        recalled_at=file.recalled_at,
        moved_from=file.moved_from or "",
        frozen_by=file.freezer.name if file.freezer else "",
        frozen_at=file.frozen_at,
        **_done(file, "moved", Act.MOVED if file.moved_from else None),
        **_done(file, "discarded", Act.DISCARDED if file.status is Status.DISCARDED else None),
        contents=file.contents.value,
        version=file.version,
        recallable=is_recallable(file),
        kept_until=_kept_until(file, settings),
    )


def _kept_until(file: File, settings: Settings) -> date:
    decided = [at for at in (file.received_at, file.rejected_at) if at]
    kept, zone = settings.retention, settings.timezone
    return retention.kept_until(file.sent_at, kept.contents_days, decided, kept.grace_days, zone)


def _done(file: File, word: str, act: Act | None) -> dict[str, Any]:
    """By whom and when, from the history, for the file's row has no place for it."""
    entry = history.last(file, act) if act else None
    return {f"{word}_by": entry.person.name if entry.person else "", f"{word}_at": entry.at} if entry else {}


def now(tx: Session, notice: Notice, settings: Settings, reader: Somebody | None = None) -> Notice:
    """The same notice with its files as they are by now; whose words were not told then are not told now.

    `reader`: the one person who reads it. Of a file that they may not see any more they are told nobody's words.
    """
    references = {file.reference for file in notice.mentioned()}
    rows = tx.scalars(select(File).where(File.reference.in_(references))).unique()
    found = {file.reference: file for file in rows}

    def tell(told: FileFacts) -> FileFacts:
        file = found.get(told.reference)
        known = facts(file, settings) if file else told
        if file and reader and not roster.may(tx, reader, Sight.SEE, file):
            return known.elsewhere()
        return known if told.comment else known.model_copy(update={"comment": ""})

    return notice.retold(tell)


def is_recallable(file: File) -> bool:
    """Whether its school could still take it back."""
    return files.leads_to(file, Act.RECALLED) is not None


def service_name(settings: Settings, code: str | None) -> str:
    """A service in words; its code where it has left the configuration."""
    service = settings.service(code)
    return service.name if service else code or ""
