"""Texts that somebody else wrote, made fit to be shown."""


def printable(text: str) -> str:
    """Take out what a terminal or a mail program would obey: control and direction characters."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " for character in text)


def one_line(text: str) -> str:
    """Make a text fit for a line of its own: printable, with single spaces."""
    return " ".join(printable(text).split())


def shown_command(command: str) -> str:
    """Give a command as it may be shown: as it is, or a comment of the shell in its place.

    One that names something unprintable would not be what people see when they copy it.
    """
    if command.isprintable():
        return command
    return "# a command is left out: it names something with characters that cannot be shown"


def cut(text: str, limit: int) -> str:
    """Cut a text that is longer than `limit` characters at a word, and say how much is missing.

    Names without a space, such as ARNs, stay whole or are left out whole; only one that is longer
    than the limit by itself is cut.
    """
    if len(text) <= limit:
        return text
    room = limit - len(_missing(len(text)))
    if room <= 0:
        return text[:limit]
    head = text[: room + 1]
    at_word = head[: max(head.rfind(" "), 0)].rstrip() or text[:room]
    return at_word + _missing(len(text) - len(at_word))


def _missing(count: int) -> str:
    return f" … ({count:,} characters cut)"
