/* Another board's modules, in check's firmware alone: what the host put into the trace as struct lb_trace's profile.
 *
 * Its start.py runs before boot.py and lays names over built-in modules and classes, by the module _board; its modules
 * are found by `import` in the folder LB_STANDIN_FOLDER of sys.path. Without a profile nothing is different. */
#ifndef LB_CHECK_STANDIN_H
#define LB_CHECK_STANDIN_H

#include <stdbool.h>

#include "py/obj.h"

#define LB_STANDIN_FOLDER ".board"

bool lb_standin_is_on(void);
/* Is a source file of this name the profile's? */
bool lb_standin_has_file(qstr name);
/* Is it a module of the profile's, or a class that one made? */
bool lb_standin_made(mp_obj_t object);
/* Before boot.py, in every life of the VM. */
void lb_standin_start(void);
/* Has the profile a name over this one of base's? Then it is in dest, as mp_load_method_maybe gives it: MP_OBJ_NULL
 * where the board has none. */
bool lb_standin_load(mp_obj_t base, qstr name, mp_obj_t *dest);

#endif
