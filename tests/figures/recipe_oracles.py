"""What chapter 7's readouts must say: by scipy.stats, statsmodels' kind of formulas and plain
torch."""

from functools import cache

import numpy as np
import torch
from scipy import stats
from scipy.optimize import minimize
from scipy.special import logsumexp

from mlelib import penguins
from mlelib.kiosk import kiosk


def columns():
    """The kiosk's 41 days as the figure names them, and its design."""
    diary = kiosk(41)
    X = np.column_stack([np.ones(41), np.linspace(-1, 1, 41)])
    return X, {
        "a quantity": diary.power,
        "a quantity with outliers": diary.typed,
        "a quantity above 0": diary.wait,
        "a count": diary.customers,
        "yes or no": diary.sold_out,
        "one of several": diary.favourite,
        "changing noise": diary.takings,
    }


def nll_of(kind, y, z, sigma):
    """−log p of each y (n,) at raw outputs z (n,) or (n, m)."""
    formulas = {
        "a quantity": lambda: -stats.norm.logpdf(y, z, sigma),
        "a quantity with outliers": lambda: -stats.t.logpdf(y, 3, z, 1.5),
        "a quantity above 0": lambda: -stats.gamma.logpdf(y, 4, scale=np.exp(z) / 4),
        "a count": lambda: -stats.poisson.logpmf(y, np.exp(z)),
        "yes or no": lambda: np.logaddexp(0, (1 - 2 * y) * z),
        "one of several": lambda: logsumexp(z, axis=-1) - z[np.arange(len(y)), y],
        "changing noise": lambda: -stats.norm.logpdf(y, z[..., 0], np.exp(z[..., 1])),
    }
    return formulas[kind]()


@cache
def fitted(kind):
    """θ by a general optimiser, and the RMS residual of a line."""
    X, targets = columns()
    y = targets[kind]
    line = np.linalg.lstsq(X, y, rcond=None)[0]
    sigma = np.sqrt(np.mean((y - X @ line) ** 2))
    if kind == "a quantity":
        return line, sigma
    width = {"one of several": 3, "changing noise": 2}.get(kind, 1)

    def value(flat):
        theta = flat.reshape(2, width)
        z = X @ theta
        return nll_of(kind, y, z if width > 1 else z[:, 0], sigma).sum()

    start = {
        "a quantity with outliers": np.array([np.median(y), 6.0]),
        "changing noise": np.array([line[0], np.log(sigma), line[1], 0.0]),
    }.get(kind, np.zeros(2 * width))
    found = minimize(value, start, method="BFGS", options={"gtol": 1e-9})
    theta = minimize(value, found.x, method="Nelder-Mead", options=TIGHT).x.reshape(2, width)
    if kind == "one of several":
        theta = theta - theta.mean(axis=1, keepdims=True)
    return (theta if width > 1 else theta[:, 0]), sigma


TIGHT = {"xatol": 1e-10, "fatol": 1e-13, "maxiter": 20_000, "maxfev": 20_000}
WORDS = {
    "a quantity": ("Gaussian, one σ", "mean = z", "(y − z)²/(2σ²)"),
    "a quantity with outliers": (
        "Student-t, ν = 3",
        "centre = z",
        "2·log(1 + (y − z)²/(3s²))",
    ),
    "a quantity above 0": ("Gamma, shape α = 4", "mean = exp(z)", "α·(z + y·exp(−z))"),
    "a count": ("Poisson", "mean = exp(z)", "exp(z) − y·z"),
    "yes or no": ("Bernoulli", "P(yes) = σ(z)", "log(1 + exp(z)) − y·z"),
    "one of several": ("Categorical", "p = softmax(z)", "log Σ exp(zₖ) − z of the class"),
    "changing noise": (
        "Gaussian, own σ",
        "mean = z₁, σ = exp(z₂)",
        "z₂ + (y − z₁)²·exp(−2z₂)/2",
    ),
}


def recipe(kind, day):
    X, targets = columns()
    row = round(2 * (day - 10))
    y, (theta, sigma) = targets[kind][row], fitted(kind)
    z = X[row] @ theta
    place = int(y) if kind == "one of several" else 0
    ends = []
    for step in (-1e-5, 1e-5):
        moved = np.array(z, dtype=float)
        moved[place if moved.ndim else ()] += step
        ends.append(nll_of(kind, np.array([y]), moved[None], sigma)[0])
    distribution, link, loss = WORDS[kind]
    return {
        "distribution": distribution,
        "link": link,
        "loss": loss,
        "y seen": ("cocoa", "vanilla", "lemon")[y] if kind == "one of several" else y,
        "z of the fit": z[place] if np.ndim(z) else z,
        "−log p(y | z)": nll_of(kind, np.array([y]), np.asarray(z)[None], sigma)[0],
        "slope in z": (ends[1] - ends[0]) / 2e-5,
    }


@cache
def training():
    """The three heads' network in plain torch: at each 10th epoch z at 195 mm, and mean nlls
    (2, 3)."""
    birds = penguins()
    rows = np.arange(333) % 3 != 2
    mm = birds.flipper_length_mm
    x = torch.tensor((mm - mm[rows].mean()) / mm[rows].std())[:, None]
    asked = torch.tensor([[(195 - mm[rows].mean()) / mm[rows].std()]])
    kg, sex, species = (
        torch.tensor(each) for each in (birds.body_mass_g / 1000, birds.sex, birds.species)
    )
    state = torch.random.get_rng_state()
    torch.manual_seed(0)
    layers = [torch.nn.Linear(1, 16, dtype=torch.float64), torch.nn.Tanh()]
    network = torch.nn.Sequential(*layers, torch.nn.Linear(16, 6, dtype=torch.float64))
    torch.random.set_rng_state(state)
    adam = torch.optim.Adam(network.parameters(), lr=0.01)
    binary = torch.nn.BCEWithLogitsLoss(reduction="none")
    multiclass = torch.nn.CrossEntropyLoss(reduction="none")

    def nlls():
        z = network(x)
        mass = torch.distributions.Normal(4.2 + z[:, 0], torch.exp(z[:, 1]))
        parts = (
            -mass.log_prob(kg),
            binary(z[:, 2], sex.double()),
            multiclass(z[:, 3:], species),
        )
        return torch.stack(parts)

    found = {}
    for epoch in range(601):
        adam.zero_grad()
        all_birds = nlls()
        if epoch % 10 == 0:
            with torch.no_grad():
                split = [all_birds[:, torch.tensor(part)].mean(dim=1) for part in (rows, ~rows)]
                found[epoch] = network(asked)[0].numpy(), torch.stack(split).numpy()
        all_birds[:, torch.tensor(rows)].sum(dim=0).mean().backward()
        adam.step()
    return found


def network_as_distribution(head, epoch):
    z, nlls = training()[epoch]
    if head.startswith("body mass"):
        which, said = 0, f"{4.2 + z[0]:.2f} ± {np.exp(z[1]):.2f} kg"
    elif head.startswith("sex"):
        which, said = 1, f"P(male) {1 / (1 + np.exp(-z[2])):.3f}"
    else:
        which, p = 2, np.exp(z[3:]) / np.exp(z[3:]).sum()
        said = f"P {p[0]:.2f}, {p[1]:.2f}, {p[2]:.2f}"
    return {
        "at 195 mm": said,
        "NLL of the head, fitted": nlls[0, which],
        "held out": nlls[1, which],
        "all three heads, fitted": nlls[0].sum(),
        "all three, held out": nlls[1].sum(),
    }
