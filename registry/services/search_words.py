"""Teaching the search: aliases of enterprises, readings, variant characters, synonyms; each can be taken back."""

from collections.abc import Iterable

from sqlalchemy import update
from sqlmodel import Session, col, select

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotFound, shorten
from registry.identity.names import clean_name, fold_name
from registry.models import Enterprise, EnterpriseName, SearchMiss, SearchWord
from registry.policies import EVERY_DIRECTORY, Actor, require
from registry.schemas.searching import SearchWordSummary
from registry.search.overlay import unusable
from registry.search.sound import is_syllable
from registry.search.words import compact, is_han, plain_reading
from registry.services import audit, outbox
from registry.services.identities import lock_enterprise, require_curator, require_live, touch
from registry.services.keys import key_of
from registry.services.lexicons import lexicon_for
from registry.services.resolving import resolve
from registry.vocabulary import NameKind, Role, SearchWordKind

WORD_MAX = 60
NOTE_MAX = 400
WORDS_SHOWN = 100
SOURCE = "查询未中处理"


def teach_alias(
    session: Session, *, text: str, enterprise_key: str, actor: Actor, note: str = "", failed: str = ""
) -> SearchWordSummary:
    """Make a text an alias of an enterprise: it becomes a name of that enterprise, which the index learns at once.

    A curator of its place may. Raises NotFound, Gone, NotAllowed, InvalidInput (text, note), InvalidTransition,
    Conflict if it has that name already.
    """
    enterprise = lock_enterprise(session, resolve(session, enterprise_key).enterprise_id)
    require_curator(actor, enterprise)
    require_live(enterprise)
    alias = clean_name(_word(text))
    bears = select(EnterpriseName.id).where(
        col(EnterpriseName.enterprise_id) == enterprise.id, col(EnterpriseName.folded) == fold_name(alias)
    )
    if session.exec(bears).first() is not None:
        raise Conflict(
            f"“{enterprise.name_zh}”已有名称“{alias}”。",
            f"“{enterprise.name_zh}” already has the name “{alias}”.",
            field="text",
            value=alias,
        )
    name = EnterpriseName(
        enterprise_id=enterprise.id, name=alias, folded=fold_name(alias), kind=NameKind.ALIAS, source=SOURCE
    )
    session.add(name)
    touch(enterprise)
    session.flush()
    word = SearchWord(
        kind=SearchWordKind.ALIAS,
        text=alias,
        value=enterprise.name_zh,
        enterprise_id=enterprise.id,
        name_id=name.id,
        note=_note(note),
        created_by=actor.label,
    )
    return _taught(session, word, actor, [failed or text])


def teach_word(
    session: Session, *, kind: SearchWordKind, text: str, value: str, actor: Actor, note: str = "", failed: str = ""
) -> SearchWordSummary:
    """Add a reading, a variant character or a synonym; ``failed`` is the failed search it settles, ``text`` else.

    Questions are understood with it at once; enterprises whose names hold characters read otherwise are indexed anew.
    A curator of the province for all directories may. Raises NotAllowed, InvalidInput (text, value, note), Conflict.
    """
    _require_keeper(actor)
    word, meant = compact(_word(text)), value.strip().lower()
    {SearchWordKind.READING: _check_reading, SearchWordKind.VARIANT: _check_variant}.get(
        kind, lambda w, m: _check_synonym(session, w, m)
    )(word, meant)
    known = select(SearchWord.id).where(
        col(SearchWord.kind) == kind, col(SearchWord.text) == word, col(SearchWord.voided_at).is_(None)
    )
    if session.exec(known.where(col(SearchWord.value) == meant)).first() is not None:
        raise Conflict(f"“{word}”已经这样登记过。", f"“{word}” has been recorded so before.", field="text", value=word)
    row = SearchWord(kind=kind, text=word, value=meant, note=_note(note), created_by=actor.label)
    return _taught(session, row, actor, [failed or text])


def dismiss(session: Session, *, text: str, actor: Actor, note: str) -> SearchWordSummary:
    """Set a failed search aside with a note; it is not listed again. Raises NotAllowed, InvalidInput (note)."""
    _require_keeper(actor)
    if not note.strip():
        raise InvalidInput("请写明为什么不处理。", "Say why nothing is done about it.", field="note")
    row = SearchWord(kind=SearchWordKind.DISMISSED, text=text.strip()[:200], note=_note(note), created_by=actor.label)
    return _taught(session, row, actor, [text])


