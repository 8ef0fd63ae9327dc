"""What a policy says, as names and texts, for people. Pure."""

from collections.abc import Iterator

from wzp_tui.tasks.backoff import ANY, SUCCESS, Backoff
from wzp_tui.tasks.policy import Policy, Probe, Stop
from wzp_tui.tasks.span import span


def policy_words(policy: Policy) -> Iterator[tuple[str, str]]:
    """Each part that differs from the default."""
    if policy.timeout:
        yield "timeout", span(policy.timeout)
    if policy.quiet:
        yield "quiet", f"stopped after {span(policy.quiet)} without output"
    if policy.stop != Stop():
        yield "stop", policy.stop.words
    if policy.success != SUCCESS:
        yield "success", policy.success.words
    if again := ", ".join(_again(policy)):
        yield "retries", again
    if policy.service:
        yield "service", {"never": "never restarted"}.get(policy.service.restart, f"restarted {policy.service.restart}")
        for name, probe in (("ready", policy.service.ready), ("alive", policy.service.alive)):
            if probe:
                yield name, _probe_words(probe)


def _again(policy: Policy) -> Iterator[str]:
    if policy.retries:
        yield str(policy.retries)
    if policy.retry_on != ANY:
        yield f"on {policy.retry_on.words}"
    if policy.retry_lost:
        yield "also when lost"
    if policy.backoff != Backoff():
        yield f"after {policy.backoff.words}"
    if policy.start_limit:
        yield f"at most {policy.start_limit.words}"


def _probe_words(probe: Probe) -> str:
    return f"{probe.name}, every {span(probe.every)}, fails after {span(probe.patience)}"
