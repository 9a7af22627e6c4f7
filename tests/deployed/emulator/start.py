"""Starts MiniStack 1.5.33 on loopback alone, tells what it allowed to whom, and mends what these tests met.

Each change is small and names its reason. Where a newer version does it by itself, the change goes.
"""
import asyncio.base_events
import json
import os
import secrets
import socketserver
import string
import sys
import threading

# It ends with the test process that started it, however that one ends: the pipe to its standard input breaks.
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()

# The MQTT listener asks for every interface. These tests are nobody else's business.
_create_server = asyncio.base_events.BaseEventLoop.create_server


async def _on_loopback(self, factory, host=None, *args, **named):
    return await _create_server(self, factory, "127.0.0.1" if host == "0.0.0.0" else host, *args, **named)


asyncio.base_events.BaseEventLoop.create_server = _on_loopback

from ministack.core import iam_actions, iam_evaluator, lambda_runtime
from ministack.services import cognito, dynamodb, scheduler
from ministack.services.cloudformation import provisioners

# Each decision about a role's call by the role's own policies is a line of a file: who, what, by which statement, and whether it was let
# through.
_decisions = open(os.environ["DECISIONS"], "a", buffering=1)
_evaluate = iam_evaluator.evaluate


def _evaluate_and_tell(context, *policies):
    result = _evaluate(context, *policies)
    if sys._getframe(1).f_code.co_name == "enforce":
        words = {
            "principal": result.principal_arn,
            "action": context.action,
            "resource": context.resource_arn,
            "decision": result.decision,
            "statement": result.matched_sid,
        }
        _decisions.write(json.dumps(words) + "\n")
    return result


iam_evaluator.evaluate = _evaluate_and_tell

# `aws:PrincipalArn` is the session's, where AWS gives the role's.
_condition_key = iam_evaluator._resolve_condition_key


def _condition_key_of_role(key, context):
    value = _condition_key(key, context)
    if key.lower() == "aws:principalarn" and ":assumed-role/" in value:
        account, role = value.split(":")[4], value.split("/")[1]
        return f"arn:aws:iam::{account}:role/{role}"
    return value


iam_evaluator._resolve_condition_key = _condition_key_of_role

# Conditions on KMS's encryption context are not known, and so never met.
_tags = iam_actions.request_tag_context


def _with_encryption_context(service, action, body, params):
    known = dict(_tags(service, action, body, params) or {})
    if service == "kms":
        context = json.loads(body or b"{}").get("EncryptionContext") or {}
        known.update({f"kms:EncryptionContext:{name}": value for name, value in context.items()})
    return known


iam_actions.request_tag_context = _with_encryption_context

# Schedules are looked at every ten seconds.
scheduler._SCHEDULE_TICK_INTERVAL = 1.0

# A nested stack's resource that an update leaves as it is loses its attributes.
_update = provisioners._update_resource


def _update_and_keep(resource_type, physical_id, old, new, stack_name, logical_id=None, old_attributes=None):
    if old_attributes is None and old == new:
        from ministack.services.cloudformation import _stacks

        known = _stacks.get(stack_name, {}).get("_resources", {}).get(logical_id, {})
        old_attributes = known.get("Attributes")
    return _update(resource_type, physical_id, old, new, stack_name, logical_id, old_attributes)


provisioners._update_resource = _update_and_keep

# The deletion of a nested stack deletes also what its template says to retain.
_nested = provisioners._RESOURCE_HANDLERS["AWS::CloudFormation::Stack"]
_delete_nested = _nested["delete"]


def _delete_but_retain(physical_id, properties):
    from ministack.services.cloudformation import _stacks

    stack = _stacks.get(provisioners._nested_stack_lookup_name(physical_id), {})
    declared = (stack.get("_template") or {}).get("Resources", {})
    for name, resource in declared.items():
        if resource.get("DeletionPolicy") == "Retain":
            stack.get("_resources", {}).pop(name, None)
    return _delete_nested(physical_id, properties)


_nested["delete"] = _delete_but_retain

# A number that comes through a nested stack's parameter stays a text.
_mapping = provisioners._RESOURCE_HANDLERS["AWS::Lambda::EventSourceMapping"]
_create_mapping, _update_mapping = _mapping["create"], _mapping["update"]


def _with_numbers(properties):
    scaling = properties.get("ScalingConfig") or {}
    if "MaximumConcurrency" in scaling:
        scaling["MaximumConcurrency"] = int(scaling["MaximumConcurrency"])
    return properties


_mapping["create"] = lambda logical_id, new, stack: _create_mapping(logical_id, _with_numbers(new), stack)
_mapping["update"] = lambda id, old, new, *rest: _update_mapping(id, old, _with_numbers(new), *rest)

# A table's template says that it can be recovered to a point in time, and nobody listens.
_table = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
_create_table = _table["create"]


def _create_recoverable(logical_id, properties, stack):
    created = _create_table(logical_id, properties, stack)
    recovery = properties.get("PointInTimeRecoverySpecification") or {}
    dynamodb._pitr_settings[created[0]] = recovery.get("PointInTimeRecoveryEnabled") in (True, "true")
    return created


_table["create"] = _create_recoverable

# Ids of user pool clients have capital letters in them, where Cognito's are of small letters and digits.
cognito._client_id = lambda: "".join(secrets.choice(string.digits + string.ascii_lowercase) for _ in range(26))

# Every invocation waits about 90 ms for nothing: a packet held back, and log lines that are not coming.
socketserver.StreamRequestHandler.disable_nagle_algorithm = True
lambda_runtime.Worker._drain_stderr_bounded.__defaults__ = (0.010, 0.003, 0.250)

from ministack.app import main

main()
