"""Every command as it is typed: its words, options and help, a module for each.

What a command does is imported when it is carried out: `--help` and a wrong option need none of it.
"""
