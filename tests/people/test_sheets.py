"""An office sends its lists as it has them: what can be read is read, what cannot is named, and nothing is guessed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from edge.people.columns import Table
from edge.people.facts import Language, Standing
from edge.people.importing import ImportFile, read_import
from edge.people.values import is_identity_number, read_name, read_phone, read_roles, split_unit
from edge.people.who import Role
from edge.people.writing import Resident
from edge.refusal import Refusal
from tests.people.desk import refused

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
NOTHING: Mapping[str, str] = MappingProxyType({})

HEADER = "楼栋,单元,房号,姓名,身份,手机,证件类型,证件号码,同意使用格口柜,语言"
ROW = "3,2,1204,张晓三,业主,13900001234,身份证,11010519491231002X,是,zh"


def residents(text: str | bytes) -> ImportFile:
    return read_import(Table.RESIDENTS, text if isinstance(text, bytes) else text.encode())


def one_resident(text: str | bytes) -> Resident:
    read = residents(text)
    assert read.problems == ()
    (numbered,) = read.entries
    assert isinstance(numbered.entry, Resident)
    return numbered.entry


def problems(read: ImportFile) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.column, problem.code) for problem in read.problems]


def workbook(rows: Sequence[Sequence[object]], merged: Sequence[str] = ()) -> bytes:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(list(row))
    for area in merged:
        sheet.merge_cells(area)
    book.save(out)
    return out.getvalue()


# -- how a file may look -----------------------------------------------------------------------------------------------

LOOKS = {
    "utf-8": f"{HEADER}\n{ROW}\n".encode(),
    "utf-8 with a mark": f"{HEADER}\n{ROW}\n".encode("utf-8-sig"),
    "gb18030": f"{HEADER}\r\n{ROW}\r\n".encode("gb18030"),
    "excel's unicode text": f"{HEADER}\n{ROW}\n".replace(",", "\t").encode("utf-16"),
    "tabs": f"{HEADER}\n{ROW}\n".replace(",", "\t").encode("gb18030"),
    "semicolons": f"{HEADER}\n{ROW}\n".replace(",", ";").encode(),
    "a title and a date above": f"梧桐里 3 栋,,,,,,,,,\n制表：客服部 2026-11-01,,,\n\n{HEADER}\n{ROW}\n".encode(),
    "blank lines": f"\n\n{HEADER}\n,,,,,,,,,\n\n{ROW}\n\n".encode("gb18030"),
    "the header once more": f"{HEADER}\n{ROW}\n{HEADER}\n".encode(),
    "other columns in another order": (
        "序号,备注,联系电话,住户姓名,与业主关系,房间号,单元号,楼号,身份证号,是否同意入柜,语种\n"
        "1,常出差,139-0000-1234,张 晓三,本人,1204室,2单元,3栋,11010519491231002x,√,中文\n"
    ).encode("gb18030"),
    "remarks in the header": f"{HEADER}\n{ROW}\n".replace("手机", "*手机（必填）").replace("身份,", "身份:,").encode(),
    "full width": f"{HEADER}\n{ROW}\n".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789X"}).encode("gb18030"),
    "quotes": "".join(",".join(f'"{cell}"' for cell in row.split(",")) + "\n" for row in (HEADER, ROW)).encode(),
    "formulas that keep zeros": f"{HEADER}\n{ROW}\n".replace(",1204,", ',"=""1204""",').encode(),
    "xlsx": workbook([HEADER.split(","), ROW.split(",")]),
    "xlsx with a merged title": workbook(
        [["梧桐里住户登记表"], [], HEADER.split(","), [], ROW.split(",")], merged=["A1:J1"]
    ),
    "xlsx with numbers": workbook(
        [
            HEADER.split(","),
            [3.0, 2, 1204.0, "张晓三", "业主", 13900001234.0, "身份证", "11010519491231002X", True, "ZH"],
        ]
    ),
}  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_the_same_resident_comes_out_of_every_look_of_a_file(look: str) -> None:
    entry = one_resident(LOOKS[look])
    assert (entry.place.building, entry.place.entrance, entry.place.room) == ("3", "2", "1204")
    assert (entry.name, entry.standing, entry.phone) == ("张晓三", Standing.OWNER, "13900001234")
    assert (entry.document_kind, entry.document_number) == ("id_card", "11010519491231002X")
    assert (entry.locker_consent, entry.language) == (True, Language.ZH)


