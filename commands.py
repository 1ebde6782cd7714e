"""Composition root of the command line: joins the registry's commands with the importers' and maps errors once."""

import atexit
import gc
import os
import socket
import sys
from typing import TYPE_CHECKING

import typer
from typer.main import get_command

import import_scripts.commands
from registry.cli import faults
from registry.cli.root import make_app
from registry.cli.speech import FAULT, REFUSED, complain, refusal
from registry.errors import RegistryError

if TYPE_CHECKING:
    from registry.schemas.tables import OpenFile
    from registry.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status: 0 done, 1 fault, 2 refused, 3 held by a check, 130 interrupted."""
    sys.excepthook = faults.report_crash
    # We use no plugins of pydantic; asking every installed package for some takes as long as defining a dozen tables.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # What is left at the end goes with the process: looking through it for cycles first takes a tenth of an import.
    atexit.register(gc.freeze)
    # Not ``app()``: that would put typer's own excepthook in place of ours.
    app = make_app(server=_serve, reader=_reader)
    import_scripts.commands.mount(app)
    command = get_command(app)
    try:
        status = command.main(arguments, prog_name="registry", standalone_mode=False)
    except RegistryError as error:
        complain(refusal(error))
        return REFUSED
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            sys.stdout.write(error.format_message() + "\n")
        else:
            complain(faults.usage_fault(error))
        return REFUSED
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone (for instance ``| head``): nothing more to say, to nobody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAULT
    except OSError as error:
        if faults.debugging():
            raise
        complain(faults.system_fault(error))
        return REFUSED
    return status if isinstance(status, int) else 0


def _reader() -> "OpenFile":
    from import_scripts.reading import open_file

    return open_file


def _serve(settings: "Settings", listening: socket.socket) -> None:
    # Here and not above: the web stack takes a second to load, and no other command needs it.
    import asgi

    asgi.serve(settings, listening)


if __name__ == "__main__":
    sys.exit(main())
