"""`python -m importer`: the same as `import-invoices`."""

from importer.cli import main

main()
