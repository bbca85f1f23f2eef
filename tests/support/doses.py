"""Doses of a small animal."""

import numpy as np

from paradigms.protocol.files import parse_intervention
from tests.support.circuit import blink

TIMES = np.arange(500) * 0.01
SLOW = 10  # seconds of the slow clock in one of these


def dosed(*items, plan=None):
    plan = blink() if plan is None else plan
    return plan.with_interventions([parse_intervention(item, plan) for item in items])
