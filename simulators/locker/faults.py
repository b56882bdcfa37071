"""What can go wrong with a locker: its mechanics, its sensors, its board, its wire."""

from __future__ import annotations

from simulators.faults import Fault

MECHANICS = (
    Fault(
        "locker.jam",
        "锁舌卡住",
        "Bolt jams",
        "The lock pulses and the door does not open.",
        per_slot=True,
    ),
    Fault(
        "locker.door_already_open",
        "门本来就开着",
        "Door already open",
        "The latch lets go by itself: the door stands open before anybody asks for it.",
        per_slot=True,
        once=True,
    ),
    Fault(
        "locker.door_never_closed",
        "门关不上",
        "Door never closed",
        "The door swings open again whenever somebody pushes it shut.",
        per_slot=True,
    ),
    Fault(
        "locker.opened_without_command",
        "门被撬开",
        "Door forced open",
        "The door is pulled open and no command asked for it.",
        per_slot=True,
        once=True,
    ),
)

SENSORS = (
    Fault(
        "locker.sensor_bounce",
        "门磁抖动",
        "Door contact bounces",
        "The door contact chatters for a moment at each opening and closing.",
        per_slot=True,
    ),
    Fault(
        "locker.sensors_disagree",
        "两个门磁不一致",
        "Door contacts disagree",
        "One door contact follows the door, the other stays: the board cannot tell where the door is.",
        per_slot=True,
    ),
    Fault(
        "locker.sensor_stuck",
        "门磁失灵",
        "Door contact stuck",
        "The door contacts keep what they read when the fault began, whatever the door does.",
        per_slot=True,
    ),
    Fault(
        "locker.sensor_inverted",
        "门磁接反",
        "Door contact inverted",
        "The door contacts say open for closed and closed for open.",
        per_slot=True,
    ),
    Fault(
        "locker.occupied_wrong",
        "占用检测出错",
        "Occupied sensor wrong",
        "The sensor in the cell sees a parcel where none is, and none where one is.",
        per_slot=True,
    ),
)

BOARD = (
    Fault(
        "locker.power_lost_mid_pulse",
        "开锁途中断电",
        "Power lost in mid-pulse",
        "The power fails right after the next lock is pulsed, before the board can say so.",
        per_slot=True,
        once=True,
    ),
    Fault(
        "locker.clock_jump_at_reboot",
        "重启后时钟跳变",
        "Clock jumps at reboot",
        "At its next start the board's clock does not begin at zero but somewhere else, days ahead.",
        once=True,
    ),
    Fault(
        "locker.board_silent",
        "主板无响应",
        "Board silent",
        "The board keeps its connection and says nothing any more: no heartbeat, no answer.",
    ),
    Fault(
        "locker.board_busy",
        "主板繁忙",
        "Board busy",
        "The board refuses every command because it is busy.",
    ),
    Fault(
        "locker.board_garbage",
        "主板发送乱码",
        "Board talks garbage",
        "Between its true messages the board sends bytes that mean nothing, on each of its topics.",
    ),
    Fault(
        "locker.out_of_service",
        "格口停用",
        "Cell out of service",
        "A technician has switched the cell off: the board refuses to open it.",
        per_slot=True,
    ),
)

WIRE = (
    Fault(
        "locker.reply_lost_after_success",
        "执行成功但回复丢失",
        "Reply lost after success",
        "The door opens and none of the board's replies arrives.",
    ),
    Fault(
        "locker.duplicate_delivery",
        "命令重复送达（无 DUP 标记）",
        "Commands arrive twice, unmarked",
        "Every command reaches the board twice, the second copy like a new one.",
    ),
    Fault(
        "locker.duplicate_delivery_dup",
        "命令重复送达（有 DUP 标记）",
        "Commands arrive twice, marked DUP",
        "Every command reaches the board twice, the second copy marked as a repeat.",
    ),
    Fault(
        "locker.half_open_stall",
        "连接假死",
        "Connection half open",
        "Nothing passes between broker and board and neither end notices; what was sent meanwhile is lost at the end.",
    ),
    Fault(
        "locker.late_burst",
        "连接假死后突发",
        "Stall, then a late burst",
        "Nothing passes between broker and board; when the fault ends, all of it arrives at once.",
    ),
    Fault(
        "locker.duplicate_client_id",
        "另有设备冒用同一编号",
        "Second board with the same id",
        "A second board with the same name and password connects: the two throw each other out.",
    ),
)

FAULTS = (*MECHANICS, *SENSORS, *BOARD, *WIRE)
