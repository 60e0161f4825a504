"""From a finding to its remedy: plan, store the entry, execute, notify.

The entry is stored before the remedy and completed after it. A process that dies in between leaves
an entry in progress, which the redelivered event resumes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from platform_guard.alerts.alert import Alert
from platform_guard.policy.policy import Policy, Remedy, cap
from platform_guard.policy.rules import EffectivePolicy
from platform_guard.policy.verdict import Finding
from platform_guard.push.alert import alert_about_push
from platform_guard.push.finding import FindingContext
from platform_guard.push.finding_message import finding_of_entry, new_entry, with_plan
from platform_guard.registry.images import Images
from platform_guard.registry.push_event import Push
from platform_guard.registry.reference import Reference
from platform_guard.remediation.executor import INTERRUPTED, PAST_PARTICIPLES, execute
from platform_guard.remediation.grace_schedule import Schedules
from platform_guard.remediation.ledger import Entry, Ledger, State, entry_id
from platform_guard.remediation.plan import (
    Plan,
    RemediationResult,
    is_destructive,
    plan_remedy,
    wanted_remedy,
    why_no_longer_wanted,
)
from platform_guard.remediation.protection import ProtectionLookup
from platform_guard.timestamp import iso_time

_RELEASED = "none: undone by an operator"

_SOON = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Remediator:
    """Remediates findings in one repository."""

    images: Images
    ledger: Ledger
    schedules: Schedules
    protection_lookup: ProtectionLookup
    publish: Callable[[Alert], None]
    now: Callable[[], datetime]
    actor: str

    def handle(self, found: FindingContext, effective: EffectivePolicy) -> RemediationResult:
        """Execute the remedy of the policy for a finding and notify. Safe to repeat."""
        policy, finding, push = effective.policy, found.verdict.name, found.push
        entry = self.ledger.find(entry_id(push.event_id, push.image))
        if not isinstance(finding, Finding) or policy.remedies[finding] is Remedy.ALERT:
            if entry is not None and entry.is_open:
                because = why_no_longer_wanted(entry.finding, found.verdict, policy)
                return self.resume(entry, push, policy, because)
            plan = plan_remedy(found.verdict, push, policy)
            return self._notify(
                found, policy, RemediationResult(Remedy.ALERT, f"none: {plan.because}")
            )
        if self._is_released(push.image, push.time):
            if entry is not None and entry.is_open:
                self._cancel_released(entry)
            return RemediationResult(Remedy.ALERT, _RELEASED)
        if entry is None:
            rule = effective.origins[f"remedies.{finding}"]
            new = new_entry(finding, found, self.actor, rule, self.now())
            in_progress = self._begin(new, found, policy)
            if isinstance(in_progress, RemediationResult):
                return self._notify(found, policy, in_progress)
            entry = in_progress
        elif entry.is_open and entry.tag_removed:
            # Somebody restored the tag in the meantime.
            return self.resume(entry, push, policy)
        elif entry.is_open:
            entry = self._replanned(entry, found, policy)
        return self._end(entry, found, policy)

    def in_progress(self, push: Push) -> Entry | None:
        """Return the entry of a push in progress, waiting or done; else None."""
        entry = self.ledger.find(entry_id(push.event_id, push.image))
        open_states = (State.IN_PROGRESS, State.WAITING, State.DONE)
        return entry if entry is not None and entry.state in open_states else None

    def resume(
        self, entry: Entry, push: Push, policy: Policy, because: str = ""
    ) -> RemediationResult:
        """Finish an entry and notify, without removing anything more.

        `because` is a clause; empty if the tag no longer named the image. If the tag names it
        again, workloads may rely on it, and another event reports it.
        """
        if entry.is_open:
            entry = self._without_grace(entry)
        return self._end(entry, finding_of_entry(entry, push), policy, because or INTERRUPTED)

    def cancel_superseded(self, push: Push, *, has_tag: bool) -> None:
        """Cancel the grace periods of a tag if another image has it now.

        If the pushed image itself lost the tag, the push of the image that has it does this. An
        entry in progress is canceled at the end of its grace period, because its schedule must
        outlive it.
        """
        for waiting_id in self.schedules.waiting(push.image):
            entry = self.ledger.find(waiting_id)
            if entry is None:
                continue
            if entry.state is State.CANCELED:
                # The process that canceled it died before it deleted the schedule.
                self.schedules.delete(entry.image, entry.id)
            elif (
                has_tag and entry.state is State.WAITING and entry.image.digest != push.image.digest
            ):
                self.cancel(entry, f"another image got the tag {push.image.tag}")

    def cancel(self, entry: Entry, because: str) -> RemediationResult:
        """End a grace period without a remedy."""
        done = RemediationResult(Remedy.ALERT, f"nothing more: {because}")
        if entry.state is State.WAITING:
            sentence = f"{entry.sentence} Canceled: {because}."
            self.ledger.save(replace(entry, state=State.CANCELED, sentence=sentence))
        self.schedules.delete(entry.image, entry.id)
        return done

    def end_grace(self, entry: Entry, found: FindingContext, policy: Policy) -> RemediationResult:
        """Execute the remedy that is still wanted, at most the announced one."""
        if self._is_released(entry.image, entry.pushed):
            if entry.is_open:
                self._cancel_released(entry)
            return self.cancel(entry, _RELEASED)
        if entry.tag_removed:
            # Somebody restored the tag in the meantime.
            return self.resume(entry, found.push, policy)
        because = why_no_longer_wanted(entry.finding, found.verdict, policy)
        if not because:
            weaker = cap(policy, entry.wanted)
            planned, plan = self._planned(replace(entry, due=""), found, weaker)
            if not plan.because:
                return self._end(self.ledger.save(planned), found, policy)
            because = "; ".join(plan.blocked_by)
        if entry.is_open:
            return self.resume(entry, found.push, policy, because)
        return self.cancel(entry, because)

    def _is_released(self, image: Reference, pushed: str) -> bool:
        """Return whether an operator released the image after that push."""
        return self.ledger.released_until(image) >= pushed

    def _cancel_released(self, entry: Entry) -> None:
        """Cancel an entry that was interrupted before it removed anything."""
        entry = self._without_grace(entry)
        self.ledger.save(
            replace(entry, state=State.CANCELED, remedy=Remedy.TAG, sentence=_RELEASED)
        )

    def _without_grace(self, entry: Entry) -> Entry:
        if entry.due:
            # Its schedule may exist already. The entry stays in progress until it is deleted.
            self.schedules.delete(entry.image, entry.id)
        return replace(entry, due="")

    def _replanned(self, entry: Entry, found: FindingContext, policy: Policy) -> Entry:
        """Plan an interrupted entry again, because the image may be protected now."""
        if entry.due:
            wanted = wanted_remedy(found.verdict, policy)
            if policy.grace_seconds and is_destructive(wanted):
                return replace(entry, wanted=wanted)
            # The grace period was not announced yet.
            entry = self._without_grace(entry)
        elif entry.remedy is Remedy.TAG:
            return entry
        return self.ledger.save(self._planned(entry, found, policy)[0])

    def _begin(
        self, new: Entry, found: FindingContext, policy: Policy
    ) -> Entry | RemediationResult:
        """Store a new entry with its plan, or return why there is nothing to do."""
        entry, plan = self._planned(new, found, policy, policy.grace_seconds)
        if plan.because:
            return RemediationResult(
                Remedy.ALERT, "none: " + "; ".join((plan.because, *plan.blocked_by))
            )
        if is_destructive(plan.wanted):
            waiting = self._waiting(new.image)
            if waiting is not None:
                return RemediationResult(Remedy.TAG, waiting.sentence, waiting.id)
        if plan.grace_seconds:
            due = self.now() + timedelta(seconds=plan.grace_seconds)
            entry = replace(entry, due=iso_time(due))
        return self.ledger.save(entry)

    def _waiting(self, image: Reference) -> Entry | None:
        """Return the entry of this image whose grace period is running."""
        entries = map(self.ledger.find, self.schedules.waiting(image))
        return next(
            (
                entry
                for entry in entries
                if entry is not None and entry.image == image and entry.state is State.WAITING
            ),
            None,
        )

    def _planned(
        self, entry: Entry, found: FindingContext, policy: Policy, grace_seconds: int = 0
    ) -> tuple[Entry, Plan]:
        """Plan the remedy and write it into an entry."""
        looked_up = None
        if is_destructive(wanted_remedy(found.verdict, policy)) and not grace_seconds:
            looked_up = self.protection_lookup.look(found.document)
        plan = plan_remedy(
            found.verdict,
            found.push,
            policy,
            looked_up.snapshot if looked_up else None,
            grace_seconds=grace_seconds,
            cache_prefix=self.protection_lookup.cache_prefix(),
        )
        if looked_up is None:
            return with_plan(entry, plan), plan
        return with_plan(entry, plan, looked_up.snapshot, looked_up.documents), plan

    def _end(
        self, entry: Entry, found: FindingContext, policy: Policy, blocked_by: str = ""
    ) -> RemediationResult:
        """Execute what is left of an entry and notify."""
        if entry.is_open:
            document = self.images.resolve(replace(entry.image, tag=""))
            save = self.ledger.save
            entry = execute(entry, document, self.images, save, blocked_by=blocked_by)
            if entry.due and entry.remedy is Remedy.TAG:
                entry = self._wait(entry)
            entry = self.ledger.save(entry)
        undo_id = entry.id if entry.remedy is not Remedy.ALERT else ""
        return self._notify(found, policy, RemediationResult(entry.remedy, entry.sentence, undo_id))

    def _wait(self, entry: Entry) -> Entry:
        # After long retries the due time may have passed, and a schedule must be in the future.
        due = max(datetime.fromisoformat(entry.due), self.now() + _SOON)
        self.schedules.create(entry.image, entry.id, due)
        sentence = (
            f"{entry.sentence}. It will be {PAST_PARTICIPLES[entry.wanted]} on {iso_time(due)}, "
            f"unless another image gets the tag {entry.image.tag} before."
        )
        return replace(entry, state=State.WAITING, due=iso_time(due), sentence=sentence)

    def _notify(
        self, found: FindingContext, policy: Policy, done: RemediationResult
    ) -> RemediationResult:
        self.publish(alert_about_push(found, policy, done))
        return done
