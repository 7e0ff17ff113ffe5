"""Who is told how a run goes, who is asked, and who brings the file: what `pipeline` talks to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from importer.submit.engine import Listener

if TYPE_CHECKING:
    from importer.preview import Preview
    from importer.report import Report
    from importer.table import Table


class Events(Listener, Protocol):
    """Who is told how a run goes, and asked whether it may."""

    def on_run(self, run_id: str) -> None:
        """The run has its name; nothing was sent yet."""
        ...

    def on_lock_wait(self, seconds: float) -> None:
        """Another run is sending; it is waited for, so long at most."""
        ...

    def on_stopping(self) -> None:
        """A signal came: nothing new is sent, what is in flight is awaited."""
        ...

    def on_plan(self, preview: Preview) -> bool:
        """The plan is made; return whether it may be carried out."""
        ...


class Courier(Protocol):
    """Who brings files by themselves; heard while no other run of the account can send."""

    def admit(self, table: Table) -> None:
        """The file was read, nothing else was done; what is raised here keeps it back."""
        ...

    def keep(self, report: Report) -> None:
        """The results are written."""
        ...