def test_a_unit_merged_over_its_household_counts_for_each_row() -> None:
    rows = [HEADER.split(","), ROW.split(","), ["", "", "", "李芳", "家属", "", "", "", "否", ""]]
    read = residents(workbook(rows, merged=["A2:A3", "B2:B3", "C2:C3"]))
    assert read.problems == ()
    places = {one.entry.place for one in read.entries if isinstance(one.entry, Resident)}
    assert [place.label for place in places] == ["3-2-1204"]


def test_the_list_may_stand_on_the_second_sheet() -> None:
    book, out = Workbook(), io.BytesIO()
    book.create_sheet("住户").append(HEADER.split(","))
    book["住户"].append(ROW.split(","))
    book.save(out)
    assert one_resident(out.getvalue()).name == "张晓三"


def test_a_unit_in_one_cell_is_taken_apart() -> None:
    for written in ("3-2-1204", "3栋2单元1204室", "3号楼2单元1204"):
        entry = one_resident(f"房屋,姓名,身份,手机\n{written},张晓三,业主,13900001234\n")
        assert entry.place.label == "3-2-1204"


def test_leading_zeros_that_a_spreadsheet_only_shows_belong_to_the_room() -> None:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append(["楼栋", "房号", "姓名", "身份", "手机"])
    sheet.append([3, 602, "张晓三", "业主", 13900001234])
    sheet["B2"].number_format = "0000"
    book.save(out)
    assert one_resident(out.getvalue()).place.room == "0602"


# -- what is wrong is named --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "written", "code"),
    [
        ("楼栋", "", "missing"),
        ("房号", "", "missing"),
        ("房号", "12月4日", "became_a_date"),
        ("房号", "4-Dec", "became_a_date"),
        ("房号", "??", "place_unreadable"),
        ("姓名", "", "missing"),
        ("姓名", "13900001234", "name_unreadable"),
        ("姓名", "张" * 61, "too_long"),
        ("身份", "朋友", "standing_unknown"),
        ("手机", "", "missing"),
        ("手机", "1390000123", "phone_unreadable"),
        ("手机", "1.39E+10", "lost_digits"),
        ("手机", "13900001234/13800001234", "several_phones"),
        ("手机", "13900001234 13800001234", "several_phones"),
        ("证件类型", "图书证", "document_kind_unknown"),
        ("证件号码", "110105194912310021", "document_number_wrong"),
        ("证件号码", "1.10105E+17", "lost_digits"),
        ("同意使用格口柜", "也许", "yes_no_unknown"),
        ("语言", "法语", "language_unknown"),
    ],
)
def test_a_wrong_cell_is_named_with_row_column_and_reason(column: str, written: str, code: str) -> None:
    cells = dict(zip(HEADER.split(","), ROW.split(","), strict=True)) | {column: written}
    read = residents(f"住户表\n{HEADER}\n\n{','.join(cells.values())}\n")
    assert problems(read) == [(4, column, code)]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("房号", date(2026, 12, 4), "became_a_date"),
        ("证件号码", 110105194912310020, "lost_digits"),
        ("姓名", "#N/A", "formula_error"),
    ],
)
def test_a_cell_that_the_spreadsheet_spoiled_is_named(column: str, value: object, code: str) -> None:
    cells: dict[str, object] = {**zip_of(HEADER, ROW), column: value}
    assert problems(residents(workbook([list(cells), list(cells.values())]))) == [(2, column, code)]


def zip_of(header: str, row: str) -> dict[str, str]:
    return dict(zip(header.split(","), row.split(","), strict=True))


