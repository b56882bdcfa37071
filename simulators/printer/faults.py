"""What can go wrong with a printer. Where in the paper or in the data it strikes is given when the fault is laid."""

from __future__ import annotations

from simulators.faults import Fault

PAPER_OUT = "printer.paper_out"
PAPER_LOW = "printer.paper_low"
COVER_OPEN = "printer.cover_open"
CUTTER_ERROR = "printer.cutter_error"
SLOW = "printer.slow"
SILENT = "printer.silent"
NO_PROCESS_ID = "printer.no_process_id"
LINK_DROP = "printer.link_drop"

FAULTS = (
    Fault(PAPER_OUT, "缺纸", "Paper runs out", "The roll ends, now or after so many dots, until it is refilled."),
    Fault(PAPER_LOW, "纸将尽", "Paper nearly out", "The near-end sensor reports; printing goes on."),
    Fault(COVER_OPEN, "机盖打开", "Cover open", "The cover is opened, now or after so many dots, until it is closed."),
    Fault(CUTTER_ERROR, "切刀卡住", "Cutter jammed", "The next cut jams; it stops there until the cutter is freed."),
    Fault(SLOW, "打印缓慢", "Prints slowly", "The head moves at so many dots a second, and answers come as late."),
    Fault(
        SILENT, "无应答", "Says nothing", "It takes data and prints, and answers nothing, now or after so many bytes."
    ),
    Fault(NO_PROCESS_ID, "无完成回执", "No process id", "It ignores the question whether the job is printed (GS ( H)."),
    Fault(LINK_DROP, "连接中断", "Link dropped", "The connection breaks, now or after so many bytes.", once=True),
)
