"""The `lobby` command: one verb a thing that a person does to the box.

Every command says what happened, what is safe and what to do; long work shows progress. Imports stay inside the
commands: `lobby serve` shall not load what only `lobby demo` needs.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from edge.ledger.errors import LedgerUnusable
from edge.refusal import Refusal
from edge.settings import Settings, SettingsUnusable, load

DEFAULT_STATE = Path("/var/lib/lobby-edge")
DEMO_STATE = Path("var/demo")  # never a real box's folder
SETTINGS_FILE = "lobby.toml"
LEDGER = "ledger"

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status (0 done, 1 refused or unusable, 2 called wrongly)."""
    options = parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s", stream=sys.stderr)
    command: Command = options.command
    try:
        return command(options)
    except (LedgerUnusable, SettingsUnusable) as error:
        return _say(f"lobby: {error}")
    except Refusal as refusal:
        from edge.api.errors import spoken

        return _say(f"lobby: {spoken(refusal)}")
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="lobby", description="The box at the front desk of a residential building.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "serve", _serve, "run the service (systemd does this)")
    _add_demo(commands)
    _add_ledger(commands)
    _add_printers(commands)
    _add_people(commands)
    _add_screens(commands)
    _add_simulate(commands)
    return top


def _add(
    commands: object, name: str, command: Command, text: str, state: Path = DEFAULT_STATE
) -> argparse.ArgumentParser:
    one: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)  # type: ignore[attr-defined]
    one.add_argument("--state", type=Path, default=state, help=f"the state folder (default {state})")
    one.set_defaults(command=command)
    return one


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings in the state folder. Raises `SettingsUnusable`."""
    state: Path = options.state
    return load(state / SETTINGS_FILE)


def _say(text: str, status: int = 1) -> int:
    print(text, file=sys.stderr)
    return status


# -- the service -------------------------------------------------------------------------------------------------


def _serve(options: argparse.Namespace) -> int:
    gc.disable()  # nothing is garbage while everything is being loaded; `serve` turns it on when it is ready
    from lobby.serve import serve

    asyncio.run(serve(settings_of(options), options.state))
    return 0


def _add_demo(commands: object) -> None:
    demo = _add(
        commands, "demo", _demo, "run a sample lobby with simulated devices, for trying everything out", DEMO_STATE
    )
    demo.add_argument("--fresh", action="store_true", help="begin again with an empty ledger and new PINs")
    demo.add_argument("--port", type=int, help="the virtual lobby's port (default: a free one)")


def _demo(options: argparse.Namespace) -> int:
    from lobby.demo import run_demo

    return asyncio.run(run_demo(options.state, fresh=options.fresh, port=options.port))


# -- the ledger --------------------------------------------------------------------------------------------------


def _add_ledger(commands: object) -> None:
    ledger = commands.add_parser("ledger", help="look after the ledger").add_subparsers(required=True, metavar="VERB")  # type: ignore[attr-defined]
    _add(ledger, "verify", _verify, "check every entry, the chain and the checkpoints")
    _add(ledger, "rebuild", _rebuild, "fold all tables again from the journal (the service must be stopped)")
    show = _add(ledger, "show", _show, "print the latest entries")
    show.add_argument("--last", type=int, default=20, help="how many (default 20)")
    show.add_argument("--subject", default="", help="only what is about this subject, such as parcel:P000001")
    _add(ledger, "export", _export, "write the whole journal as JSON lines to standard output")
    epoch = _add(
        ledger, "begin-epoch", _begin_epoch, "go on from an older copy of the ledger; only a person decides that"
    )
    epoch.add_argument("--reason", required=True, help="why, for the journal")


def _verify(options: argparse.Namespace) -> int:
    from edge.clock import SystemClock
    from edge.ledger import commands

    commands.verify(options.state / LEDGER, sys.stdout, sys.stderr, SystemClock())
    return 0


def _rebuild(options: argparse.Namespace) -> int:
    from edge.chance import SystemChance
    from edge.clock import SystemClock
    from edge.ledger import commands
    from lobby.wiring import PROJECTIONS

    box = settings_of(options).box.id
    commands.rebuild(options.state / LEDGER, box, PROJECTIONS, SystemChance(), sys.stdout, sys.stderr, SystemClock())
    return 0


def _show(options: argparse.Namespace) -> int:
    from edge.ledger import commands

    commands.show(options.state / LEDGER, sys.stdout, last=options.last, subject=options.subject)
    return 0


def _export(options: argparse.Namespace) -> int:
    from edge.clock import SystemClock
    from edge.ledger import commands

    commands.export(options.state / LEDGER, sys.stdout.buffer, sys.stderr, SystemClock())
    return 0


def _begin_epoch(options: argparse.Namespace) -> int:
    from edge.chance import SystemChance
    from edge.clock import SystemClock
    from edge.ledger import commands
    from lobby.wiring import PROJECTIONS

    box = settings_of(options).box.id
    commands.begin_epoch(
        options.state / LEDGER, box, PROJECTIONS, SystemChance(), options.reason, sys.stdout, SystemClock()
    )
    return 0


# -- printers ----------------------------------------------------------------------------------------------------


def _add_printers(commands: object) -> None:
    printers = commands.add_parser("printers", help="look after the printers").add_subparsers(  # type: ignore[attr-defined]
        required=True, metavar="VERB"
    )
    _add(printers, "commission", _commission, "learn what the printer can prove; nothing is printed")


def _commission(options: argparse.Namespace) -> int:
    from drivers.errors import Unavailable
    from lobby.printers import commission_printer

    printer = settings_of(options).printer
    try:
        lines = asyncio.run(commission_printer(printer, options.state))
    except Unavailable as error:
        return _say(
            f"lobby: the printer {printer.device} at {printer.url} cannot be asked ({error.reason}).\n"
            "What was known of it stays as it was, and nothing was printed.\n"
            "Look at its power, cable, paper and cover; then run this command again."
        )
    print("\n".join(lines))
    return 0


# -- people and screens ------------------------------------------------------------------------------------------


def _add_people(commands: object) -> None:
    people = commands.add_parser("people", help="residents, staff and couriers").add_subparsers(  # type: ignore[attr-defined]
        required=True, metavar="VERB"
    )
    bring = _add(people, "import", _import, "read residents, staff or couriers from a file: all of it or nothing")
    bring.add_argument("kind", choices=("residents", "staff", "couriers"))
    bring.add_argument("file", type=Path, help="CSV (UTF-8 or GB18030) or XLSX, with Chinese headers")
    bring.add_argument("--preview", action="store_true", help="say what would change, and change nothing")
    code = _add(people, "pin-code", _pin_code, "issue a one-time code with which somebody sets their own PIN")
    code.add_argument("number", help="the staff or courier number")


def _import(options: argparse.Namespace) -> int:
    from lobby.commands.people import import_people

    file: Path = options.file
    if not file.is_file():
        return _say(f"lobby: there is no file {file}; nothing was changed. Look at the path and try again.")
    state, data = options.state, file.read_bytes()
    return asyncio.run(
        import_people(settings_of(options), state, options.kind, file.name, data, preview=options.preview)
    )


def _pin_code(options: argparse.Namespace) -> int:
    from lobby.commands.people import pin_code

    return asyncio.run(pin_code(settings_of(options), options.state, options.number))


def _add_screens(commands: object) -> None:
    screens = commands.add_parser("screens", help="kiosk and desk screens").add_subparsers(  # type: ignore[attr-defined]
        required=True, metavar="VERB"
    )
    offer = _add(screens, "offer", _offer, "issue a one-time code with which one browser becomes this screen")
    offer.add_argument("name", help="such as kiosk-1 or desk-1")
    offer.add_argument("--kind", choices=("kiosk", "desk"), required=True)
    offer.add_argument("--width-mm", type=int, default=268, help="width of the lit area")
    offer.add_argument("--height-mm", type=int, default=476, help="height of the lit area")


def _offer(options: argparse.Namespace) -> int:
    from lobby.commands.people import offer_screen

    return asyncio.run(
        offer_screen(
            settings_of(options), options.state, options.name, options.kind, (options.width_mm, options.height_mm)
        )
    )


if __name__ == "__main__":
    sys.exit(main())


# -- proof -------------------------------------------------------------------------------------------------------


def _add_simulate(commands: object) -> None:
    simulate = _add(commands, "simulate", _simulate, "play whole days of a lobby with faults, and watch that it holds")
    simulate.add_argument("--seed", type=int, default=1, help="what is drawn from: the same seed gives the same days")
    simulate.add_argument("--days", type=int, default=10, help="how many days in all (default 10)")
    simulate.add_argument("--faults", choices=("all", "none"), default="all", help="what may go wrong (default all)")
    simulate.add_argument("--jobs", type=int, default=1, help="how many lobbies are played at a time (default 1)")
    simulate.add_argument("--only", default="", help="only these events of the seed, as a violation prints them: 3,17")


def _simulate(options: argparse.Namespace) -> int:
    from lobby.commands.simulate import simulate
    from lobby.simulation.campaign import Campaign

    campaign = Campaign(options.seed, options.days, options.faults == "all", options.jobs)
    return simulate(campaign, [int(number) for number in options.only.split(",") if number], sys.stdout)
