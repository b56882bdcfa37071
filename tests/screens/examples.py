"""Each page of the kiosk with an example in it, as a person would meet it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from edge.wall import wall_from
from kiosk_ui import place
from kiosk_ui.kiosk import collect, dropping, views
from kiosk_ui.texts import Lang, Texts

NOW = datetime(2026, 11, 22, 14, 26, tzinfo=timezone(timedelta(hours=8)))

WALL = wall_from(
    "locker-1",
    [
        {"name": "A", "cells": "s s s s s s m m m", "low": [7, 8, 9]},
        {"name": "B", "cells": "s s s s m m s s m", "low": [7, 8, 9]},
        {"name": "C", "cells": "s s s s s m", "low": [4, 5, 6], "screen_after": 2},
        {"name": "D", "cells": "s s s s s s s s m m", "low": [9, 10]},
        {"name": "E", "cells": "s s s s m s m l", "low": [7, 8]},
        {"name": "F", "cells": "m m s s m xl", "low": [6]},
    ],
)


def item(texts: Texts, cell: str = "B05", ending: str = "4471", carrier: str = "sf") -> views.Item:
    words = {lang: texts.plain(lang, f"carrier.{carrier}") for lang in Lang}
    where = {lang: place.where(texts, lang, WALL, cell) for lang in Lang} if cell else None
    return views.Item(f"p{ending}", words, ending, NOW - timedelta(hours=3), cell, where)


def door(texts: Texts, act: str, stage: views.Stage) -> views.DoorPage:
    full = stage is views.Stage.OPEN if act == "collect" else stage is views.Stage.CLOSE
    main, others = collect.answers(stage, done=False) if act == "collect" else dropping.answers(stage, insists=False)
    one = item(texts)
    assert one.where is not None
    return views.DoorPage(
        path="/kiosk/door",
        once="o1",
        act=act,
        name="张*三",
        item=one,
        wall=WALL,
        cell="B05",
        where=one.where,
        stage=stage,
        full=full,
        main=main,
        others=others,
    )


def pages(texts: Texts) -> dict[str, views.View]:
    """Name -> page."""
    waiting = views.Waiting(
        path="/kiosk/collect/waiting",
        once="o1",
        name="张*三",
        wall=WALL,
        cells=(item(texts), item(texts, "D09", "0388", "zto"), item(texts, "F06", "7715", "jd")),
        desk=(item(texts, "", "2093", "ems"),),
    )
    problem = views.Problem("wrong_code", {})
    floors = tuple(views.Choice(str(n), "", words=dict.fromkeys(Lang, str(n))) for n in range(1, 34))
    people = tuple(
        views.Choice(f"r{n}", "", words=dict.fromkeys(Lang, name))
        for n, name in enumerate(("张*三", "李*", "欧阳*雪", "M* C*"))
    )
    start = views.Start(path="/kiosk/", once="o1", quiet_s=0, now=NOW, greeting="afternoon", scan=True)
    return {
        "start": start,
        "start-out": replace(start, out=("collect", "drop")),
        "code": views.Pad(path="/kiosk/collect", once="o1", scan=True),
        "code-wrong": views.Pad(
            path="/kiosk/collect",
            once="o1",
            fields=(("code", 6, False), ("tail", 4, False)),
            scan=True,
            problem=problem,
        ),
        "waiting": waiting,
        **{f"collect-{stage}": door(texts, "collect", stage) for stage in views.Stage},
        **{f"drop-{stage}": door(texts, "drop", stage) for stage in views.Stage},
        "wrong": views.Choices(
            path="/kiosk/wrong",
            once="o1",
            what="wrong",
            wall=WALL,
            cell="B05",
            values={"cell": "B05"},
            choices=tuple(views.Choice(w, f"wrong.{w}") for w in ("empty", "not_mine", "damaged", "did_not_open")),
            back="/kiosk/door",
        ),
        "noted": views.Result(
            path="/kiosk/done", once="o1", what="noted.empty", values={"cell": "B05"}, look=True, wall=WALL, cell="B05"
        ),
        "thanks": views.Result(
            path="/kiosk/done",
            once="o1",
            what="thanks_shut",
            wall=WALL,
            cell="B05",
            others=(views.Choice("reopen", "answer.forgot"),),
        ),
        "thanks-next": views.Result(
            path="/kiosk/done",
            once="o1",
            what="thanks_next",
            n=2,
            wall=WALL,
            cell="B05",
            main=views.Choice("next", "answer.next"),
        ),
        "courier": views.Pad(
            path="/kiosk/drop/in",
            once="o1",
            what="courier",
            fields=(("who", 11, False), ("pin", 6, True)),
            shortest=3,
            other=("/", "pad.courier.first"),
        ),
        "pin": views.Pad(
            path="/kiosk/drop/pin",
            what="pin",
            fields=(("who", 11, False), ("setup", 8, False), ("new_pin", 8, True)),
            shortest=3,
            problem=views.Problem("sign_in_failed", {}),
            back="/kiosk/drop",
        ),
        "number": views.Pad(
            path="/kiosk/drop/number",
            once="o1",
            what="number",
            fields=(("number", 40, False),),
            shortest=5,
            letters=True,
            scan=True,
            back="/kiosk/drop",
        ),
        "building": views.Choices(
            path="/kiosk/drop/to",
            once="o1",
            what="to.building",
            choices=tuple(
                views.Choice(str(n), "", words={Lang.ZH: f"{n} 栋", Lang.EN: f"Building {n}"}) for n in (1, 2, 3)
            ),
        ),
        "floor": views.Choices(
            path="/kiosk/drop/to",
            once="o1",
            what="to.floor",
            house=views.Facade(33, 8),
            values={"building": {Lang.ZH: "3 栋", Lang.EN: "Building 3"}},
            by_phone="/",
            choices=floors,
            narrow=True,
        ),
        "person": views.Choices(
            path="/kiosk/drop/to",
            once="o1",
            what="to.person",
            house=views.Facade(33, 8, 12, 4),
            values={"unit": "3-1204"},
            choices=people,
            back="/",
        ),
        "terms": views.Terms(
            path="/kiosk/drop/terms",
            once="o1",
            name="张*三",
            unit="3-1204",
            free_hours=48,
            house=views.Facade(30, 8, 12, 4),
            sizes=(("s", 9), ("m", 4), ("l", 2), ("xl", 0)),
            back="/kiosk/drop/to",
        ),
        "dropped": views.Result(
            path="/kiosk/done",
            once="o1",
            what="dropped",
            values={"cell": "B05"},
            slip="issued",
            wall=WALL,
            cell="B05",
            main=views.Choice("next", "answer.next"),
        ),
        "desk": views.Desk(path="/kiosk/desk", phone="8801"),
        "desk-told": views.Desk(path="/kiosk/desk", phone="8801", told=True),
        "no-consent": views.Choices(
            path="/kiosk/drop/terms",
            what="no_consent",
            house=views.Facade(30, 8, 12, 4),
            values={"unit": "3-1204", "name": "张*三"},
            choices=(views.Choice("desk:no_consent", "answer.desk"), views.Choice("keep", "answer.not_put_in")),
            back="/kiosk/drop/to",
        ),
        "cleaning": views.Cleaning(path="/kiosk/cleaning"),
        "out": views.OutOfService(
            path="/kiosk/out", out=("collect", "drop"), works=("desk_collect", "desk_drop"), phone="8801"
        ),
        "enrol": views.Pad(
            path="/kiosk/enrol", once="o1", what="enrol", fields=(("enrol", 12, False),), quiet_s=0, alone=True
        ),
    }
