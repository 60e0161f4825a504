"""Fixes for each cause, most likely first."""

import re
from typing import assert_never

from platform_guard.alerts.alert import Fix
from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.fixes.access import access_fixes
from platform_guard.diagnosis.fixes.credentials import credential_fixes
from platform_guard.diagnosis.fixes.ecs import inspect_task, restart
from platform_guard.diagnosis.fixes.host import disk_fixes, slow_pull_fixes, unpack_fixes
from platform_guard.diagnosis.fixes.image import missing_image_fixes, platform_fixes, rebuild_fixes
from platform_guard.diagnosis.fixes.network import name_fixes, network_fixes, runbook_fix
from platform_guard.diagnosis.fixes.rate_limit import rate_limit_fixes
from platform_guard.diagnosis.fixes.target import Target, target_of
from platform_guard.diagnosis.pull_error.classifier import Cause

_CONNECTION = re.compile(r"connection issue|dial tcp|timeout|timed out|request canceled|lookup ")


def fixes_for(case: PullContext) -> tuple[Fix, ...]:
    """Return the fixes for a pull error."""
    return tuple(_fixes(case, target_of(case)))


def _fixes(case: PullContext, target: Target) -> list[Fix]:
    match case.cause:
        case Cause.PLATFORM_MISMATCH | Cause.EXEC_FORMAT:
            return platform_fixes(case, target)
        case Cause.ATTESTATION_PULLED | Cause.UNSUPPORTED_MANIFEST:
            return rebuild_fixes(case, target)
        case Cause.IMAGE_NOT_FOUND:
            return missing_image_fixes(case, target)
        case Cause.ACCESS_DENIED:
            return [*access_fixes(case, target), restart(case, target)]
        case Cause.REGISTRY_AUTH:
            return _registry_auth_fixes(case, target)
        case Cause.RATE_LIMITED:
            return rate_limit_fixes(case, target)
        case Cause.NETWORK_REGISTRY | Cause.NETWORK_LAYERS:
            return [*network_fixes(case, target), restart(case, target), runbook_fix(target)]
        case Cause.NETWORK_DNS:
            return [*name_fixes(case, target), restart(case, target), runbook_fix(target)]
        case Cause.DISK_FULL:
            return disk_fixes(case, target)
        case Cause.UNPACK_FAILED:
            return unpack_fixes(case, target)
        case Cause.CANCELED:
            return slow_pull_fixes(case, target)
        case Cause.UNKNOWN:
            return [inspect_task(target), runbook_fix(target)]
        case Cause.NOT_A_PULL_ERROR:
            return [inspect_task(target)]
        case _:
            assert_never(case.cause)


def _registry_auth_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes for missing credentials: the network or the role."""
    if case.is_external_registry:
        return [*credential_fixes(case, target), restart(case, target)]
    if _CONNECTION.search(case.failure.error.text.lower()):
        return [*network_fixes(case, target), restart(case, target), runbook_fix(target)]
    return [*access_fixes(case, target), restart(case, target), runbook_fix(target)]
