"""`python -m importer.sandbox`: the same as `import-invoices sandbox`."""

from __future__ import annotations

from importer.sandbox.command import command

if __name__ == "__main__":
    command(prog_name="import-invoices sandbox")
