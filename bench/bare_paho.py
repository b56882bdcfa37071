"""The reference: paho and nothing else on both sides of mosquitto. Request and answer, QoS 1, MQTT 5, TCP_NODELAY."""

from __future__ import annotations

import socket
import sys
import threading
from time import perf_counter
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

WITHIN_S = 10.0
ROOT = "lobby/v1/bench"
REPLY = f"{ROOT}/edge/reply"
PAYLOAD = b'{"id":"0123456789abcdef","boot":"1-abcdef","deadline_up_ms":123456,"slot":"B05"}'


def client(port: int, user: str, password: str) -> Any:  # paho types its callbacks and properties by halves
    made: Any = Client(CallbackAPIVersion.VERSION2, client_id=user, protocol=MQTTProtocolVersion.MQTTv5)
    made.username_pw_set(user, password)
    made.max_inflight_messages_set(1000)
    made.on_socket_open = lambda _client, _userdata, sock: sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.connect("127.0.0.1", port)
    return made


def answer_forever(port: int, password: str) -> None:
    """The device: answers each request with its own bytes."""
    device = client(port, "locker-1", password)

    def answer(_client: Any, _userdata: Any, message: Any) -> None:
        properties: Any = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho has no types for it
        properties.CorrelationData = message.properties.CorrelationData
        device.publish(message.properties.ResponseTopic, message.payload, 1, properties=properties)

    device.on_message = answer
    device.on_connect = lambda *_: device.subscribe(f"{ROOT}/locker-1/cmd/+", 1)
    device.on_subscribe = lambda *_: print("ready", flush=True)
    device.loop_forever()


class Asker:
    """The box: asks and waits for the answer."""

    def __init__(self, port: int, password: str) -> None:
        self._waiting: dict[bytes, threading.Event] = {}
        self._number = 0
        subscribed = threading.Event()
        self._client = client(port, "box", password)
        self._client.on_message = lambda _client, _userdata, message: self._waiting.pop(
            message.properties.CorrelationData
        ).set()
        self._client.on_connect = lambda *_: self._client.subscribe(REPLY, 1)
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.loop_start()
        if not subscribed.wait(WITHIN_S):
            raise RuntimeError("the broker did not let us in")

    def ask(self) -> threading.Event:
        self._number += 1
        name = str(self._number).encode()
        answered = self._waiting[name] = threading.Event()
        properties: Any = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho has no types for it
        properties.ResponseTopic = REPLY
        properties.CorrelationData = name
        self._client.publish(f"{ROOT}/locker-1/cmd/pulse", PAYLOAD, 1, properties=properties)
        return answered

    def one_at_a_time_s(self, times: int) -> list[float]:
        took = []
        for _ in range(times):
            began = perf_counter()
            _await(self.ask())
            took.append(perf_counter() - began)
        return took

    def at_once_s(self, count: int) -> float:
        """How long `count` requests take together."""
        began = perf_counter()
        for answered in [self.ask() for _ in range(count)]:
            _await(answered)
        return perf_counter() - began

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def _await(answered: threading.Event) -> None:
    if not answered.wait(WITHIN_S):
        raise RuntimeError("no answer")


if __name__ == "__main__":
    answer_forever(int(sys.argv[1]), sys.stdin.readline().strip())
