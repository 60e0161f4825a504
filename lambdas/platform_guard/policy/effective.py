"""The policy for an image, including the overrides by its repository's resource tags.

Without `repository_overrides` in the settings, resource tags are not read.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from platform_guard.aws.errors import is_transient, reason_of
from platform_guard.policy.rules import EffectivePolicy, Policies
from platform_guard.registry.reference import Repository

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

_TTL_SECONDS = 300
_MAX_REPOSITORIES = 1000

Tags = Mapping[str, str]


class EffectivePolicies:
    """Policies by repository and tag, with cached resource tags."""

    def __init__(self, policies: Policies, client: "ECRClient", clock: Callable[[], float]) -> None:
        """`clock` counts seconds."""
        self._policies = policies
        self._client = client
        self._clock = clock
        self._tags: dict[Repository, tuple[float, Tags]] = {}

    def policy_for(self, repository: Repository, tag: str) -> EffectivePolicy:
        """Return the policy for an image, with at most one AWS call.

        If the call is denied, the account's policy applies with remedies limited to a mark, because
        the team may have chosen a weaker remedy. Raise transient botocore errors, because without
        the team's overrides a compliant image could be flagged.
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
        return effective.with_overrides(tags, self._policies.overrides)

    def _tags_of(self, repository: Repository) -> Tags:
        known = self._tags.get(repository)
        if known is not None and self._clock() < known[0]:
            return known[1]
        try:
            answer = self._client.list_tags_for_resource(resourceArn=repository.arn)
        except self._client.exceptions.RepositoryNotFoundException:
            # Not cached: the repository can be created again at any time.
            return {}
        tags = {tag["Key"]: tag["Value"] for tag in answer.get("tags", [])}
        if len(self._tags) >= _MAX_REPOSITORIES:
            self._tags.clear()
        self._tags[repository] = (self._clock() + _TTL_SECONDS, tags)
        return tags
