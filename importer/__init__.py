"""Every row of a spreadsheet becomes exactly one invoice at an HTTP API, or a reason why not."""

__version__ = "0.1.0"
