"""A CDK cloud assembly on disk (`cdk.out`): the template of a stack and its assets.

https://docs.aws.amazon.com/cdk/v2/guide/deploy.html describes how the CDK publishes one.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


class AssemblyError(Exception):
    """The folder is not a cloud assembly, or does not contain the requested stack."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file or folder that the template refers to by bucket and key."""

    source: Path
    bucket: str
    key: str

    def content(self) -> bytes:
        """Return the bytes to upload: the file, or the folder as a zip archive."""
        if self.source.is_file():
            return self.source.read_bytes()
        return _zipped(self.source)


@cache
def _zipped(folder: Path) -> bytes:
    # Assets are named by hash, so the content at a path never changes.
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class StackAssembly:
    """One stack of an assembly, ready for CloudFormation."""

    name: str
    template: dict[str, Any]
    assets: tuple[Asset, ...]

    def resources(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the logical id and the properties of each resource of a type."""
        for logical_id, resource in self.template["Resources"].items():
            if resource["Type"] == kind:
                yield logical_id, resource.get("Properties", {})

    def code_of(self, properties: dict[str, Any]) -> Path:
        """Return the folder of a function's code. Raises AssemblyError if it is not an asset."""
        key = properties["Code"].get("S3Key")
        for asset in self.assets:
            if asset.key == key and asset.source.is_dir():
                return asset.source
        raise AssemblyError(f"The code {properties['Code']} is not a folder in the assembly")


def read_stack(assembly: Path, stack_name: str | None, account: str, region: str) -> StackAssembly:
    """Read a stack for an account and a region. `stack_name` may be None if there is only one.

    Raises AssemblyError if the assembly or the stack is missing.
    """
    manifest_file = assembly / "manifest.json"
    if not manifest_file.is_file():
        raise AssemblyError(f"{assembly} is not a cloud assembly. Run `make synth` first.")
    artifacts = json.loads(manifest_file.read_text())["artifacts"]
    stacks = {
        name: artifact
        for name, artifact in artifacts.items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    if stack_name is None and len(stacks) != 1:
        raise AssemblyError(f"{assembly} has the stacks {sorted(stacks)}. Name one of them.")
    name = stack_name or next(iter(stacks))
    if name not in stacks:
        raise AssemblyError(f"{assembly} has no stack {name}, only {sorted(stacks)}")
    placeholders = {"AWS::AccountId": account, "AWS::Region": region, "AWS::Partition": "aws"}
    return StackAssembly(
        name=name,
        template=json.loads((assembly / stacks[name]["properties"]["templateFile"]).read_text()),
        assets=tuple(_assets(assembly, artifacts.get(f"{name}.assets"), placeholders)),
    )


def _assets(
    assembly: Path, artifact: dict[str, Any] | None, placeholders: dict[str, str]
) -> Iterator[Asset]:
    if artifact is None:
        return
    files = json.loads((assembly / artifact["properties"]["file"]).read_text()).get("files", {})
    for file in files.values():
        for destination in file["destinations"].values():
            bucket = destination["bucketName"]
            for name, value in placeholders.items():
                bucket = bucket.replace(f"${{{name}}}", value)
            yield Asset(assembly / file["source"]["path"], bucket, destination["objectKey"])
