# What every line of our C must pass, with gcc 12 and clang 14 alike.
WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wundef -Werror
