"""Parsing of the command line, with mistakes told in one line."""

import argparse
from typing import NoReturn, TypeAlias

EXIT_UNUSABLE = 2


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, where argparse would print the usage as well."""

    def error(self, message: str) -> NoReturn:
        """Exit with the message."""
        self.exit(EXIT_UNUSABLE, f"{self.prog}: {message}; see {self.prog} --help\n")


Commands: TypeAlias = "argparse._SubParsersAction[OneLineParser]"
"""What a command adds itself to."""
