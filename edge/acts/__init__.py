"""Physical acts: a door that opens cannot be rolled back.

One mechanism for every slot board (locker, key cabinet, doors). An act is **requested** in the journal before
anything moves, **actuated** when the board says that it pulsed, **observed** when a sensor says so, **confirmed**
when a person does; these never merge. A timeout is `unknown`: nothing is repeated, the next observation or a person
at the desk's needs-eyes list settles it. Whatever a crash cut off becomes `unknown` at the next start.
"""

from edge.acts.engine import Acts, Reaction, Seen
from edge.acts.state import ActRow, ActState
from edge.acts.tables import PROJECTION

__all__ = ["PROJECTION", "ActRow", "ActState", "Acts", "Reaction", "Seen"]
