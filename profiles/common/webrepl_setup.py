# A stand-in for the frozen module, which asks questions.
import _board

_board.gap("webrepl_setup asks questions at the prompt")
