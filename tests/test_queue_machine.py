"""Whoever does whatever with the queue, in any order: nothing is lost, nothing runs twice, nothing waits for ever.

`python -m tests.faults.machine` takes more and longer ways.
"""

from hypothesis import HealthCheck, settings

from tests.faults.machine import Queue

TestQueue = Queue.TestCase
TestQueue.settings = settings(max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
