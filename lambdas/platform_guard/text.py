"""Makes untrusted text safe to display."""


def printable(text: str) -> str:
    """Replace control and bidirectional formatting characters with spaces."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " for character in text)


def one_line(text: str) -> str:
    """Return the printable text on one line, with single spaces."""
    return " ".join(printable(text).split())


def displayable_command(command: str) -> str:
    """Return a command unchanged, or a shell comment if it contains unprintable characters.

    With such characters, the reader would copy something other than what is displayed.
    """
    if command.isprintable():
        return command
    return "# a command is left out: it names something with characters that cannot be shown"


def cut(text: str, limit: int) -> str:
    """Truncate a text to `limit` characters at a word boundary, and state how much was cut.

    Words such as ARNs are kept or dropped whole, unless the first one alone exceeds the limit.
    """
    if len(text) <= limit:
        return text
    available = limit - len(_cut_note(len(text)))
    if available <= 0:
        return text[:limit]
    head = text[: available + 1]
    kept = head[: max(head.rfind(" "), 0)].rstrip() or text[:available]
    return kept + _cut_note(len(text) - len(kept))


def _cut_note(count: int) -> str:
    return f" … ({count:,} characters cut)"
