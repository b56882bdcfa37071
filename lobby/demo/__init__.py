"""`lobby demo`: the whole lobby on this machine, with simulated devices, for trying everything out."""

from lobby.demo.run import run_demo

__all__ = ["run_demo"]
