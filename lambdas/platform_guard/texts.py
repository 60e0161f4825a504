"""Texts that somebody else wrote, made fit to be shown."""


def printable(text: str) -> str:
    """Take out what a terminal or a mail program would obey: control and direction characters."""
    return "".join(character if character.isprintable() else " " for character in text)
