"""The reference flow on this engine's stack and on its peers: the same flow, the same durability, the same machine, in one run.

A case is registered, graded and given to somebody; a person says something and is answered once that is kept, under a timer of three
days; it is written down; the person says a second thing; the closing is checked; the case ends. Five steps, two acknowledged
messages, one timer.

Each engine is one file with a class that can `open`, `act` and wait for the `ended`; `drive.py` asks all of them the same.
Peers are no part of the product: they live in a virtual environment of their own (`make peers`).
"""
