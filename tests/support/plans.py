"""Plans as people read them in golden texts."""

from platform_guard.remediation.plan import (
    AddMark,
    Archive,
    Delete,
    DeleteChildren,
    Plan,
    Step,
    TakeTag,
    Wait,
)


def describe_plan(plan: Plan) -> str:
    """Write a plan down for people, a step a line."""
    lines = [f"wanted: {plan.wanted}", f"planned: {plan.remedy}"]
    lines.extend(f"refused: {reason}" for reason in plan.blocked_by)
    lines.extend(
        f"{number}. {_describe(step)}: {step.because}" for number, step in enumerate(plan.steps, 1)
    )
    if plan.because:
        lines.append(f"nothing to do: {plan.because}")
    return "\n".join(lines) + "\n"


def _describe(step: Step) -> str:
    match step:
        case AddMark(mark):
            return f"add the tag {mark}"
        case Wait(seconds):
            return f"wait {seconds} seconds, then judge anew"
        case TakeTag(tag):
            return f"take away the tag {tag} if it still names this image"
        case Archive():
            return "move the image to the archive class"
        case Delete(tag, marks):
            tags = " and ".join([f"the tag {tag}", *marks])
            return f"take away {tags} if it still names this image, and the image with it"
        case DeleteChildren(digests):
            return f"delete what it led to, {', '.join(digest[:19] for digest in digests)}"
