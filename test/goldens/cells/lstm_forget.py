"""The LSTM with the forget gate of Gers, Schmidhuber and Cummins 2000, "Learning to forget", with tanh for
both squashing functions. These are the equations of the LSTM in use today."""

from lstm import PARAMETERS, STATES, module, step  # noqa: F401
