"""Learning-rate policies of hjb-lr in Python. `hjb_lr.torch` and `hjb_lr.optax` bind them to optimizers."""

from .policy import Decision, HjbLrError, Observed, Policy, PolicyRun, PolicyWarning, WeightsRule

__all__ = ["Decision", "HjbLrError", "Observed", "Policy", "PolicyRun", "PolicyWarning", "WeightsRule"]
__version__ = "0.2.0"
