"""Inserts behind: one after the other, waited for, their failures heard."""

import threading

import pytest

from registry.services.imports.inserting_behind import InsertsBehind


def test_an_insert_runs_in_another_thread_and_is_done_when_waited_for() -> None:
    ran: list[int] = []
    with InsertsBehind() as inserts:
        inserts.start(lambda: ran.append(threading.get_ident()))
        inserts.wait()
        assert len(ran) == 1
        assert ran[0] != threading.get_ident()


def test_the_next_insert_waits_for_the_one_before_and_leaving_waits_for_the_last() -> None:
    let_go, ran = threading.Event(), list[int]()

    def slow() -> None:
        let_go.wait(10)
        ran.append(1)

    with InsertsBehind() as inserts:
        inserts.start(slow)
        threading.Timer(0.05, let_go.set).start()
        inserts.start(lambda: ran.append(2))
    assert ran == [1, 2]


def test_a_failed_insert_is_raised_once_by_whoever_waits() -> None:
    inserts = InsertsBehind()

    def fail() -> None:
        raise OSError("full")

    with pytest.raises(OSError, match="full"), inserts:
        inserts.start(fail)
    inserts.wait()


def test_what_went_wrong_outside_is_not_replaced_by_what_went_wrong_behind() -> None:
    def fail() -> None:
        raise OSError("full")

    def go_wrong(inserts: InsertsBehind) -> None:
        with inserts:
            inserts.start(fail)
            raise ValueError("outside")

    with pytest.raises(ValueError, match="outside"):
        go_wrong(InsertsBehind())
