"""Shares the browser's modules among processes, and outlives the death of one.

xdist's own scheduler by groups waits for ever once a process has died: it hands out again, as empty work, what that
process had finished, and the test that killed it, which kills the next one too (pytest-xdist #1323, #1327, #1378).
"""

from __future__ import annotations

import contextlib

from xdist.scheduler import LoadGroupScheduling
from xdist.workermanage import WorkerController

# A process asks for its next test before it runs the one that it has.
_ENOUGH = 2


class SurvivingGroups(LoadGroupScheduling):
    """What a dead process left undone goes to the others; the test that it died of is reported, and not run again."""

    def remove_node(self, node: WorkerController) -> str | None:
        left = [
            (scope, {test: done for test, done in tests.items() if not done})
            for scope, tests in self.assigned_work.pop(node).items()
        ]
        left = [(scope, tests) for scope, tests in left if tests]
        if not left:
            return None
        died_of = next(iter(left[0][1]))
        del left[0][1][died_of]
        self.workqueue.update((scope, tests) for scope, tests in left if tests)
        for other in self.nodes:
            self._reschedule(other)
        return died_of

    def _assign_work_unit(self, node: WorkerController) -> None:
        # One that dies meanwhile can't be told; its work comes back by `remove_node`.
        with contextlib.suppress(OSError):
            super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        if node not in self.registered_collections:
            return  # it has only just begun, and asks again when it knows its tests
        super()._reschedule(node)
        while not node.shutting_down and self._pending_of(self.assigned_work[node]) < _ENOUGH:
            super()._reschedule(node)
