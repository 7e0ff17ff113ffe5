"""The sandbox: the invoice API on loopback, to rehearse against. It needs the extra `sandbox`.

A neighbour: it imports nothing of the rest of the package. `process` starts one from a program
(standard library alone), `command` from the command line.
"""
