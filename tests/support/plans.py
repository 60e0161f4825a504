"""Remediation plans as text for golden files."""

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
    """Format a plan with one step per line."""
    lines = [f"configured: {plan.wanted}", f"planned: {plan.remedy}"]
    lines.extend(f"blocked: {reason}" for reason in plan.blocked_by)
    lines.extend(
        f"{number}. {_describe(step)}: {step.because}" for number, step in enumerate(plan.steps, 1)
    )
    if plan.because:
        lines.append(f"no steps: {plan.because}")
    return "\n".join(lines) + "\n"


def _describe(step: Step) -> str:
    match step:
        case AddMark(mark):
            return f"add the tag {mark}"
        case Wait(seconds):
            return f"wait {seconds} seconds, then evaluate again"
        case TakeTag(tag):
            return f"remove the tag {tag} if it still names this image"
        case Archive():
            return "move the image to the archive class"
        case Delete(tag, marks):
            tags = " and ".join([f"the tag {tag}", *marks])
            return f"remove {tags} if it still names this image, which deletes the image"
        case DeleteChildren(digests):
            return f"delete the children {', '.join(digest[:19] for digest in digests)}"
