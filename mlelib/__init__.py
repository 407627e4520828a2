"""The tested functions behind the book *Deep Learning Is Maximum Likelihood*."""
