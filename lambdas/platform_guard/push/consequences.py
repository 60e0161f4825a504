"""What comes of using a pushed image, in words."""

from platform_guard.oci.image import Image, Kind
from platform_guard.oci.platforms import Platform, is_other_variant
from platform_guard.policy.policy import Policy
from platform_guard.policy.verdict import Finding, NoFinding, Verdict


def headline(verdict: Verdict, image: Image, policy: Policy) -> str:
    """Say in a few words what is wrong."""
    where = " and ".join(verdict.fails_on)
    match verdict.name:
        case Finding.INDEX_ONLY:
            return "only behind an image index"
        case NoFinding.UNREADABLE:
            return "cannot be judged"
        case Finding.MISSING_PLATFORM if _depends_on_the_processor(verdict, image, policy):
            return f"may not run on {where}"
        case _:
            return f"cannot run on {where}"


def consequence(verdict: Verdict, image: Image, policy: Policy) -> str:
    """Say in a sentence who notices, and how."""
    match verdict.name:
        case Finding.MISSING_PLATFORM if image.kind is Kind.IMAGE:
            return _of_plain_image(verdict, image, policy)
        case Finding.MISSING_PLATFORM | Finding.NO_IMAGE | Finding.DANGLING:
            return "A task that uses it stops with CannotPullContainerError."
        case Finding.MISLABELED:
            return 'A task that uses it stops with "exec format error".'
        case Finding.INDEX_ONLY:
            return "ECS runs it; Lambda and SageMaker refuse it."
        case NoFinding.UNREADABLE:
            return "Nobody was able to say whether it runs, so the guard leaves it alone."
        case NoFinding.COMPLIANT | NoFinding.NOT_AN_IMAGE:
            return "There is nothing to do."


def _of_plain_image(verdict: Verdict, image: Image, policy: Policy) -> str:
    """Nearly every engine pulls a plain image without a look at its platform."""
    if _depends_on_the_processor(verdict, image, policy):
        return (
            f"A task can pull it. On a processor that lacks what {image.holds} asks for, it stops "
            "with an illegal instruction."
        )
    pairs = _misfits(verdict, image, policy)
    is_other_processor = any(one.architecture != held.architecture for one, held in pairs)
    if is_other_processor and all(one.os == held.os for one, held in pairs):
        return 'A task can pull it, and then stops with "exec format error".'
    return "A task cannot run it."


def _depends_on_the_processor(verdict: Verdict, image: Image, policy: Policy) -> bool:
    pairs = _misfits(verdict, image, policy)
    return bool(pairs) and all(is_other_variant(one, held) for one, held in pairs)


def _misfits(verdict: Verdict, image: Image, policy: Policy) -> list[tuple[Platform, Platform]]:
    """Pair the platform of a plain image with those that it does not run on, which come first."""
    if image.kind is not Kind.IMAGE:
        return []
    return [
        (required, entry.platform)
        for entry in image.entries
        for required in policy.required_platforms
        if entry.platform is not None and str(required) in verdict.fails_on
    ]
