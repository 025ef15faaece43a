"""LSTM-b of Jozefowicz, Zaremba and Sutskever 2015, "An empirical exploration of recurrent network
architectures": the LSTM as printed there. It differs in nothing but the start of the forget gate's
bias, which is 1, and which is drawn here like any other."""

from jozefowicz_lstm import PARAMETERS, STATES, step  # noqa: F401
