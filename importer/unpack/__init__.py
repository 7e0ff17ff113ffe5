"""The inside of a workbook, read in a process of its own that may die of it.

What is here runs under limits, on bytes that nobody has vouched for, and starts once per workbook:
it imports the standard library and calamine alone. `importer.read.child` is its other end.
"""
