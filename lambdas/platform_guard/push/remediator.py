"""From a finding to what was done about it: plan, keep a record, act, tell.

The record is kept before the deed and completed after it. A process that dies in between leaves an
open entry, which the event takes up again when it comes back.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from platform_guard.alerts.alert import Alert
from platform_guard.policy.policy import Policy, Remedy, at_most
from platform_guard.policy.rules import EffectivePolicy
from platform_guard.policy.verdict import Finding
from platform_guard.push.alert import alert_about_push
from platform_guard.push.finding import Found
from platform_guard.push.finding_message import entry_about, found_again, with_plan
from platform_guard.registry.images import Images
from platform_guard.registry.push_event import Push
from platform_guard.registry.reference import Reference
from platform_guard.remediation.executor import INTERRUPTED, PAST_PARTICIPLES, carry_out
from platform_guard.remediation.grace_schedule import Schedules
from platform_guard.remediation.ledger import Entry, Ledger, State, entry_id
from platform_guard.remediation.plan import (
    Done,
    Plan,
    plan_remedy,
    takes_away,
    wanted_remedy,
    why_not_wanted_any_more,
)
from platform_guard.remediation.protection import LookOut
from platform_guard.timestamp import iso_time

_GIVEN_BACK = "none: a person has just given the image back"

_SOON = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Remedying:
    """What the guard does about the images of one repository."""

    images: Images
    ledger: Ledger
    schedules: Schedules
    look_out: LookOut
    publish: Callable[[Alert], None]
    now: Callable[[], datetime]
    actor: str

    def handle(self, found: Found, effective: EffectivePolicy) -> Done:
        """Do what the policy wants done about a finding, then say so. Safe to repeat."""
        policy, finding, push = effective.policy, found.verdict.name, found.push
        entry = self.ledger.find(entry_id(push.event_id, push.image))
        if not isinstance(finding, Finding) or policy.remedies[finding] is Remedy.ALERT:
            if entry is not None and entry.is_open:
                because = why_not_wanted_any_more(entry.finding, found.verdict, policy)
                return self.go_on(entry, push, policy, because)
            plan = plan_remedy(found.verdict, push, policy)
            return self._tell(found, policy, Done(Remedy.ALERT, f"none: {plan.because}"))
        if self._is_given_back(push.image, push.time):
            if entry is not None and entry.is_open:
                self._leave(entry)
            return Done(Remedy.ALERT, _GIVEN_BACK)
        if entry is None:
            rule = effective.origins[f"remedies.{finding}"]
            new = entry_about(finding, found, self.actor, rule, self.now())
            begun = self._begin(new, found, policy)
            if isinstance(begun, Done):
                return self._tell(found, policy, begun)
            entry = begun
        elif entry.is_open and entry.tag_is_taken:
            # Somebody has given the tag back since.
            return self.go_on(entry, push, policy)
        elif entry.is_open:
            entry = self._planned_again(entry, found, policy)
        return self._end(entry, found, policy)

    def begun(self, push: Push) -> Entry | None:
        """Give the entry about a push; None where nothing was begun, or it is undone."""
        entry = self.ledger.find(entry_id(push.event_id, push.image))
        open_states = (State.BEGUN, State.WAITING, State.DONE)
        return entry if entry is not None and entry.state in open_states else None

    def go_on(self, entry: Entry, push: Push, policy: Policy, because: str = "") -> Done:
        """Bring to its end what an entry says was begun, and tell. Nothing more is taken away.

        `because` is a clause why, empty where the tag did not name the image any more. Should it
        name it again, somebody may rely on it by now: another event will tell of it.
        """
        if entry.is_open:
            entry = self._not_put_off(entry)
        return self._end(entry, found_again(entry, push), policy, because or INTERRUPTED)

    def settle(self, push: Push, *, has_tag: bool) -> None:
        """Cancel what waits for the end of a grace period, if another image has the tag by now.

        Where the push itself does not have it any more, that is left to whichever does. What is
        begun and does not wait yet is left to the end of its time: its schedule must not go before
        it waits.
        """
        for waiting_id in self.schedules.waiting(push.image):
            entry = self.ledger.find(waiting_id)
            if entry is None:
                continue
            if entry.state is State.CANCELED:
                # Whoever canceled it did not come to this.
                self.schedules.delete(entry.image, entry.id)
            elif (
                has_tag and entry.state is State.WAITING and entry.image.digest != push.image.digest
            ):
                self.cancel(entry, f"another image got the tag {push.image.tag}")

    def cancel(self, entry: Entry, because: str) -> Done:
        """End a grace period without doing anything."""
        done = Done(Remedy.ALERT, f"nothing more: {because}")
        if entry.state is State.WAITING:
            sentence = f"{entry.sentence} Canceled: {because}."
            self.ledger.save(replace(entry, state=State.CANCELED, sentence=sentence))
        self.schedules.delete(entry.image, entry.id)
        return done

    def end_grace(self, entry: Entry, found: Found, policy: Policy) -> Done:
        """Do at the end of a grace period what is still wanted, and no more than was announced."""
        if self._is_given_back(entry.image, entry.pushed):
            if entry.is_open:
                self._leave(entry)
            return self.cancel(entry, _GIVEN_BACK)
        if entry.tag_is_taken:
            # Somebody has given the tag back since.
            return self.go_on(entry, found.push, policy)
        because = why_not_wanted_any_more(entry.finding, found.verdict, policy)
        if not because:
            milder = at_most(policy, entry.wanted)
            planned, plan = self._planned(replace(entry, due=""), found, milder)
            if not plan.because:
                return self._end(self.ledger.save(planned), found, policy)
            because = "; ".join(plan.refused_because)
        if entry.is_open:
            return self.go_on(entry, found.push, policy, because)
        return self.cancel(entry, because)

    def _is_given_back(self, image: Reference, pushed: str) -> bool:
        """Tell whether a person wants left alone what was pushed then."""
        return self.ledger.given_back_until(image) >= pushed

    def _leave(self, entry: Entry) -> None:
        """End what was interrupted before it took anything away; a mark may be there already."""
        entry = self._not_put_off(entry)
        self.ledger.save(
            replace(entry, state=State.CANCELED, remedy=Remedy.TAG, sentence=_GIVEN_BACK)
        )

    def _not_put_off(self, entry: Entry) -> Entry:
        """Give an open entry that is to wait for nothing."""
        if entry.due:
            # Its schedule may have been made already. The entry stays open until that is gone.
            self.schedules.delete(entry.image, entry.id)
        return replace(entry, due="")

    def _planned_again(self, entry: Entry, found: Found, policy: Policy) -> Entry:
        """Plan what was interrupted once more: what protects the image may have appeared since."""
        if entry.due:
            wanted = wanted_remedy(found.verdict, policy)
            if policy.grace_seconds and takes_away(wanted):
                return replace(entry, wanted=wanted)
            # Nobody was told yet that it would wait.
            entry = self._not_put_off(entry)
        elif entry.remedy is Remedy.TAG:
            return entry
        return self.ledger.save(self._planned(entry, found, policy)[0])

    def _begin(self, new: Entry, found: Found, policy: Policy) -> Entry | Done:
        """Keep a new entry with its plan; or tell why nothing new is begun."""
        entry, plan = self._planned(new, found, policy, policy.grace_seconds)
        if plan.because:
            return Done(Remedy.ALERT, "none: " + "; ".join((plan.because, *plan.refused_because)))
        if takes_away(plan.wanted):
            waiting = self._waiting(new.image)
            if waiting is not None:
                return Done(Remedy.TAG, waiting.sentence, waiting.id)
        if plan.grace_seconds:
            due = self.now() + timedelta(seconds=plan.grace_seconds)
            entry = replace(entry, due=iso_time(due))
        return self.ledger.save(entry)

    def _waiting(self, image: Reference) -> Entry | None:
        """Find what waits already for the end of this very image's grace period."""
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
        self, entry: Entry, found: Found, policy: Policy, grace_seconds: int = 0
    ) -> tuple[Entry, Plan]:
        """Plan what is to be done now, and write it into an entry."""
        sight = None
        if takes_away(wanted_remedy(found.verdict, policy)) and not grace_seconds:
            sight = self.look_out.look(found.document)
        plan = plan_remedy(
            found.verdict,
            found.push,
            policy,
            sight.observed if sight else None,
            grace_seconds=grace_seconds,
            cache_prefix=self.look_out.cache_prefix(),
        )
        if sight is None:
            return with_plan(entry, plan), plan
        return with_plan(entry, plan, sight.observed, sight.documents), plan

    def _end(self, entry: Entry, found: Found, policy: Policy, keep_because: str = "") -> Done:
        """Bring an entry to its end, whatever of that was done already, and tell."""
        if entry.is_open:
            there = self.images.resolve(replace(entry.image, tag=""))
            save = self.ledger.save
            entry = carry_out(entry, there, self.images, save, keep_because=keep_because)
            if entry.due and entry.remedy is Remedy.TAG:
                entry = self._wait(entry)
            entry = self.ledger.save(entry)
        undo_id = entry.id if entry.remedy is not Remedy.ALERT else ""
        return self._tell(found, policy, Done(entry.remedy, entry.sentence, undo_id))

    def _wait(self, entry: Entry) -> Entry:
        # Where it took long to come here, the time may be over, and a schedule cannot be in the
        # past.
        due = max(datetime.fromisoformat(entry.due), self.now() + _SOON)
        self.schedules.create(entry.image, entry.id, due)
        sentence = (
            f"{entry.sentence}. It will be {PAST_PARTICIPLES[entry.wanted]} on {iso_time(due)}, "
            f"unless another image gets the tag {entry.image.tag} by then."
        )
        return replace(entry, state=State.WAITING, due=iso_time(due), sentence=sentence)

    def _tell(self, found: Found, policy: Policy, done: Done) -> Done:
        self.publish(alert_about_push(found, policy, done))
        return done
