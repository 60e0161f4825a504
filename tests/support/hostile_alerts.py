"""Hypothesis strategies for alerts with hostile or malformed texts."""

from hypothesis import strategies as st

from platform_guard.alerts.alert import Alert, Fix, Link, Severity, Status
from platform_guard.alerts.console import service_page

FRAGMENTS = (
    "<!channel>",
    "<!here>",
    "<@U012AB3CD>",
    "<https://evil.example|the console>",
    "https://evil.example",
    "```",
    "`*_~",
    "&amp;&lt;",
    "\u202egnp.exe",
    "\u2066\u200f\u200b",
    "\x1b[2J\x00\r\n",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "\U0001f4a9\U0001f468\u200d\U0001f469",
    "arn:aws:ecs:eu-central-1:123456789012:task/prod/014f1c2ab09d6e4e77b3a51c8d0e92f7",
    '"quotes" \\ and {braces}',
    "words that say little ",
)

TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "\U0001f4a9" * 2_500,
            "n" * 4_000,
            '"' * 5_000,
            "\u05e9" * 3_000,
            "a word " * 2_000,
            "&" * 999,
        ]
    ),
    st.lists(st.sampled_from(FRAGMENTS), max_size=6).map("".join),
)

ALERTS = st.builds(
    Alert,
    severity=st.sampled_from(Severity),
    code=st.sampled_from(["missing-platform", "unknown"]),
    repository=TEXTS,
    title=TEXTS,
    summary=TEXTS,
    facts=st.lists(st.tuples(TEXTS, TEXTS), max_size=12).map(tuple),
    evidence=st.lists(TEXTS, max_size=21).map(tuple),
    fixes=st.lists(
        st.builds(Fix, TEXTS, st.lists(TEXTS.filter(bool), max_size=4).map(tuple)), max_size=14
    ).map(tuple),
    group=TEXTS,
    links=st.lists(
        st.builds(
            Link,
            st.sampled_from(["Service", "Task"]),
            st.builds(service_page, st.just("eu-central-1"), TEXTS, TEXTS),
        ),
        max_size=5,
    ).map(tuple),
    status=st.sampled_from(Status),
    account=st.just("123456789012"),
    region=st.just("eu-central-1"),
    image=TEXTS,
    service=TEXTS,
)
