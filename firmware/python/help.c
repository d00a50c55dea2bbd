/* What help() prints. */
#include "py/builtin.h"

const char lb_help_text[] = "Lifeboat: a MicroPython module that always lets you back in.\n"
							"\n"
							"Locked out? Put P12 to 3V3 and press reset; let go within 3 seconds:\n"
							"the module starts in safe boot, without boot.py and main.py.\n"
							"Ctrl-F at the empty prompt, or right behind a Ctrl-C, does the same.\n"
							"\n"
							"  Ctrl-C   stop the running program\n"
							"  Ctrl-D   soft reset: run boot.py and main.py again\n"
							"  Ctrl-E   paste mode\n"
							"  Ctrl-A   raw mode, for tools; Ctrl-B leaves it\n"
							"\n"
							"  import os; os.listdir('/flash')       your files\n"
							"  os.mkfs('/flash')                     erase them all\n"
							"  import lifeboat; lifeboat.status()    how this boot came about\n"
							"  import machine; machine.reset()       hard reset\n"
							"  help('modules')                       what can be imported\n";
