# What every line of our C must pass, with gcc 12 and clang 14 alike. A warning is an error to us, with STRICT=1 as the
# tests set it; a user's newer compiler, which knows more warnings, does not stop his build.
WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wundef $(if $(STRICT),-Werror)