def undo_word(session: Session, *, word_id: int, actor: Actor) -> SearchWordSummary:
    """Take a word back: the search forgets it, its alias is deleted, what it settled is open again.

    Raises NotFound, NotAllowed, InvalidTransition (undone before).
    """
    word = session.get(SearchWord, word_id, with_for_update=True, populate_existing=True)
    if word is None:
        raise NotFound("没有这个词条。", "There is no such word.", field="word_id", value=word_id)
    if word.enterprise_id is not None:
        require_curator(actor, session.get_one(Enterprise, word.enterprise_id))
    else:
        _require_keeper(actor)
    if word.voided_at is not None:
        raise InvalidTransition("这个词条已经撤销。", "This word was undone before.", field="word_id")
    word.voided_at, word.voided_by = clock.now(), actor.label
    session.execute(update(SearchMiss).where(col(SearchMiss.word_id) == word.id).values(word_id=None))
    name = session.get(EnterpriseName, word.name_id) if word.name_id else None
    changed = _holding(session, word)
    if name is not None and name.kind is NameKind.ALIAS:
        changed.append(name.enterprise_id)
        session.delete(name)
    session.flush()
    _record(session, word, actor, "search.word_undone")
    outbox.enterprises_changed(session, changed)
    return summary_of(session, word)


def search_words(session: Session, *, limit: int = WORDS_SHOWN) -> list[SearchWordSummary]:
    """The words in force, newest first; searches that were only set aside are not among them."""
    query = select(SearchWord).where(
        col(SearchWord.voided_at).is_(None), col(SearchWord.kind) != SearchWordKind.DISMISSED
    )
    rows = session.exec(query.order_by(col(SearchWord.id).desc()).limit(limit)).all()
    return [summary_of(session, row) for row in rows]


def summary_of(session: Session, word: SearchWord) -> SearchWordSummary:
    """What pages show of a word."""
    return SearchWordSummary(
        id=word.id,
        kind=word.kind,
        text=word.text,
        value=word.value,
        enterprise_key=key_of(session, word.enterprise_id) if word.enterprise_id else None,
        note=word.note,
        created_by=word.created_by,
        created_at=word.created_at,
        voided_at=word.voided_at,
    )


def _taught(session: Session, word: SearchWord, actor: Actor, settles: Iterable[str]) -> SearchWordSummary:
    session.add(word)
    session.flush()
    settled = update(SearchMiss).where(col(SearchMiss.text).in_(list(settles)), col(SearchMiss.word_id).is_(None))
    session.execute(settled.values(word_id=word.id))
    _record(session, word, actor, "search.word_added")
    outbox.enterprises_changed(
        session, [*_holding(session, word), *([word.enterprise_id] if word.enterprise_id else [])]
    )
    return summary_of(session, word)


def _holding(session: Session, word: SearchWord) -> list[int]:
    """Enterprises the index reads otherwise with this word: those with a name that holds its characters."""
    if word.kind is not SearchWordKind.READING:
        return []
    query = select(EnterpriseName.enterprise_id).where(col(EnterpriseName.folded).contains(word.text, autoescape=True))
    return list(session.exec(query.distinct()))


def _record(session: Session, word: SearchWord, actor: Actor, action: str) -> None:
    audit.record(
        session,
        actor=actor.label,
        action=action,
        subject_kind="search_word",
        subject_key=str(word.id),
        after={"kind": word.kind.value, "text": word.text, "value": word.value},
        reason=word.note,
    )


def _require_keeper(actor: Actor) -> None:
    """What changes every search takes a curator of the province for all directories."""
    require(actor, Role.CURATOR, region_code="", directory_code=EVERY_DIRECTORY)


def _word(text: str) -> str:
    said = " ".join(text.split())
    if not 1 <= len(said) <= WORD_MAX or not compact(said):
        raise InvalidInput(
            f"词应为 1 至 {WORD_MAX} 个字。", f"A word has 1 to {WORD_MAX} characters.", field="text", value=text
        )
    return said


def _note(note: str) -> str:
    said = " ".join(note.split())
    if len(said) > NOTE_MAX:
        raise InvalidInput(f"说明不超过 {NOTE_MAX} 个字。", f"A note has at most {NOTE_MAX} characters.", field="note")
    return said


def _check_reading(word: str, value: str) -> None:
    syllables = value.split()
    wrong = [part for part in syllables if not is_syllable(plain_reading(part))]
    if not is_han(word) or len(syllables) != len(word) or wrong or unusable("reading", word, value):
        raise InvalidInput(
            f"“{shorten(word)}”要逐字注音，用空格隔开，例如：会稽 → kuai ji。",
            f"Give one syllable for each character of “{shorten(word)}”, with blanks: 会稽 → kuai ji.",
            field="value",
            value=value,
        )


def _check_variant(word: str, value: str) -> None:
    if unusable("variant", word, value) or not (is_han(word) and is_han(value)):
        raise InvalidInput(
            "异体字是一个字对一个字，例如：彊 → 疆。",
            "A variant is one character for another: 彊 → 疆.",
            field="value",
            value=value,
        )


def _check_synonym(session: Session, word: str, value: str) -> None:
    lexicon = lexicon_for(session)
    if lexicon.find(compact(value)) is None or unusable("synonym", word, value):
        raise InvalidInput(
            f"“{shorten(value)}”不是名录、产业链、地区、级别或状态。企业的别称请选企业。",
            f"“{shorten(value)}” is no directory, chain, place, level or state. For an enterprise choose the alias.",
            field="value",
            value=value,
        )
    if lexicon.find(word) is not None:
        raise Conflict(f"“{word}”已有含义。", f"“{word}” already means something.", field="text", value=word)
