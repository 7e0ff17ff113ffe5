"""A valid invoice file, damaged in over 1,500 ways, and what the importer makes of each.

Each variant is a file and what its owner meant: for every row the invoice, where it stands, and
whether the damage touched it. `verdict` reads it as the importer does and holds it to three rules:

1. A row that is ready is one of the owner's rows, value by value, under its true number; each of
   them at most once.
2. The rows that the damage didn't touch are ready (in at least 95 % of the variants that have any).
3. Every row of the owner's that isn't ready is reported: by an issue at its row, a warning that
   names it, or the refusal of the file.

    cd tests
    python -m damage                # all variants, both figures, and what failed
    python -m damage NAME           # one of them: its bytes, what was meant, what came out

The ways are those of the benchmark of Vitagliano et al., "Pollock: A Data Loading Benchmark"
(VLDB 2023): missing, extra and doubled delimiters, quotes and line ends in each row and column,
preambles, footers, headers of several rows, several tables, other delimiters, quotes, escapes,
line ends and encodings; and besides them what spreadsheet programs do to cells.

What nobody can tell from the file alone isn't done to it, since no reader could be held to it:

- A cell's text replaced by other text that is as valid: a delimiter moved by a letter, a quote or
  delimiter inside a quoted cell, headers of two text columns changed over, a due date left out,
  two damages in a row that make another valid row of it.
- A whole row taken out, with its line end.
- A file cut off inside its last cell: files without a last line end are valid.
"""
