"""The verbs. Each is a module that is imported when it is used, so that `--help` is quick."""

from __future__ import annotations

import gc
import importlib
import os
import re
import signal
import sys
import time
import traceback
from contextlib import suppress
from typing import Any, NoReturn

import click

from deckbuilder import __version__
from deckbuilder.core.diagnostics import Fault

VERBS = {
    "new": "Make a starter project that builds at once.",
    "check": "Find every fault in the cards, with its place and the next step.",
    "build": "Package the cards as an .apkg for Anki.",
    "preview": "Show the cards in the browser as Anki shows them, and every save at once.",
    "diff": "Show what learners will see change.",
    "release": "Make everything that learners get of an edition.",
    "rename": "Give a record another id, wherever the cards name it; reviews are kept.",
    "retire": "Take a note out of teaching; learners keep it.",
    "coverage": "Tell which objectives of an exam have cards, and which have none.",
    "plan": "Plan the way to an exam: pace, minutes, recall on the day; needs the extra `plan`.",
    "inspect": "Show what is inside any Anki package.",
    "figures": "Draw the muscles on their bones, for the cards; needs the extra `figures`.",
    "schema": "Print the JSON Schema of source cards, for editors.",
}

# Whether Ctrl-C was pressed, and whether it comes too late to be heard.
_asked = False
_late = False


class Verbs(click.Group):
    """A group that knows its verbs by name alone until one is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        module = importlib.import_module(f"deckbuilder.cli.{name}_verb")
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        from deckbuilder.core import turn

        turn.on_wait(_waits)
        try:
            return super().invoke(ctx)
        except (Fault, OSError) as found:
            from deckbuilder.cli.common import fail

            if isinstance(found, OSError) and _said_in_vain(found):
                _end_unheard(found)
            fail(found if isinstance(found, Fault) else _unreadable(found))
        except MemoryError:
            from deckbuilder.cli.common import fail

            fail(Fault("this takes more memory than there is", "close other programs, or do it on a larger machine"))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="deckbuilder")
def cli() -> None:
    """Compile facts about muscles and movement into Anki decks.

    Outside a project, `deckbuilder build` makes the deck that ships with it.

    \b
    Example:
      deckbuilder new my-deck
      cd my-deck
      deckbuilder build
    """


def _unreadable(error: OSError) -> Fault:
    """What a verb reads on its way; what it writes is told where it is written."""
    what = f"{error.filename or 'a file'} cannot be read ({error.strerror or error})"
    kept = "what was written before is whole" if _late else "dist and lock are as they were"
    return Fault(what, f"check the disk and its permissions; {kept}")


def _waits(said: str) -> None:
    click.echo(said, err=True)


def _said_in_vain(error: OSError) -> bool:
    """Whether it befell the words to a person, and not what they are about."""
    return any(frame.f_code is click.echo.__code__ for frame, _ in traceback.walk_tb(error.__traceback__))


def _end_unheard(error: OSError) -> NoReturn:
    """Exit code 1: nobody was told. What was done is done all the same, and standard error says so if it is open.

    A reader who has enough, as `head` has, is no error where nothing was done.
    """
    with suppress(OSError, ValueError):
        if _late:
            told = "what this did cannot be told"
            help = "all of it is done all the same, and whole: nothing was taken back"
        else:
            told, help = "what was found cannot be told", "nothing was written"
        if _late or not isinstance(error, BrokenPipeError):
            said = f"{click.style('error', fg='red')}: {told}: the output takes no more ({error.strerror or error})"
            click.echo(f"{said}\n    {help}", err=True, color=sys.stderr.isatty() and not os.environ.get("NO_COLOR"))
    for stream in (sys.stdout, sys.stderr):  # Python would try again as it ends
        with suppress(OSError, ValueError):
            stream.flush()
            continue
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(1)


def too_late() -> None:
    """From here to the end of the process Ctrl-C is ignored: what is being finished is finished whole."""
    global _late
    _late = True


def main(arguments: list[str] | None = None) -> Any:
    """Run a verb and leave with its exit code: 0 well, 1 the cards or the machine need work, 2 misuse."""
    global _late, _asked
    _late = _asked = False
    hook = sys.unraisablehook
    try:
        sys.unraisablehook = lambda found: (
            _ask_again() if isinstance(found.exc_value, KeyboardInterrupt) else hook(found)
        )
        signal.signal(signal.SIGINT, _interrupt)
        gc.disable()  # a verb allocates, then ends: looking for cycles is a tenth of a large build
        _run(arguments)
    except BaseException as error:
        # Whatever Ctrl-C broke on its way out, a file that would not close for one, is no fault of its own.
        if not isinstance(error, KeyboardInterrupt) and (not _asked or isinstance(error, SystemExit)):
            raise
        too_late()
        click.echo("Interrupted. Nothing was changed; run the same command again.", err=True)
        # Ctrl-C inside `exec` of a text, as where a dataclass is made, would end `python -m` by the signal for all that we
        # say: CPython notes it for its exit, whoever catches it, and forgets it with the next `exec` of a text.
        exec("")
        sys.exit(1)
    finally:
        too_late()
        gc.freeze()  # nor look for them at exit
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Python itself would put the default back as it ends
        sys.unraisablehook = hook


def _run(arguments: list[str] | None) -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows pipe may be in a code page that lacks our characters
            stream.reconfigure(errors="replace")
    try:
        cli.main(arguments, prog_name="deckbuilder", standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as misuse:
        misuse.show()
        sys.exit(misuse.exit_code)
    except click.Abort:
        raise KeyboardInterrupt from None
    except OSError as error:
        if not _said_in_vain(error):
            raise
        _end_unheard(error)


def now() -> int:
    """The time of a build in seconds: the clock, or SOURCE_DATE_EPOCH."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return int(time.time())
    if not re.fullmatch("[0-9]{1,15}", epoch):
        raise click.UsageError(f"SOURCE_DATE_EPOCH is '{epoch}', and must be a number of seconds")
    return int(epoch)


def _ask_again() -> None:
    """Ctrl-C fell into a `__del__`, where Python can only print it and go on: it is sent once more when that is over."""
    import threading

    again = threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGINT))
    if sys.platform == "win32":
        import _thread

        again = threading.Timer(0.01, _thread.interrupt_main)
    again.daemon = True
    again.start()


def _interrupt(number: int, frame: object) -> None:
    global _asked
    if not _late:
        _asked = True
        raise KeyboardInterrupt
