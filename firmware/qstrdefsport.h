// clang-format off
// Interned strings whose MP_QSTR_ names cannot be turned back into text.
Q(/flash)
Q(/flash/boot.py)
Q(/flash/lib)
Q(/flash/main.py)