def test_every_wrong_cell_of_a_file_is_named_at_once_and_none_of_its_values() -> None:
    bad = "3,,,钱进,邻居,12345,,,,\n"
    read = residents(f"{HEADER}\n{bad}{ROW}\n{bad}")
    assert problems(read) == [
        (row, *rest)
        for row in (2, 4)
        for rest in (("身份", "standing_unknown"), ("房号", "missing"), ("手机", "phone_unreadable"))
    ]
    assert "12345" not in repr(read.problems)
    assert "钱进" not in repr(read.problems)


def test_the_same_person_twice_is_named_where_they_come_again() -> None:
    read = residents(f"{HEADER}\n{ROW}\n{ROW.replace('1204', '1301')}\n{ROW}\n")
    assert problems(read) == [(4, "姓名", "twice_in_file")]


def test_two_couriers_who_would_sign_in_alike_are_named() -> None:
    text = "编号,姓名,快递公司,手机\nC1,何伟,顺丰,13700137000\nc1,何平,中通,13700137001\nC2,何三,圆通,13700137000\n"
    read = read_import(Table.COURIERS, text.encode())
    assert problems(read) == [(3, "编号", "number_taken"), (4, "手机", "phone_taken")]


def test_a_missing_column_is_named_by_what_the_best_row_lacks() -> None:
    with refused("header_missing") as caught:
        residents("楼栋,房号,姓名,手机\n3,1204,张晓三,13900001234\n")
    assert caught.value.detail == {"columns": "standing"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n ", "file_empty"),
        (HEADER.encode(), "file_empty"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "file_old_excel"),
        (b"PK\x03\x04 this is no archive", "file_unreadable"),
        (b"\xff\xff\xff\x00", "file_encoding"),
        (b"a\0b\n", "file_encoding"),
        (b"x" * (9 << 20), "file_too_large"),
        (b"nothing of ours\n", "header_missing"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_what_to_do(data: bytes, code: str) -> None:
    with refused(code):
        residents(data)


def test_an_archive_that_unpacks_without_end_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * (101 << 20))
    assert len(out.getvalue()) < 200_000
    with refused("file_too_large"):
        residents(out.getvalue())


def repacked(replaced: Mapping[str, str] = NOTHING, added: Mapping[str, str] = NOTHING) -> bytes:
    """A good workbook of one resident, some of its parts as somebody wrote them by hand."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(LOOKS["xlsx"])) as good,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in good.namelist():
            archive.writestr(name, replaced.get(name.rpartition("/")[2], good.read(name)))
        for name, text in added.items():
            archive.writestr(name, text)
    return out.getvalue()


def sheet(rows: str, more: str = "") -> dict[str, str]:
    return {"sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{more}</worksheet>'}


def linked(*targets: str) -> str:
    """Relations of a workbook or sheet, each `kind" Target="part`."""
    links = (f'<Relationship Id="rId{at}" Type="{OFFICE}/{target}" />' for at, target in enumerate(targets, 1))
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(links)}</Relationships>'


BOMBS = {
    "a merged area": repacked(sheet("", '<mergeCells><mergeCell ref="A1:OJ1500"/></mergeCells>')),
    "a link over an area": repacked(sheet("", '<hyperlinks><hyperlink ref="A1:OJ1500" location="A1"/></hyperlinks>')),
    "a link over whole columns": repacked(sheet("", '<hyperlinks><hyperlink ref="A:C" location="A1"/></hyperlinks>')),
    "a note over an area": repacked(
        added={
            "xl/worksheets/_rels/sheet1.xml.rels": linked('comments" Target="/xl/comments1.xml'),
            "xl/comments1.xml": '<comments><commentList><comment ref="A1:OJ1500"/></commentList></comments>',
        }
    ),
    "one row of nothing": repacked(sheet(f"<row>{'<c/>' * 300_000}</row>")),
    "one cell far away": repacked(sheet('<row r="40000"><c r="GR40000"/></row>')),
    "styles without end": repacked({"styles.xml": f"<styleSheet><cellXfs>{'<xf/>' * 50_000}</cellXfs></styleSheet>"}),
    "members without end": repacked(added={f"xl/{number}": "" for number in range(1_001)}),
    "one long text in every cell": repacked(
        sheet(
            f'<row><c t="inlineStr"><is><t>{"x" * 30_000}</t></is></c></row>',
            '<mergeCells><mergeCell ref="A1:GR100"/></mergeCells>',
        )
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_small_file_that_asks_for_much_memory_is_not_read(bomb: str) -> None:
    assert len(BOMBS[bomb]) < 200_000
    with refused("file_too_large"):
        residents(BOMBS[bomb])


BROKEN = {
    "a string that is not there": repacked(sheet('<row><c t="s"><v>99</v></c></row>')),
    "a style that is not there": repacked(sheet('<row><c s="99"/></row>')),
    "an area that is none": repacked(sheet("", '<mergeCells><mergeCell ref="A1:?"/></mergeCells>')),
    "its own entities": repacked({"sheet1.xml": f'<!DOCTYPE worksheet [<!ENTITY a "b">]><worksheet xmlns="{MAIN}"/>'}),
    "one part as many sheets": repacked(
        {
            "workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="a" sheetId="1" r:id="rId1"/><sheet name="b" sheetId="2" r:id="rId2"/></sheets></workbook>',
            "workbook.xml.rels": linked(*['worksheet" Target="/xl/worksheets/sheet1.xml'] * 2),
        }
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_workbook_that_was_put_together_wrongly_is_unreadable(broken: str) -> None:
    with refused("file_unreadable"):
        residents(BROKEN[broken])


def test_an_office_list_of_thousands_is_read() -> None:
    rows = [f"3,2,{number},张晓三,业主,139{number:08},,,是,zh".split(",") for number in range(5_000)]
    assert len(residents(workbook([HEADER.split(","), *rows])).entries) == 5_000


def test_an_archive_that_is_no_workbook_is_unreadable() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with refused("file_unreadable"):
        residents(out.getvalue())


@given(st.binary(max_size=400))
def test_no_file_whatever_is_in_it_breaks_the_reader(data: bytes) -> None:
    try:
        read = residents(data)
    except Refusal:
        return
    assert read.entries or read.problems


# -- what people write -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("13900001234", "13900001234"),
        ("139 0000 1234", "13900001234"),
        ("139-0000-1234", "13900001234"),
        ("+86 139 0000 1234", "13900001234"),
        ("0086-13900001234", "13900001234"),
        ("8613900001234", "13900001234"),
        ("１３９００００１２３４", "13900001234"),
        ("0755-88888888", "075588888888"),
        ("(0755) 8888 8888", "075588888888"),
        ("+86 755 88888888", "075588888888"),
        ("+852 9123 4567", "+85291234567"),
        ("00351 912 345 678", "+351912345678"),
    ],
)
def test_a_phone_is_one_number_however_it_is_written(written: str, phone: str) -> None:
    assert read_phone(written) == phone


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "+86", "0086", "+86 "]))
def test_a_mobile_is_read_through_any_grouping(phone: str, prefix: str) -> None:
    assert read_phone(f"{prefix}{phone[:3]}-{phone[3:7]} {phone[7:]}") == phone


def test_an_office_pads_short_names_and_several_posts_share_a_cell() -> None:
    assert read_name("张　三") == "张三"
    assert read_name(" Maria  Costa ") == "Maria Costa"
    assert read_roles("前台、钥匙管理员") == {Role.FRONT_DESK, Role.KEY_KEEPER}


@pytest.mark.parametrize(("number", "right"), [("11010519491231002X", True), ("440524188001010014", True)])
def test_an_identity_number_proves_itself(number: str, right: bool) -> None:
    assert is_identity_number(number) is right


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_of_an_identity_number_is_seen(place: int, by: int) -> None:
    number = "11010519491231002X"
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert not is_identity_number(wrong)


@pytest.mark.parametrize("number", ["110105194913310029", "11010519491231002", "1101051949123100 2X", ""])
def test_what_is_no_date_or_has_no_18_characters_is_no_identity_number(number: str) -> None:
    assert not is_identity_number(number)


@pytest.mark.parametrize("written", ["1204", "3-2-1-1204", "", "3栋"])
def test_half_a_unit_is_refused(written: str) -> None:
    with refused("place_unreadable"):
        split_unit(written)
