"""Three update rules as textbooks print them: gradient descent, Adam, AdamW, each with its decay.

All use the full gradient g of a loss at θ; t counts steps from 1. λ enters in one of two places.

SGD, λ in the gradient     g ← ∇loss + λθ,  θ ← θ − step·g
Adam, λ in the gradient    g ← ∇loss + λθ,  θ ← θ − step·m̂/(√v̂ + ε)
AdamW, λ decoupled         g ← ∇loss,       θ ← (1 − step·λ)θ − step·m̂/(√v̂ + ε)

with m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), entry by entry
(Kingma & Ba 2015; Loshchilov & Hutter 2019). The first two stand still only where ∇loss + λθ = 0.
AdamW stands still where gⱼ/(|gⱼ| + ε) = −λθⱼ. For ε → 0 that is a minimum of the loss over the box
|θⱼ| ≤ 1/λ, and no penalty is in it (Xie & Li 2024).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from mlelib.arguments import Floats, real_array

Gradient = Callable[[Floats], Floats]


def sgd(gradient: Gradient, start: ArrayLike, step: float, decay: float, steps: int) -> Floats:
    """The positions of `steps` steps from `start`, which comes first: (steps + 1, d)."""
    theta = real_array("start", start)
    thetas = [theta]
    for _ in range(steps):
        theta = theta - step * (gradient(theta) + decay * theta)
        thetas.append(theta)
    return np.array(thetas)


def adam(
    gradient: Gradient,
    start: ArrayLike,
    step: float,
    decay: float,
    steps: int,
    *,
    decoupled: bool,
    betas: tuple[float, float] = (0.9, 0.999),
    epsilon: float = 1e-8,
) -> Floats:
    """The same of Adam, or of AdamW if the decay is `decoupled`: (steps + 1, d)."""
    theta = real_array("start", start)
    thetas, m, v = [theta], np.zeros_like(theta), np.zeros_like(theta)
    for t in range(1, steps + 1):
        g = gradient(theta) + (0 if decoupled else decay) * theta
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g**2
        shrunk = (1 - step * decay) * theta if decoupled else theta
        m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
        theta = shrunk - step * m_hat / (np.sqrt(v_hat) + epsilon)
        thetas.append(theta)
    return np.array(thetas)
