"""The policy that holds for an image, with what the resource tags of its repository say about it.

Without `repository_overrides` in the settings nothing is looked up.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from platform_guard.aws.errors import is_transient, reason_of
from platform_guard.policy.rules import EffectivePolicy, Policies
from platform_guard.registry.reference import Repository

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

_FRESH_SECONDS = 300
_MOST_REPOSITORIES = 1000

Tags = Mapping[str, str]


class EffectivePolicies:
    """Policies by repository and tag."""

    def __init__(self, policies: Policies, client: "ECRClient", clock: Callable[[], float]) -> None:
        """`clock` counts seconds."""
        self._policies = policies
        self._client = client
        self._clock = clock
        self._tags: dict[Repository, tuple[float, Tags]] = {}

    def policy_for(self, repository: Repository, tag: str) -> EffectivePolicy:
        """Give what holds for an image under a tag.

        At most one call. Where it is refused, the account's policy holds, but for its stronger
        remedies: the team may have asked for something milder. Raises what botocore raises where it
        may succeed later: by another policy than the team's a good image could be a bad one.
        """
        effective = self._policies.policy_for(repository.name, tag)
        if effective.policy.ignore or not self._policies.overrides:
            return effective
        try:
            tags = self._tags_of(repository)
        except ClientError as error:
            if is_transient(error):
                raise
            return effective.without_tags(reason_of(error))
        return effective.overridden(tags, self._policies.overrides)

    def _tags_of(self, repository: Repository) -> Tags:
        known = self._tags.get(repository)
        if known is not None and self._clock() < known[0]:
            return known[1]
        try:
            answer = self._client.list_tags_for_resource(resourceArn=repository.arn)
        except self._client.exceptions.RepositoryNotFoundException:
            # It may be made anew at any time.
            return {}
        tags = {tag["Key"]: tag["Value"] for tag in answer.get("tags", [])}
        if len(self._tags) >= _MOST_REPOSITORIES:
            self._tags.clear()
        self._tags[repository] = (self._clock() + _FRESH_SECONDS, tags)
        return tags
