"""An office's list over HTTP: previewed, then taken in whole, with progress for whoever watches."""

from __future__ import annotations

import io
from hashlib import sha256
from pathlib import Path

import orjson
from openpyxl import Workbook

from tests.api.front import Front, play
from tests.people.desk import OTHER_PIN, PIN, THIRD_PIN

CSV = "楼栋,房号,姓名,身份,手机,同意使用格口柜\n3,1204,张晓三,业主,13900001234,是\n3,1204,李芳,家属,,\n"


def test_a_file_is_previewed_and_then_taken_in_whole(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await front.seniors()
        desk = await front.signed_in("S05", OTHER_PIN)
        data = CSV.encode("gb18030")
        before = front.desk.ledger.head
        preview = (await desk.post("/imports/residents/preview", content=data)).json()
        assert (preview["applied"], preview["rows"], preview["added"], preview["problems"]) == (False, 2, 2, [])
        assert front.desk.ledger.head == before
        other = await desk.post(f"/imports/residents?seen={preview['file_sha256']}", content=data + b"\n")
        assert other.json()["code"] == "import_other_file"
        applied = await desk.post(f"/imports/residents?seen={preview['file_sha256']}", content=data, key="import-01")
        assert (applied.json()["applied"], applied.json()["added"]) == (True, 2)
        again = await desk.post(f"/imports/residents?seen={preview['file_sha256']}", content=data, key="import-01")
        assert again.json() == applied.json()
        assert front.desk.kinds().count("directory.imported") == 1
        assert (await desk.get("/search?q=lf")).json()[0]["person"]["name"] == "李*"

    play(tmp_path, scene)


def test_a_file_with_a_wrong_row_names_it_and_changes_nothing(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await front.seniors()
        desk = await front.signed_in("S05", OTHER_PIN)
        data = CSV.replace("家属", "狗").encode()
        preview = (await desk.post("/imports/residents/preview", content=data)).json()
        assert preview["problems"] == [{"row": 3, "column": "身份", "code": "standing_unknown"}]
        applied = await desk.post("/imports/residents", content=data)
        assert (applied.status_code, applied.json()["code"]) == (422, "import_has_problems")
        assert "person.registered" not in front.desk.kinds()

    play(tmp_path, scene)


def test_whoever_wants_to_watch_a_long_import_gets_its_progress_line_by_line(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await front.seniors()
        desk = await front.signed_in("S05", OTHER_PIN)
        rows = "".join(f"3,{1000 + n},张{chr(0x4E00 + n)},业主,139{n:08d},是\n" for n in range(300))
        data = (CSV.splitlines(keepends=True)[0] + rows).encode()
        answer = await desk.post("/imports/residents", content=data, headers={"Accept": "application/x-ndjson"})
        lines = [orjson.loads(line) for line in answer.content.splitlines()]
        assert lines[0]["stage"] == "reading"
        assert lines[-1]["report"]["added"] == 300
        assert {line["stage"] for line in lines} <= {"reading", "checking", "writing", "done"}

    play(tmp_path, scene)


def test_a_watched_import_ends_with_the_problem_that_stopped_it(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await front.seniors()
        desk = await front.signed_in("S05", OTHER_PIN)
        headers = {"Accept": "application/x-ndjson", "Accept-Language": "zh"}
        answer = await desk.post("/imports/residents", content=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", headers=headers)
        last = orjson.loads(answer.content.splitlines()[-1])
        assert (last["stage"], last["problem"]["code"]) == ("refused", "file_old_excel")
        assert "Excel" in last["problem"]["title"]

    play(tmp_path, scene)


def test_lists_are_brought_in_by_seniors_and_staff_by_a_manager(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await front.seniors()
        desk = await front.signed_in("S01", PIN, "desk-1")
        senior = await front.signed_in("S05", OTHER_PIN, "desk-2")
        manager = await front.signed_in("S09", THIRD_PIN, "desk-3")
        staff = "工号,姓名,岗位,手机\nS30,罗强,保安,13600136000\n".encode()
        assert (await desk.post("/imports/residents", content=CSV.encode())).json()["code"] == "not_allowed"
        assert (await senior.post("/imports/staff", content=staff)).json()["code"] == "not_allowed"
        assert (await manager.post("/imports/staff", content=staff)).json()["added"] == 1

    play(tmp_path, scene)


def test_an_office_workbook_of_a_few_hundred_kilobytes_passes_the_body_cap(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await front.seniors()
        desk = await front.signed_in("S05", OTHER_PIN)
        book, out = Workbook(), io.BytesIO()
        sheet = book.active
        assert sheet is not None
        sheet.append(["楼栋", "房号", "姓名", "身份", "手机", "备注"])
        for n in range(400):
            remark = "".join(sha256(f"{n}.{part}".encode()).hexdigest() for part in range(8))  # does not pack well
            sheet.append([3, 1000 + n, f"张{chr(0x4E00 + n)}", "业主", 13900000000 + n, remark])
        book.save(out)
        data = out.getvalue()
        assert len(data) > 64 * 1024
        assert (await desk.post("/imports/residents/preview", content=data)).json()["added"] == 400

    play(tmp_path, scene)
