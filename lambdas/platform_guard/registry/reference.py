"""Image references and repository URIs in Amazon ECR."""

import re
from dataclasses import dataclass

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html and the repository name
# grammar of the ECR API: CreateRepository, repositoryName.
_REFERENCE = (
    r"(?P<account>[0-9]{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)"
    r"\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)"
    r"/(?P<repository>(?:[a-z0-9]+(?:[._-]+[a-z0-9]+)*/)*[a-z0-9]+(?:[._-]+[a-z0-9]+)*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository in Amazon ECR."""

    account: str
    region: str
    name: str

    @property
    def uri(self) -> str:
        """The repository URI that `docker` uses, without tag or digest."""
        return f"{self.account}.dkr.ecr.{self.region}.{_domain(self.region)}/{self.name}"

    @property
    def arn(self) -> str:
        """The ARN of the repository."""
        where = f"{self.region}:{self.account}"
        return f"arn:{partition(self.region)}:ecr:{where}:repository/{self.name}"


@dataclass(frozen=True, slots=True)
class Reference:
    """An image in Amazon ECR by tag, digest or both."""

    repository: Repository
    tag: str = ""
    digest: str = ""

    @property
    def uri(self) -> str:
        """The image URI that `docker` uses, with the tag and digest that are set."""
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.repository.uri}{tag}{digest}"

    @property
    def tagged_uri(self) -> str:
        """The image URI with the tag, without the digest."""
        return f"{self.repository.uri}:{self.tag}"

    @property
    def short_name(self) -> str:
        """Repository name and tag, or the digest if there is no tag."""
        separator, name = (":", self.tag) if self.tag else ("@", self.digest)
        return f"{self.repository.name}{separator}{name}"


def parse_reference(text: str) -> Reference | None:
    """Parse a `docker` image reference; None if it does not name an image in ECR.

    Without tag and digest the tag is `latest`, as for `docker pull`.
    """
    match = re.fullmatch(_REFERENCE, text)
    if match is None:
        return None
    tag, digest = match["tag"] or "", match["digest"] or ""
    repository = Repository(match["account"], match["region"], match["repository"])
    return Reference(repository, tag if tag or digest else "latest", digest)


def partition(region: str) -> str:
    """Return the AWS partition of a region, as ARNs contain it."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def _domain(region: str) -> str:
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
