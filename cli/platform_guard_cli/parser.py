"""The argument parser, which reports errors in one line."""

import argparse
from typing import NoReturn, TypeAlias

EXIT_ERROR = 2


class OneLineParser(argparse.ArgumentParser):
    """Reports an error in one line. argparse would print the usage as well."""

    def error(self, message: str) -> NoReturn:
        """Exit with status 2 and the message."""
        self.exit(EXIT_ERROR, f"{self.prog}: {message}; see {self.prog} --help\n")


Commands: TypeAlias = "argparse._SubParsersAction[OneLineParser]"
"""The subparsers that each command adds itself to."""
